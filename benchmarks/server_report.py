"""The report on servers: tables in Markdown, the same as JSON, and a chart."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.charts import write_charts
from benchmarks.report import GOALS, machine, table
from benchmarks.server_task import OURS, PREDECESSOR, Measured, Pair, Task, pairs


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure

COLUMNS = (
    "event loop",
    "txaio",
    "CPU, s a minute",
    "KiB a connection",
    "pings due",
    "sent",
    "early",
    "by at most, s",
    "doubled",
    "lost",
    "p99 of an echo, ms",
)
PANELS = (
    ("cpu", "CPU, seconds a minute", 1),
    ("rss", "Memory a connection, KiB", 1 / 1024),
    ("p99", "99th percentile of an echo, ms", 1),
)
"""What the chart shows: a figure, its title, and by what it is multiplied."""
BAR_COLORS = {PREDECESSOR: "tab:gray", OURS: "tab:blue"}


def server_markdown(task: Task, results: list[Measured]) -> Iterator[str]:
    """Yield the lines of the table, which has no heading."""
    compared = pairs(results)
    cells = [row for pair in compared for row in pair.cells()]
    yield from table("", COLUMNS, cells, COLUMNS[2:])
    yield ""
    yield (
        f"Idle connections: {task.idle:,}, with a ping every {task.interval:g} s."
        f" Busy connections: {task.busy}, with {task.messages:g} messages a second."
        f" Rounds: {len(compared[0].new)}, of {task.seconds:g} s."
    )
    yield f"Autobahn {version('autobahn')}; {machine()}."


def write_server_report(folder: Path, task: Task, results: list[Measured]) -> None:
    """Write ``server.md``, ``server-goals.md``, ``server.json`` and two charts."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "\n".join(server_markdown(task, results)).strip()
    (folder / "server.md").write_text(lines + "\n")
    compared = pairs(results)
    cells = [row for pair in compared for row in pair.goal_cells()]
    goals = "\n".join(table("Goals of a server", GOALS, cells)).strip()
    (folder / "server-goals.md").write_text(goals + "\n")
    data: dict[str, Any] = {
        "machine": machine(),
        "autobahn": version("autobahn"),
        "task": asdict(task),
        "rows": [row.as_dict() for it in compared for row in it.rows(task.idle)],
        "rounds": [pair.as_dict() for pair in compared],
    }
    (folder / "server.json").write_text(json.dumps(data, indent=1) + "\n")
    write_charts(folder, "server", partial(_draw, compared=compared))


def _draw(figure: Figure, compared: list[Pair]) -> None:
    """Draw a panel of bars for each figure."""
    panels = figure.subplots(len(PANELS), 1, sharey=True)
    for axes, (key, title, factor) in zip(panels, PANELS, strict=True):
        for place, label in ((-0.2, PREDECESSOR), (0.2, OURS)):
            bars = axes.barh(
                [index + place for index in range(len(compared))],
                [_height(pair, label, key) * factor for pair in compared],
                height=0.36,
                color=BAR_COLORS[label],
                label=label,
            )
            axes.bar_label(bars, fmt="{:.1f}", padding=3)
        axes.set_yticks(range(len(compared)), [pair.loop for pair in compared])
        axes.set_title(title, fontsize=12)
        axes.margins(x=0.12)
    panels[0].invert_yaxis()
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)


def _height(pair: Pair, label: str, key: str) -> float:
    rounds = {PREDECESSOR: pair.old, OURS: pair.new}[label]
    return median(each[key] for each in rounds)
