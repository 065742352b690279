"""Make the package `mutants` importable."""

from __future__ import annotations

import sys
from pathlib import Path


# Under --import-mode=importlib pytest makes no folder importable.
sys.path.insert(0, str(Path(__file__).parents[1]))
