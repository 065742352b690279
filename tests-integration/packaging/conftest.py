"""Make the module `environments` importable: pytest makes no folder importable here."""

from __future__ import annotations

import sys
from pathlib import Path


sys.path.insert(0, str(Path(__file__).parent))
