"""Run JSON-RPC on seven event loops, over real sockets, and compare.

    python demo.py                            all loops, one after the other
    python demo.py --only asyncio twisted     some of them

On each loop 200 clients call one server, all at the same time, in every way there is.
Exits with 1 if an answer is wrong, or comes never or twice, or if another number is not
as planned; the plan is the same for all loops.
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
    "clients": "clients",
    "answers": "answers",
    "errors": "errors",
    "timeouts": "calls without an answer in time",
    "cancelled": "calls that were cancelled",
    "notes": "notifications",
    "closed": "connections that ended in order",
}

HEADINGS = (
    "clients",
    "answers",
    "lost",
    "doubled",
    "errors",
    "timeouts",
    "cancelled",
    "notifications",
    "at once",
    "messages/s",
)


def problems_of(tally: Tally) -> list[str]:
    """Return a description of each number that is not as planned."""
    problems = not_as_due(tally, COUNTED)
    for key, what in (
        ("wrong", "wrong answers"),
        ("doubled", "answers or notifications that came twice"),
        ("errors_reported", "errors that were reported"),
    ):
        if tally[key]:
            problems.append(f"{what}: {tally[key]}")
    return problems


def cells(tally: Tally) -> tuple[str, ...]:
    """Return the cells of a row below `HEADINGS`."""
    lost = tally["answers_due"] - tally["answers"]
    counts = ("errors", "timeouts", "cancelled", "notes", "at_once")
    return (
        str(tally["clients"]),
        str(tally["answers"]),
        str(lost),
        str(tally["doubled"]),
        *(str(tally[key]) for key in counts),
        f"{tally['messages'] / tally['seconds']:.0f}",
    )


if __name__ == "__main__":
    needs = ("txaio_primitives",)
    text = __doc__ or ""
    demo = Demo(HERE, "jsonrpc_peer", needs, text, HEADINGS, cells, problems_of)
    sys.exit(demo.main())
