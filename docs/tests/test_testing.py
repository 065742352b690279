"""The page on tests lists the cycles that are known, with their reasons."""

from __future__ import annotations

import re
import runpy
from pathlib import Path


ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "testing.md"
KNOWN = ROOT / "tests-integration" / "leaks" / "_known.py"


def test_known_cycles():
    """They are those of the table in the code."""
    row = re.compile(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", re.MULTILINE)
    section, _, _ = PAGE.read_text().partition("(signals)=")
    rows = row.findall(section)
    known = runpy.run_path(str(KNOWN))["_KNOWN"]
    assert dict(rows) == {name: reason for name, (_loops, reason) in known.items()}
