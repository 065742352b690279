"""What must hold after the connections are closed, and the text about it."""

from __future__ import annotations

from soak._measure import slope_of
from soak._program import Soak


MOST_GROWTH = 0.02
"""The share of the memory by which it may grow in the time that is measured."""
MARGIN = 10
"""Buckets by which a call may be late on a slow machine, besides the two promised."""
SETTLED = 60
"""Seconds from which on memory should not grow; before, caches are filled."""
EARLY = 0.002
"""Seconds by which a call may be early, as clocks tick."""


def problems(program: Soak) -> list[str]:
    """Return what is wrong, empty if nothing is."""
    tally = program.tally
    reported, once = program.output.reported()
    wrong = []
    if not tally.made or not tally.failed:
        wrong.append("no calls were made, or none of them failed: give it more time")
    if reported != tally.failed:
        wrong.append(f"of {tally.failed} failures {reported} were reported")
    if once != reported:
        wrong.append(f"{reported - once} failures were reported more than once")
    if tally.begun != tally.ended:
        wrong.append(f"of {tally.begun} coroutines {tally.ended} cleaned up")
    if tally.earliest < -EARLY:
        wrong.append(f"a call was early by {-tally.earliest:.3f} s")
    if tally.latest > (2 + MARGIN) * program.plan.bucket:
        wrong.append(f"a call was late by {tally.latest:.3f} s")
    slope = slope_of(tally.samples)
    if program.plan.seconds >= SETTLED and slope.value > 3 * slope.error:
        (first, memory), (last, _) = tally.samples[0], tally.samples[-1]
        growth = slope.value * (last - first)
        if growth > MOST_GROWTH * memory:
            wrong.append(f"memory grew by {growth / 1e6:.1f} MB")
    return wrong


def describe(program: Soak, processor: float) -> str:
    """Return the figures, on a few lines."""
    tally = program.tally
    slope = slope_of(tally.samples)
    memory = tally.samples[-1][1] / 1e6 if tally.samples else 0
    return (
        f"    {tally.moved} calls moved, {tally.made} made, {tally.failed} failed,"
        f" {tally.ended} coroutines cancelled, {program.output.lines} lines logged\n"
        f"    late by {tally.late / max(tally.made, 1):.2f} s on average,"
        f" {tally.latest:.2f} s at most; {processor:.0f} s of processor time\n"
        f"    memory: {memory:.1f} MB,"
        f" {slope.value * 60 / 1e3:+.1f} ± {slope.error * 60 / 1e3:.1f} kB a minute"
    )
