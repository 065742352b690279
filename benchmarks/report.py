"""The report: a table for people, the same as JSON, and a picture of the cost."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from benchmarks.figures import Row

COLUMNS = ("work", "ours", "peer", "ours, each", "peer, each", "ratio", "goal", "met")
PACKAGES = ("txaio-interfaces", "twisted", "anyio", "trio", "uvloop")


def machine() -> str:
    """Say what was measured, and on what."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{platform.python_implementation()} {platform.python_version()},"
        f" {packages}; {platform.system()} {platform.machine()},"
        f" {os.cpu_count()} processors"
    )


def write(folder: Path, rows: list[Row], *, quick: bool) -> None:
    """Write ``results.md``, ``results.json`` and ``rearm.svg`` into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.md").write_text(_markdown(rows, quick=quick))
    data = {
        "machine": machine(),
        "quick": quick,
        "rows": [row.as_dict() for row in rows],
    }
    (folder / "results.json").write_text(json.dumps(data, indent=1) + "\n")
    _picture(folder / "rearm.svg", rows)


def _markdown(rows: list[Row], *, quick: bool) -> str:
    lines = [f"Measured with {machine()}."]
    if quick:
        lines.append("A quick run: the figures are rough.")
    lines += ["", _line(COLUMNS), _line("---" for _ in COLUMNS)]
    lines += [_line(row.cells()) for row in rows]
    return "\n".join(lines) + "\n"


def _line(cells: Any) -> str:
    return "| " + " | ".join(cells) + " |"


def _picture(path: Path, rows: list[Row]) -> None:
    """Draw what re-arming costs against the number of connections."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "txaio"
    curves: dict[str, dict[int, float]] = {}
    for row in rows:
        if row.connections:
            for name, cost in ((row.ours, row.our_cost), (row.peer, row.peer_cost)):
                curves.setdefault(name, {})[row.connections] = cost
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for name, points in sorted(curves.items()):
        style = "-" if name.startswith("ours") else "--"
        axes.plot(*zip(*sorted(points.items()), strict=True), style, label=name)
    axes.set(xscale="log", yscale="log", xlabel="connections", ylabel="ns a message")
    axes.set_title("Re-arming a timeout with every message")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize="small")
    figure.savefig(path, metadata={"Date": None})
