"""The comparisons of timers, and the goal for each ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.comparison import Comparison
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
PREDECESSOR = "txaio 26.6.1"
SLOW_ROUND = 100_000
"""The number of timers from which a round is slow: half of the rounds are run."""
LATENESS_CANDIDATES = (
    "ours on asyncio",
    "ours on uvloop",
    "ours on Twisted",
    "ours on AnyIO",
    "ours on Trio",
    PREDECESSOR,
)


def lateness_comparisons(*, quick: bool) -> Iterator[Comparison]:
    """Yield the comparisons of how late calls are made."""
    for bucket in (0.1,) if quick else (0.1, 1.0, 5.0):
        task = {"bucket": bucket, "timers": 500}
        title = f"buckets of {bucket:g} s"
        yield Comparison(title, TIMERS, LATENESS_CANDIDATES, "lateness", task)


def timer_figures(*, quick: bool) -> Iterator[Figure]:
    """Yield the figures of timers; with *quick*, from fewer repetitions."""
    rounds = 1 if quick else 4
    yield from _rearming(rounds, 10 if quick else 1)
    yield from _cancelling(rounds, quick=quick)
    yield from _firing(1 if quick else 2, quick=quick)
    yield from _holding(quick=quick)


def _fewer(rounds: int, timers: int) -> int:
    return max(1, rounds // 2) if timers == SLOW_ROUND else rounds


def _rearming(rounds: int, divisor: int) -> Iterator[Figure]:
    goals = {1: None, 1_000: 0.26, 10_000: 0.20, SLOW_ROUND: 0.17}
    for connections, goal in goals.items():
        title = f"re-arm, {connections:,} connections"
        task = {
            "connections": connections,
            "messages": 200_000 // divisor,
            "warm_up": connections // 1_000 * 3_000 // divisor,
        }
        times = _fewer(rounds, connections)
        asyncio_goal = {} if goal is None else {"asyncio": goal}
        yield _figure(title, ALL_TIMERS, "rearm", task, times, asyncio_goal)
        twisted_goal = {"Twisted": 0.12} if connections == SLOW_ROUND else {}
        on_twisted = ("ours on Twisted", "Twisted")
        yield _figure(title, on_twisted, "rearm", task, times, twisted_goal)
        by_reset = ("ours on asyncio, reset", "ours on asyncio")
        reset = f"reset, {connections:,} connections"
        yield _figure(reset, by_reset, "rearm", task, times, {by_reset[1]: 0.55})
    yield from _against_the_predecessor(rounds, divisor)
    yield from _against_tasks(rounds, divisor)
    lone = {"connections": 1, "messages": 20_000 // divisor, "per_turn": 1}
    for ours, peer, lone_goal in (
        ("ours on asyncio", "asyncio", 1.0),
        ("ours on Twisted", "Twisted", 1.1),
    ):
        title = "re-arm, 1 connection, one message a turn"
        yield _figure(title, (ours, peer), "rearm", lone, rounds, {peer: lone_goal})


def _against_the_predecessor(rounds: int, divisor: int) -> Iterator[Figure]:
    pair = ("ours on asyncio", PREDECESSOR)
    for connections, times in ((1_000, 15), (10_000, 65), (SLOW_ROUND, 300)):
        # It takes half a millisecond for a message at 100,000 connections.
        messages = min(200_000, 200_000_000 // connections) // divisor
        task = {"connections": connections, "messages": messages}
        title = f"re-arm, {connections:,} connections"
        few = _fewer(rounds, connections)
        yield _figure(title, pair, "rearm", task, few, {pair[1]: 1 / times})


def _against_tasks(rounds: int, divisor: int) -> Iterator[Figure]:
    for connections, goal in ((1, 1 / 60), (1_000, 1 / 100), (10_000, 0.006)):
        task = {"connections": connections, "messages": 10_000 // divisor}
        title = f"re-arm, {connections:,} connections"
        for pair in (("ours on Trio", "Trio task"), ("ours on AnyIO", "AnyIO task")):
            yield _figure(title, pair, "rearm", task, rounds, {pair[1]: goal})


def _cancelling(rounds: int, *, quick: bool) -> Iterator[Figure]:
    peers = ("ours on asyncio", "asyncio", "Twisted")
    for timers in (1_000, 10_000, SLOW_ROUND):
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
    sizes: dict[int, dict[str, float]] = {
        10_000: {},
        SLOW_ROUND: {PREDECESSOR: 1 / 800},
    }
    if not quick:
        sizes[1_000_000] = {PREDECESSOR: 1 / 2000}
    for timers, goals in sizes.items():
        # The predecessor searches for each call, so only few of many are cancelled.
        task = {"timers": timers, "spread": False, "cancels": 1_000}
        title = f"cancel 1,000 of {timers:,} timers, one bucket"
        yield _figure(
            title, ("ours on asyncio", PREDECESSOR), "arm_and_cancel", task, 1, goals
        )


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
            rounds if timers <= SLOW_ROUND else 1,
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
            Comparison(
                f"memory a timer, {arguments} arguments",
                TIMERS,
                ("ours on asyncio", "asyncio", "Twisted", PREDECESSOR),
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
    candidates: tuple[str, ...],
    workload: str,
    task: dict[str, Any],
    rounds: int,
    goals: dict[str, float],
) -> Figure:
    comparison = Comparison(title, TIMERS, candidates, workload, task, rounds=rounds)
    return Figure(comparison, goals)
