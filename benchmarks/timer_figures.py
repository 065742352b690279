"""The contests of timers, and the goal for each ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.contest import Contest
from benchmarks.rows import Figure


if TYPE_CHECKING:
    from collections.abc import Iterator


TIMERS = "benchmarks.timers"
ALL_TIMERS = (
    "ours on asyncio",
    "asyncio",
    "uvloop",
    "Twisted",
    "floor: object, list, clock",
    "floor: nothing",
)
OLD = "txaio 26.6.1"
MANY = 100_000
"""So many timers that a round takes long, and half of the rounds will do."""
ON_TIME = (
    "ours on asyncio",
    "ours on uvloop",
    "ours on Twisted",
    "ours on AnyIO",
    "ours on Trio",
    OLD,
)


def accuracies(*, quick: bool) -> Iterator[Contest]:
    """Yield the contests in which calls are to be on time."""
    for bucket in (0.1,) if quick else (0.1, 1.0, 5.0):
        task = {"bucket": bucket, "timers": 500}
        title = f"buckets of {bucket:g} s"
        yield Contest(title, TIMERS, ON_TIME, "accuracy", task)


def timer_figures(*, quick: bool) -> Iterator[Figure]:
    """Yield what is measured of timers; *quick* means less of it, not other things."""
    rounds = 1 if quick else 4
    yield from _rearming(rounds, 10 if quick else 1)
    yield from _cancelling(rounds, quick=quick)
    yield from _firing(1 if quick else 2, quick=quick)
    yield from _holding(quick=quick)


def _fewer(rounds: int, timers: int) -> int:
    return max(1, rounds // 2) if timers == MANY else rounds


def _rearming(rounds: int, less: int) -> Iterator[Figure]:
    goals = {1: None, 1_000: 0.26, 10_000: 0.20, MANY: 0.17}
    for connections, goal in goals.items():
        title = f"re-arm, {connections:,} connections"
        task = {
            "connections": connections,
            "messages": 200_000 // less,
            "before_that": connections // 1_000 * 3_000 // less,
        }
        times = _fewer(rounds, connections)
        asyncio_goal = {} if goal is None else {"asyncio": goal}
        yield _figure(title, ALL_TIMERS, "rearm", task, times, asyncio_goal)
        twisted_goal = {"Twisted": 0.12} if connections == MANY else {}
        on_twisted = ("ours on Twisted", "Twisted")
        yield _figure(title, on_twisted, "rearm", task, times, twisted_goal)
        by_reset = ("ours on asyncio, reset", "ours on asyncio")
        reset = f"reset, {connections:,} connections"
        yield _figure(reset, by_reset, "rearm", task, times, {by_reset[1]: 0.55})
    yield from _against_the_predecessor(rounds, less)
    yield from _against_tasks(rounds, less)
    lone = {"connections": 1, "messages": 20_000 // less, "per_turn": 1}
    for ours, peer, lone_goal in (
        ("ours on asyncio", "asyncio", 1.0),
        ("ours on Twisted", "Twisted", 1.1),
    ):
        title = "re-arm, 1 connection, one message a turn"
        yield _figure(title, (ours, peer), "rearm", lone, rounds, {peer: lone_goal})


def _against_the_predecessor(rounds: int, less: int) -> Iterator[Figure]:
    pair = ("ours on asyncio", OLD)
    for connections, times in ((1_000, 15), (10_000, 65), (MANY, 300)):
        # It needs half a millisecond a message at 100,000.
        messages = min(200_000, 200_000_000 // connections) // less
        task = {"connections": connections, "messages": messages}
        title = f"re-arm, {connections:,} connections"
        few = _fewer(rounds, connections)
        yield _figure(title, pair, "rearm", task, few, {pair[1]: 1 / times})


def _against_tasks(rounds: int, less: int) -> Iterator[Figure]:
    for connections, goal in ((1, 1 / 60), (1_000, 1 / 100), (10_000, 0.006)):
        task = {"connections": connections, "messages": 10_000 // less}
        title = f"re-arm, {connections:,} connections"
        for pair in (("ours on Trio", "Trio task"), ("ours on AnyIO", "AnyIO task")):
            yield _figure(title, pair, "rearm", task, rounds, {pair[1]: goal})


def _cancelling(rounds: int, *, quick: bool) -> Iterator[Figure]:
    peers = ("ours on asyncio", "asyncio", "Twisted")
    for timers in (1_000, 10_000, MANY):
        for spread in (True, False):
            where = "spread" if spread else "one bucket"
            yield _figure(
                f"cancel, {timers:,} timers, {where}",
                peers,
                "arm_and_cancel",
                {"timers": timers, "spread": spread},
                _fewer(rounds, timers),
                {},
            )
    many = 100_000 if quick else 1_000_000
    yield _figure(
        f"cancel, {many:,} timers, one bucket",
        ("ours on asyncio", "asyncio"),
        "arm_and_cancel",
        {"timers": many, "spread": False},
        1 if quick else 3,
        {"asyncio": 0.6},
    )
    sizes: dict[int, dict[str, float]] = {10_000: {}, MANY: {OLD: 1 / 800}}
    if not quick:
        sizes[1_000_000] = {OLD: 1 / 2000}
    for timers, goals in sizes.items():
        # The predecessor's is a search: of many, few are cancelled, and only once.
        task = {"timers": timers, "spread": False, "cancels": 1_000}
        title = f"cancel 1,000 of {timers:,} timers, one bucket"
        yield _figure(title, ("ours on asyncio", OLD), "arm_and_cancel", task, 1, goals)


def _firing(rounds: int, *, quick: bool) -> Iterator[Figure]:
    sizes = {1_000: 1.0, 100_000: 0.40}
    if not quick:
        sizes |= {10_000: 1.0, 1_000_000: 0.25}
    for timers, goal in sorted(sizes.items()):
        yield _figure(
            f"fire {timers:,} of one delay",
            ("ours on asyncio", "asyncio", "Twisted"),
            "fire",
            {"timers": timers},
            rounds if timers <= MANY else 1,
            {"asyncio": goal},
        )
    yield _figure(
        "longest stall while 100,000 fire",
        ("ours on asyncio", "asyncio"),
        "stall",
        {"timers": 100_000},
        rounds,
        {},
    )


def _holding(*, quick: bool) -> Iterator[Figure]:
    for arguments in (0, 1):
        yield Figure(
            Contest(
                f"memory a timer, {arguments} arguments",
                TIMERS,
                ("ours on asyncio", "asyncio", "Twisted", OLD),
                "memory",
                {"timers": 20_000, "arguments": arguments},
                unit="bytes",
                rounds=1,
            ),
            {"asyncio": 0.75} if arguments else {},
        )
    if not quick:
        yield _figure(
            "soak: 1,000,000 timers, half of them cancelled",
            ("ours on asyncio", "asyncio"),
            "soak",
            {"timers": 1_000_000},
            1,
            {},
        )


def _figure(  # noqa: PLR0913, PLR0917 - a row of a table
    title: str,
    contestants: tuple[str, ...],
    workload: str,
    task: dict[str, Any],
    rounds: int,
    goals: dict[str, float],
) -> Figure:
    contest = Contest(title, TIMERS, contestants, workload, task, rounds=rounds)
    return Figure(contest, goals)
