"""The report: tables in Markdown, the same as JSON, and a chart."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from benchmarks.rows import Row

COLUMNS = ("work", "ours", "peer", "ours, each", "peer, each", "ratio", "goal", "met")
LATENESS = ("min", "p50", "p99", "max")
PACKAGES = ("txaio-interfaces", "twisted", "anyio", "trio", "uvloop")


def machine() -> str:
    """Return the versions of what was measured, and the machine."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{platform.python_implementation()} {platform.python_version()},"
        f" {packages}; {platform.system()} {platform.machine()},"
        f" {os.cpu_count()} processors"
    )


@dataclass
class Report:
    """All figures that were measured."""

    quick: bool
    rows: list[Row] = field(default_factory=list)
    late: list[tuple[str, str, dict[str, float]]] = field(default_factory=list)
    imports: dict[str, float] = field(default_factory=dict)
    calls: dict[str, float] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write ``results.md``, ``results.json`` and ``rearm.svg`` into *folder*."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.md").write_text("\n".join(self.markdown()) + "\n")
        data = asdict(self) | {"machine": machine()}
        data["rows"] = [row.as_dict() for row in self.rows]
        (folder / "results.json").write_text(json.dumps(data, indent=1) + "\n")
        _draw_chart(folder / "rearm.svg", self.rows)

    def markdown(self) -> Iterator[str]:
        """Yield the lines of the tables."""
        yield f"Measured with {machine()}."
        if self.quick:
            yield "A quick run: the figures are rough."
        yield from _table(
            "Ours beside its peers", COLUMNS, [row.cells() for row in self.rows]
        )
        seconds = [
            [title, name, *(f"{late[key]:.4f}" for key in LATENESS)]
            for title, name, late in self.late
        ]
        yield from _table(
            "How late calls are, in seconds", ("buckets", "timer", *LATENESS), seconds
        )
        costs = [[name, f"{ms:.2f}"] for name, ms in self.imports.items()]
        yield from _table("What an import costs", ("import", "ms"), costs)
        calls = [[name, f"{ns:.0f}"] for name, ns in self.calls.items()]
        yield from _table("Single calls on asyncio", ("call", "ns"), calls)


def _table(title: str, head: Iterable[str], rows: list[list[str]]) -> Iterator[str]:
    head = tuple(head)
    if rows:
        yield from ("", f"## {title}", "", _line(head), _line("---" for _ in head))
        yield from map(_line, rows)


def _line(cells: Any) -> str:
    return "| " + " | ".join(cells) + " |"


def _draw_chart(path: Path, rows: list[Row]) -> None:
    """Draw the cost of re-arming against the number of connections."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "txaio"
    curves: dict[str, dict[int, float]] = {}
    for row in rows:
        if row.connections:
            for name, cost in ((row.ours, row.our_cost), (row.peer, row.peer_cost)):
                # The first row is that with many messages in each turn.
                curves.setdefault(name, {}).setdefault(row.connections, cost)
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    axes.set_prop_cycle(color=mpl.colormaps["tab20"].colors)
    for name, points in sorted(curves.items()):
        style = "-" if name.startswith("ours") else "--"
        axes.plot(*zip(*sorted(points.items()), strict=True), style, label=name)
    axes.set(xscale="log", yscale="log", xlabel="connections", ylabel="ns a message")
    axes.set_title("Re-arming a timeout with every message")
    axes.grid(visible=True, which="major", alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, fontsize="small")
    figure.savefig(path, metadata={"Date": None})
