"""All comparisons, and the goal for each ratio."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from benchmarks.comparison import Comparison
from benchmarks.rows import Figure
from benchmarks.timer_figures import PREDECESSOR, timer_figures


if TYPE_CHECKING:
    from collections.abc import Iterator


FUTURES = "benchmarks.futures"
LOGS = "benchmarks.logs"


def figures(*, quick: bool) -> Iterator[Figure]:
    """Yield all figures; with *quick* they are the same, from fewer repetitions."""
    rounds = 1 if quick else 4
    yield from timer_figures(quick=quick)
    yield from _futures(rounds, 10 if quick else 1)
    yield from _operations(rounds, 10 if quick else 1)
    yield from _primitives(rounds, 10 if quick else 1)
    yield from _logging(rounds, 10 if quick else 1)


def _futures(rounds: int, divisor: int) -> Iterator[Figure]:
    works = {
        "create + callback + resolve": ("callbacks", 1.05, 1.35),
        "await a settled future": ("awaits", None, None),
        "as_future of a coroutine": ("coroutines", 1.05, 1.05),
        "gather 100, a member": ("gather", 0.38, None),
    }
    for title, (workload, *goals) in works.items():
        pairs = (("asyncio", goals[0]), ("Twisted", goals[1]))
        for peer, goal in pairs:
            yield Figure(
                Comparison(
                    title,
                    FUTURES,
                    (f"ours on {peer}", peer),
                    workload,
                    {"futures": 50_000 // divisor},
                    "benchmarks.futures",
                    rounds=rounds,
                ),
                {} if goal is None else {peer: goal},
            )


OPERATIONS: list[tuple[str, str, str, float, str, dict[str, Any]]] = [
    ("sleep(0)", "Trio", "Trio", 3, "awaited", {"operation": "turn"}),
    ("sleep(0)", "AnyIO", "AnyIO", 3, "awaited", {"operation": "turn"}),
    (
        "as_future of 100 coroutines, a coroutine",
        "Trio",
        "Trio",
        3,
        "awaited",
        {"operation": "spawn", "size": 100},
    ),
    ("gather 10,000 coroutines, a member", "AnyIO", "asyncio", 3, "gathered", {}),
    ("run_in_thread", "AnyIO", "AnyIO", 2.5, "awaited", {"operation": "in_thread"}),
    ("call_later(0)", "uvloop", "uvloop", 2.5, "called", {"operation": "call_soon"}),
    (
        "call_from_thread",
        "uvloop",
        "uvloop",
        2.5,
        "called",
        {"operation": "call_from_thread"},
    ),
    (
        "create_future(x), and await it",
        "asyncio",
        "asyncio",
        2.5,
        "awaited",
        {"operation": "settled"},
    ),
]
"""What takes longer than it does natively.

The title, the loop that ours runs on, the peer, the goal, the workload and its task.
"""


def _operations(rounds: int, divisor: int) -> Iterator[Figure]:
    for title, loop, peer, goal, workload, task in OPERATIONS:
        yield Figure(
            Comparison(
                title,
                "benchmarks.operations",
                (f"ours on {loop}", peer),
                workload,
                {"number": 10_000 // divisor, **task},
                "benchmarks.operations",
                rounds=rounds,
            ),
            {peer: goal},
        )


PRIMITIVES: dict[str, tuple[dict[str, Any], dict[str, float | None]]] = {
    "acquire a free lock": (
        {"work": "held_by_one"},
        {"asyncio": 1.5, "Trio": None, "Twisted": None},
    ),
    "acquire a lock that 9 others want": (
        {"work": "held_by_several"},
        {"asyncio": 1.5, "Trio": None, "Twisted": None},
    ),
    "put and get without waiting": (
        {"work": "put_and_get"},
        {"asyncio": 1.5, "Trio": 1.5, "Twisted": 1.0},
    ),
    "put and get, queue of 1": (
        {"work": "pass_on", "size": 1},
        {"asyncio": 1.5, "Trio": 1.5},
    ),
    "put and get, queue of 10": (
        {"work": "pass_on", "size": 10},
        {"asyncio": 1.5, "Trio": 1.5},
    ),
    "put to a getter that waits": (
        {"work": "put_to_a_waiting_getter"},
        {"Twisted": 1.0},
    ),
    "task group of 100, a task": (
        {"work": "run_tasks"},
        {"asyncio": None, "Trio": None, "Twisted": None},
    ),
}
"""The work, and the goal for each peer that does it, if there is one."""


def _primitives(rounds: int, divisor: int) -> Iterator[Figure]:
    for title, (task, goals) in PRIMITIVES.items():
        for peer, goal in goals.items():
            yield Figure(
                Comparison(
                    title,
                    "benchmarks.primitives",
                    (f"ours on {peer}", peer),
                    "measure",
                    {"number": 20_000 // divisor, **task},
                    "benchmarks.primitives",
                    rounds=rounds,
                ),
                {} if goal is None else {peer: goal},
            )


# picologging has wheels for some versions of Python only.
PICOLOGGING = ("picologging",) if find_spec("picologging") else ()
OTHER_LOGGERS = ("structlog", "loguru", *PICOLOGGING, PREDECESSOR)
LINES = {
    "log a line": [
        ("ours on asyncio", "stdlib", 0.25, *OTHER_LOGGERS),
        ("ours on AnyIO", "stdlib", 0.25),
        ("ours on Twisted", "twisted.logger", 0.15, "txaio 26.6.1 on Twisted"),
        ("ours to stdlib", "stdlib", 1.0),
        ("ours to Twisted", "twisted.logger", 1.0),
    ],
    "log a line of JSON": [
        ("ours as JSON", "python-json-logger", 0.6, "structlog as JSON"),
    ],
}
"""Ours, the peer for which there is a goal, the goal, and others to compare with."""


def _logging(rounds: int, divisor: int) -> Iterator[Figure]:
    others = ("stdlib", "twisted.logger", *OTHER_LOGGERS)
    names = ("ours on asyncio", "an empty method", *others)
    off = _log_comparison("log, disabled", names, "disabled", 50_000 // divisor, rounds)
    yield Figure(off, {"an empty method": 1.05})
    for title, rows in LINES.items():
        for name, peer, goal, *more in rows:
            names = (name, peer, *more)
            comparison = _log_comparison(
                title, names, "written", 4_000 // divisor, rounds
            )
            yield Figure(comparison, {peer: goal})
    names = ("ours to NullHandler", "stdlib to NullHandler")
    ignored = _log_comparison(
        "log to a handler that ignores it", names, "enabled", 10_000 // divisor, rounds
    )
    yield Figure(ignored, {"stdlib to NullHandler": 0.5})


def _log_comparison(
    title: str, names: tuple[str, ...], workload: str, calls: int, rounds: int
) -> Comparison:
    task = {"calls": calls}
    return Comparison(title, LOGS, names, workload, task, LOGS, rounds=rounds)
