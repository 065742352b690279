"""Check that the public API is fully typed, and compatible with the last release.

Run it as a script: ``python -m release.public_api PACKAGE …``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from release import complete_types, stable_api


if __name__ == "__main__":
    complete_types.main(sys.argv[1:])
    stable_api.main(Path(__file__).parents[1])
