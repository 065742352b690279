"""Rows of a table: ours, a peer, their ratio, and the goal for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.comparison import Comparison, Result


@dataclass(frozen=True)
class Row:
    """One comparison of ours with a peer."""

    work: str
    ours: str
    peer: str
    our_cost: float
    peer_cost: float
    ratio: float
    goal: float | None
    unit: str
    connections: int

    @property
    def met(self) -> bool | None:
        """Whether the ratio is within the goal; None if there is none."""
        return None if self.goal is None else self.ratio <= self.goal

    def cells(self) -> list[str]:
        """Return the row as text."""
        goal = "" if self.goal is None else f"≤ {self.goal:.4g}"
        met = {None: "", True: "yes", False: "no"}[self.met]
        costs = [f"{cost:,.0f} {self.unit}" for cost in (self.our_cost, self.peer_cost)]
        return [self.work, self.ours, self.peer, *costs, f"{self.ratio:.3g}", goal, met]

    def goal_cells(self) -> list[str]:
        """Return the row as text, with its goal and without times."""
        work, ours, peer, _our_cost, _peer_cost, *rest = self.cells()
        return [work, ours, peer, *rest]

    def as_dict(self) -> dict[str, Any]:
        """Return the row as data."""
        return asdict(self) | {"met": self.met}


@dataclass(frozen=True)
class Figure:
    """A comparison, and the goals for the ratios to some of the peers."""

    comparison: Comparison
    goals: dict[str, float]

    def rows(self, result: Result) -> Iterator[Row]:
        """Compare ours with each peer."""
        comparison = result.comparison
        ours, *peers = comparison.candidates
        for peer in peers:
            yield Row(
                comparison.title,
                ours,
                peer,
                result.figure(ours),
                result.figure(peer),
                result.ratio(ours, peer),
                self.goals.get(peer),
                comparison.unit,
                int(comparison.task.get("connections", 0)),
            )
