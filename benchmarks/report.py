"""The report: tables in Markdown, the same as JSON, and a chart for light and dark."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from benchmarks.charts import write_charts


if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from benchmarks.rows import Row

COLUMNS = ("work", "ours", "compared with", "ours, each", "other, each", "ratio")
GOALS = ("work", "ours", "compared with", "ratio", "goal", "met")
LATENESS = ("min", "p50", "p99", "max")
NUMBERS = {"ours, each", "other, each", "ratio", "goal", "ms", "ns", *LATENESS}
"""Columns of numbers, which are aligned on the right."""
CURVES = {
    "txaio 26.6.1": "txaio 26.6.1",
    "Trio task": "Trio: a task each",
    "Twisted": "Twisted: callLater",
    "asyncio": "asyncio: call_later",
    "uvloop": "uvloop: call_later",
    "ours on Twisted": "batched, on Twisted",
    "ours on asyncio": "batched, on asyncio",
    "ours on asyncio, reset": "batched, by reset",
}
"""The names of what the chart shows, the slowest first."""
LINES = {"ours": "-", "other": "--"}
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
        """Write ``results.md``, ``goals.md``, ``results.json`` and two charts."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.md").write_text("\n".join(self.markdown()) + "\n")
        data = asdict(self) | {"machine": machine()}
        data["rows"] = [row.as_dict() for row in self.rows]
        (folder / "results.json").write_text(json.dumps(data, indent=1) + "\n")
        goals = table(
            "Goals", GOALS, [row.goal_cells() for row in self.rows if row.goal]
        )
        (folder / "goals.md").write_text("\n".join(goals).strip() + "\n")
        curves = _curves(self.rows)
        write_charts(folder, "rearm", partial(_draw, curves=curves))

    def markdown(self) -> Iterator[str]:
        """Yield the lines of the tables."""
        yield f"Measured with {machine()}."
        if self.quick:
            yield "A quick run: the figures are rough."
        yield from table(
            "txaio and others", COLUMNS, [row.cells()[:6] for row in self.rows]
        )
        seconds = [
            [title, name, *(f"{late[key]:.4f}" for key in LATENESS)]
            for title, name, late in self.late
        ]
        yield from table(
            "Lateness of calls, in seconds", ("buckets", "timer", *LATENESS), seconds
        )
        costs = [[name, f"{ms:.2f}"] for name, ms in self.imports.items()]
        yield from table("Time of an import", ("import", "ms"), costs)
        calls = [[name, f"{ns:.0f}"] for name, ns in self.calls.items()]
        yield from table("Single calls on asyncio", ("call", "ns"), calls)


def table(
    title: str,
    head: Iterable[str],
    rows: list[list[str]],
    numbers: Container[str] = NUMBERS,
) -> Iterator[str]:
    """Yield the lines of a table below a heading; none if it has no *rows*.

    Without a *title* there is no heading.
    """
    head = tuple(head)
    if rows:
        rule = ("---:" if it in numbers else "---" for it in head)
        yield from ("", f"## {title}", "") if title else ()
        yield from (_line(head), _line(rule))
        yield from map(_line, rows)


def _line(cells: Any) -> str:
    return "| " + " | ".join(cells) + " |"


def _curves(rows: Iterable[Row]) -> dict[str, list[tuple[int, float]]]:
    """Return the time of re-arming for each number of connections, by name."""
    curves: dict[str, dict[int, float]] = {}
    for row in rows:
        if row.connections:
            for name, cost in ((row.ours, row.our_cost), (row.peer, row.peer_cost)):
                # The first row is that with many messages in each turn.
                curves.setdefault(name, {}).setdefault(row.connections, cost)
    return {name: sorted(curves[name].items()) for name in CURVES if name in curves}


def _draw(figure: Figure, curves: Mapping[str, Sequence[tuple[int, float]]]) -> None:
    """Draw *curves* of the time to move one timeout."""
    import matplotlib as mpl

    axes = figure.subplots()
    # Tab10 is legible on white and on black.
    axes.set_prop_cycle(color=mpl.colormaps["tab10"].colors)
    for name, points in curves.items():
        style = LINES["ours" if name.startswith("ours") else "other"]
        label = CURVES[name]
        axes.plot(*zip(*points, strict=True), style, label=label, linewidth=2)
    axes.set(xscale="log", yscale="log", xlabel="connections")
    axes.set_title("Nanoseconds to move one timeout", fontsize=13)
    axes.grid(visible=True, which="major", alpha=0.3)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
