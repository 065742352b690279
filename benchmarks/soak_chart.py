"""Draw the memory of the session `soak`: `python -m benchmarks.soak_chart FILE`."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.charts import write_charts


if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOLDER = Path(__file__).parents[1] / "docs" / "benchmarks"


def draw(figure: Figure, runs: list[dict[str, Any]]) -> None:
    """Draw a curve for each of *runs*: a loop, and samples of seconds and bytes."""
    axes = figure.subplots()
    for run in runs:
        samples = run["samples"]
        begun, first = samples[0]
        minutes = [(when - begun) / 60 for when, _ in samples]
        grown = [(memory - first) / 1024 for _, memory in samples]
        label = f"{run['loop']}, from {first / 1e6:.0f} MB"
        axes.plot(minutes, grown, label=label, linewidth=2)
    axes.set(xlabel="minutes", ylabel="KiB")
    axes.set_title("Memory since the end of the warm-up", fontsize=13)
    axes.grid(visible=True, alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)


def main(path: Path, folder: Path = FOLDER) -> None:
    """Draw the runs in the file *path*, a line in JSON for each."""
    runs = [json.loads(line) for line in path.read_text().splitlines()]
    write_charts(folder, "soak", partial(draw, runs=runs))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
