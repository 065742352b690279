"""Every clause of the contract has a test, and every test has a clause."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest_txaio.conformance
from pytest_txaio._clauses import CLAUSES, clauses_of


if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT = Path(__file__).parents[1] / "docs" / "reference" / "contract.md"
ROW = re.compile(r"^\|\s*([A-Z]\d+)\s*\|", re.MULTILINE)
SUITE = Path(pytest_txaio.conformance.__file__).parent


def all_tests() -> Iterator[tuple[str, str, list[str]]]:
    """Yield the file, the name and the clauses of each test."""
    for file in sorted(SUITE.glob("test_*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if is_function and node.name.startswith("test_"):
                yield file.stem, node.name, clauses_of(ast.get_docstring(node))


def test_every_clause_is_cited() -> None:
    """Every clause has at least one test."""
    found = {clause for _, _, clauses in all_tests() for clause in clauses}
    assert set(CLAUSES) - found == set()


def test_every_test_cites_a_clause() -> None:
    """The docstring of every test begins with existing clauses."""
    missing = [
        f"{file}::{name}"
        for file, name, clauses in all_tests()
        if not clauses or not set(clauses).issubset(CLAUSES)
    ]
    assert missing == []


def test_names_are_unique() -> None:
    """No test has the name of another, or of a module, which it would replace."""
    names = [name for _, name, _ in all_tests()]
    files = {file for file, _, _ in all_tests()}
    assert sorted({name for name in names if names.count(name) > 1}) == []
    assert files.isdisjoint(names)


def test_the_package_has_every_test() -> None:
    """`from pytest_txaio.conformance import *` imports all tests."""
    missing = [
        name
        for _, name, _ in all_tests()
        if not hasattr(pytest_txaio.conformance, name)
    ]
    assert missing == []


def test_contract_has_the_clauses() -> None:
    """The contract in the documentation has the clauses that are tested, in order."""
    assert ROW.findall(CONTRACT.read_text(encoding="utf-8")) == CLAUSES
