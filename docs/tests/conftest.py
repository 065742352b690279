"""The import path of the tests of the documentation."""

from __future__ import annotations

import sys
from pathlib import Path


HERE = Path(__file__).parent
# Under --import-mode=importlib pytest makes no folder importable.
sys.path[:0] = [str(HERE), str(HERE.parent / "examples" / "presence")]
