"""What is measured of a server, and the figures of one measurement."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.rows import Row


if TYPE_CHECKING:
    from collections.abc import Iterator


LOOPS = ("asyncio", "uvloop", "Twisted")
PREDECESSOR = "txaio 26.6.1"
OURS = "ours"
GOALS = {"cpu": 0.5, "rss": 1.0, "p99": None}
"""The goals for the ratios of ours to the predecessor."""
NAMES = {
    "cpu": ("CPU a minute", "ms", 1e3),
    "rss": ("resident memory a connection", "bytes", 1),
    "p99": ("99th percentile of the latency of an echo", "µs", 1e3),
}
"""The name of each figure, its unit, and by what it is multiplied for that."""


@dataclass(frozen=True)
class Task:
    """The clients of a server, and how long it is measured."""

    idle: int
    """The number of connections that only answer pings."""
    busy: int
    """The number of connections that send messages."""
    messages: float
    """The number of messages that a busy connection sends in a second."""
    interval: float
    """The seconds between two pings, for which the server is configured."""
    seconds: float


@dataclass(frozen=True)
class Measured:
    """The figures of one server in one round."""

    loop: str
    version: str
    number: int
    """The number of the round."""
    figures: dict[str, float]


@dataclass(frozen=True)
class Pair:
    """The figures of both versions on one loop, in rounds."""

    loop: str
    old: list[dict[str, float]]
    new: list[dict[str, float]]

    def ratio(self, key: str) -> float:
        """Return the median of the rounds' ratios of ours to the predecessor."""
        rounds = zip(self.old, self.new, strict=True)
        return median(new[key] / old[key] for old, new in rounds)

    def cells(self) -> Iterator[list[str]]:
        """Yield the rows of both, and their ratios, as text."""
        for version, rounds in ((PREDECESSOR, self.old), (OURS, self.new)):
            cpu, rss, p99 = (median(it[key] for it in rounds) for key in NAMES)
            counted = ("due", "sent", "early", "doubled", "lost")
            due, sent, early, doubled, lost = (
                f"{sum(it[key] for it in rounds):,.0f}" for key in counted
            )
            earliest = max(0.0, *(it["earliest"] for it in rounds))
            pings = (due, sent, early, f"{earliest:.2f}", doubled, lost)
            yield [
                self.loop,
                version,
                f"{cpu:.2f}",
                f"{rss / 1024:.2f}",
                *pings,
                f"{p99:.1f}",
            ]
        *first, last = (f"{self.ratio(key):.2f}" for key in NAMES)
        yield [self.loop, "ratio", *first, *[""] * 6, last]

    def rows(self, connections: int) -> Iterator[Row]:
        """Yield the comparisons for which there may be a goal."""
        for key, (name, unit, factor) in NAMES.items():
            old, new = (median(it[key] for it in each) for each in (self.old, self.new))
            costs = (new * factor, old * factor)
            names = (f"a server: {name}", f"ours on {self.loop}", PREDECESSOR)
            ratio, goal = self.ratio(key), GOALS[key]
            yield Row(*names, *costs, ratio, goal, unit, connections)

    def goal_cells(self) -> Iterator[list[str]]:
        """Yield the goals, and whether they are met, as text."""
        for row in self.rows(0):
            if row.goal is not None:
                yield row.goal_cells()
        wrong = sum(int(it["early"] + it["doubled"]) for it in self.new)
        met = "no" if wrong else "yes"
        names = ("a server: early or doubled pings", f"ours on {self.loop}", "none")
        yield [*names, str(wrong), "0", met]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as data."""
        return {"loop": self.loop, PREDECESSOR: self.old, OURS: self.new}


def pairs(results: list[Measured]) -> list[Pair]:
    """Return the *results* of each loop."""
    by = {
        (loop, version): [
            each.figures
            for each in sorted(results, key=lambda it: it.number)
            if (each.loop, each.version) == (loop, version)
        ]
        for loop in LOOPS
        for version in (PREDECESSOR, OURS)
    }
    return [Pair(loop, by[loop, PREDECESSOR], by[loop, OURS]) for loop in LOOPS]
