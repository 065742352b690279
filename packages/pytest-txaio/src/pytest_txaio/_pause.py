"""Time for a test to let things happen."""

from __future__ import annotations

from collections.abc import Callable

from txaio_interfaces import IBackend


SETTLING_TURNS = 10
"""More turns of a loop than anything takes that is due."""


async def pause(txa: IBackend, seconds: float) -> None:
    """Sleep, then let what was due in the meantime come to its end.

    In real time, on a busy machine, much may be due at once, and a sleeper is woken
    before what others do in several turns has been done.
    """
    await txa.sleep(seconds)
    for _ in range(SETTLING_TURNS):
        await txa.sleep(0)


async def until(txa: IBackend, happened: Callable[[], bool], step: float) -> None:
    """Sleep until *happened*, which is asked every *step* seconds, says so.

    For what begets what: in real time, on a busy machine, each is late in its turn.
    """
    while not happened():
        await txa.sleep(step)
