"""Every clause of the contract has a test, and every test has a clause."""

from __future__ import annotations

from pathlib import Path

import pytest_txaio.conformance
from pytest_txaio.conformance._contract import CLAUSES, cited, clauses_of


HERE = Path(__file__).parent
CONTRACT = HERE.parent / "docs" / "reference" / "contract.md"
COVERED = {
    f"{letter}{number}" for letter, numbers in CLAUSES.values() for number in numbers
}
KIT = Path(pytest_txaio.conformance.__file__).parent
FILES = sorted(KIT.glob("test_*.py"))


def test_every_clause_is_cited() -> None:
    """Every clause of the sections that are covered has at least one test."""
    found = {clause for file in FILES for ids in cited(file).values() for clause in ids}
    assert COVERED - found == set()


def test_every_test_cites_a_clause() -> None:
    """Every test begins its docstring with clauses that there are."""
    lacking = [
        f"{file.name}::{name}"
        for file in FILES
        for name, ids in cited(file).items()
        if not ids or not COVERED.issuperset(ids)
    ]
    assert lacking == []


def test_contract_has_the_clauses() -> None:
    """The contract in the documentation has every clause that is covered here."""
    assert COVERED - clauses_of(CONTRACT) == set()
