"""Charts, each for light and for dark pages."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure

COLORS = {"": "#1a1c1e", "-dark": "#cfd0d0"}
"""The color of words and axes, by what is added to the name of the file."""
COLORED = (
    "text.color",
    "axes.labelcolor",
    "axes.edgecolor",
    "xtick.color",
    "ytick.color",
)


def write_charts(folder: Path, name: str, draw: Callable[[Figure], None]) -> None:
    """Write *name*.svg and *name*-dark.svg, which *draw* draws, on no background."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    for suffix, color in COLORS.items():
        colors = dict.fromkeys(COLORED, color)
        with mpl.rc_context({"svg.hashsalt": "txaio", "font.size": 12, **colors}):
            figure = Figure(figsize=(7, 5.6), layout="constrained")
            draw(figure)
            for axes in figure.axes:
                axes.patch.set_alpha(0)
            path = folder / f"{name}{suffix}.svg"
            figure.savefig(path, metadata={"Date": None}, transparent=True)
