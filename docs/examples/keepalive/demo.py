"""Run one library on seven event loops, over real sockets, and compare.

    python demo.py                            all loops, one after the other
    python demo.py --only asyncio twisted     some of them

On each loop a server pings 200 clients, of which 10 stop answering and 5 disconnect.
Exits with 1 if a number is not as planned; the plan is the same for all loops.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING


# What the demos have in common is beside the examples.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from seven_loops import Demo, not_as_due


if TYPE_CHECKING:
    from seven_loops import Tally

HERE = Path(__file__).resolve().parent

COUNTED = {
    "peers": "peers",
    "pings": "pings sent",
    "pongs": "pongs",
    "silent": "silent peers found",
    "vanished": "vanished peers found",
}

HEADINGS = (
    "peers",
    "pings due",
    "pings sent",
    "pongs",
    "silent found",
    "early",
    "late at most",
    "native timers / timers",
    "errors lost",
)


def problems_of(tally: Tally) -> list[str]:
    """Return a description of each number that is not as planned."""
    problems = not_as_due(tally, COUNTED)
    if tally["early"]:
        problems.append(f"silent peers found early: {tally['early']}")
    if lost := errors_lost(tally):
        problems.append(f"errors lost: {lost} of {tally['errors_caused']}")
    if tally["errors_unexpected"]:
        problems.append(f"errors that were not planned: {tally['errors_unexpected']}")
    return problems


def errors_lost(tally: Tally) -> int:
    """Return the number of errors that were caused and not reported."""
    return int(tally["errors_caused"] - tally["errors_reported"])


def cells(tally: Tally) -> tuple[str, ...]:
    """Return the cells of a row below `HEADINGS`."""
    counts = ("peers", "pings_due", "pings", "pongs", "silent", "early")
    return (
        *(str(tally[key]) for key in counts),
        f"{tally['late'] * 1000:.1f} ms",
        f"{tally['native_timers']} / {tally['timers']}",
        f"{errors_lost(tally)} of {tally['errors_caused']}",
    )


if __name__ == "__main__":
    demo = Demo(HERE, "keepalive", (), __doc__ or "", HEADINGS, cells, problems_of)
    sys.exit(demo.main())
