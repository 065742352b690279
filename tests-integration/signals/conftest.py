"""Make the package `signals` importable."""

from __future__ import annotations

import sys
from pathlib import Path


# Under --import-mode=importlib pytest makes no folder importable.
sys.path.insert(0, str(Path(__file__).parents[1]))

# There is no fork on Windows, and no SIGTERM that a program could handle.
collect_ignore = ["test_signals.py"] if sys.platform == "win32" else []
