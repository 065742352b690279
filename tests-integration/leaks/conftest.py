"""Make the package `leaks` importable."""

from __future__ import annotations

import sys
from pathlib import Path


# Under --import-mode=importlib pytest makes no folder importable.
sys.path.insert(0, str(Path(__file__).parents[1]))

# Objects are counted, which PyPy frees whenever it likes.
collect_ignore = [] if sys.implementation.name == "cpython" else ["test_leaks.py"]
