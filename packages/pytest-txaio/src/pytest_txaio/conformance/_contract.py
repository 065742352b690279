"""Which clauses there are, and which of them a file of tests cites."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from pathlib import Path

CLAUSES = {
    "Futures": ("F", range(1, 10)),
    "Callbacks": ("C", range(1, 8)),
    "Errors are never lost": ("R", range(1, 7)),
    "as_future": ("A", range(1, 4)),
    "Cancellation": ("X", range(1, 11)),
    "gather": ("G", range(1, 6)),
    "Time": ("T", range(1, 8)),
    "Batched timers": ("B", range(1, 8)),
    "Context variables": ("V", range(1, 3)),
    "Threads": ("H", range(1, 3)),
    "Lifecycle": ("L", range(1, 4)),
    "Failures": ("E", range(1, 5)),
    "Logging": ("O", range(1, 10)),
}
"""The clauses that the suite covers: section, letter, numbers."""

ROW = re.compile(r"^\|\s*([A-Z]\d+)\s*\|", re.MULTILINE)
CITED = re.compile(r"([A-Z]\d+(?:, [A-Z]\d+)*): ")


def clauses_of(contract: Path) -> set[str]:
    """Return the ids that the tables of *contract* define."""
    return set(ROW.findall(contract.read_text(encoding="utf-8")))


def cited(tests: Path) -> dict[str, list[str]]:
    """Return the tests in the file *tests* and the ids that each begins with."""
    tree = ast.parse(tests.read_text(encoding="utf-8"))
    functions = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    ]
    return {node.name: _ids(ast.get_docstring(node) or "") for node in functions}


def _ids(docstring: str) -> list[str]:
    begins = CITED.match(docstring)
    return begins[1].split(", ") if begins else []
