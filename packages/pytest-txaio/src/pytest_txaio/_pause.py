"""Time for a test to let things happen."""

from __future__ import annotations

from collections.abc import Callable

from txaio_interfaces import IBackend


SETTLING_TURNS = 10
"""More iterations of a loop than anything that is due needs."""


async def pause(txa: IBackend, seconds: float) -> None:
    """Sleep, then let everything finish that was due in the meantime.

    In real time, on a busy machine, many calls may be due at once, and `sleep` returns
    before calls that need several iterations of the loop are done.
    """
    await txa.sleep(seconds)
    for _ in range(SETTLING_TURNS):
        await txa.sleep(0)


async def until(txa: IBackend, happened: Callable[[], bool], step: float) -> None:
    """Sleep until ``happened()``, which is called every *step* seconds, is true.

    Use it where one timed call makes the next: in real time, on a busy machine, the
    delays of all of them add up.
    """
    while not happened():
        await txa.sleep(step)
