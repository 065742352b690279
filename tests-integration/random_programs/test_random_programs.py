"""Random programs of coroutines and primitives behave the same on every backend.

In virtual time a run of a program takes milliseconds, and the times of two runs can be
compared exactly.
"""

from __future__ import annotations

import sys
from random import Random

import pytest

import txaio_primitives
from pytest_txaio import collect_dropped
from random_programs._check import examine
from random_programs._garbage import quick_collections
from random_programs._maker import random_program
from random_programs._program import Program, Step
from random_programs._shrink import shrink


COUNT = 16 if sys.implementation.name == "cpython" else 8
"""How many programs a test runs; for more, see `random_programs.__main__`."""


@pytest.mark.parametrize("has_primitives", [False, True])
@pytest.mark.parametrize("first", range(0, 5000, 1000))
def test_random_programs(first: int, has_primitives: bool) -> None:
    """Each step ends in the same way and at the same time on every backend."""
    check(range(first, first + COUNT), has_primitives=has_primitives)


@pytest.mark.parametrize("has_primitives", [False, True])
def test_coarse_programs(has_primitives: bool) -> None:
    """What always holds does so if many things happen in the same turn."""
    check(range(COUNT), is_coarse=True, has_primitives=has_primitives)


def check(seeds: range, **options: bool) -> None:
    """Examine the programs of *seeds*."""
    with quick_collections():
        for seed in seeds:
            finding = examine(random_program(Random(seed), **options))
            assert finding is None, f"seed {seed}: {finding}"
    collect_dropped()


@pytest.mark.parametrize(
    ("kind", "broken", "problem"),
    [
        ("with_lock", "Lock.release", "lock0: 0 are free, 0 are held"),
        ("with_semaphore", "Semaphore.acquire", "semaphore: 3 are free, 0 are held"),
        ("put", "Queue.put", "queue0: Usage(put=['put0-1'], taken=[]), left 0"),
    ],
)
def test_lost_permits_and_items(
    monkeypatch: pytest.MonkeyPatch, kind: str, broken: str, problem: str
) -> None:
    """A permit or an item that is lost or doubled is a finding."""
    owner, _dot, name = broken.partition(".")

    async def do_nothing(_self: object, _item: object = None) -> None: ...

    is_coroutine = name != "release"
    replacement = do_nothing if is_coroutine else lambda _self: None
    monkeypatch.setattr(getattr(txaio_primitives, owner), name, replacement)
    parts = () if kind == "put" else (Step("sleep", 1, 16.0),)
    finding = examine(Program(Step(kind, 0, 16.0, parts), "spawn", (15000.0,)))
    assert finding is not None
    assert finding.kind.startswith("problem on ")
    assert finding.text == problem


def test_shrinking() -> None:
    """A program is made as small as can be, as long as it has what is looked for."""

    def has_never(program: object) -> bool:
        return "never" in str(program)

    program = next(
        program
        for program in (random_program(Random(seed)) for seed in range(100))
        if has_never(program) and program.step.kind == "gather"
    )
    assert str(shrink(program, has_never)).count("(") == 1
