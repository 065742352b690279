"""The clock of a test, and helpers that wait."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from time import monotonic

from pytest_txaio._host import Host
from pytest_txaio._proxy import CurrentBackend
from pytest_txaio._time import in_seconds
from txaio_interfaces import IBackend


SETTLING_TURNS = 10
"""More iterations of a loop than anything that is due needs."""


class TxaioClock:
    """The time of the backend; a test can move it if it is virtual."""

    def __init__(self, host: Host, current: CurrentBackend) -> None:
        self._host = host
        self._current = current

    def time(self) -> float:
        """Return the time in seconds; only differences are meaningful."""
        if self._host.virtual is not None:
            return self._host.virtual.now
        if self._current.backend is None:
            return monotonic()
        now: float = self._current.backend.time()
        return now

    def advance(self, seconds: float) -> None:
        """Move the time at once, as if the process had been suspended for *seconds*.

        Timed calls that are due then are made in the next iterations of the loop, in
        order of time.

        Raises `TypeError` if *seconds* is not a number, `ValueError` if it is negative
        or not finite, `RuntimeError` if the clock is real.
        """
        if self._host.virtual is None:
            message = (
                f"{self._host.name} uses a real clock here: sleep, or run the test in"
                " virtual time with @pytest.mark.txaio(clock='virtual')"
            )
            raise RuntimeError(message)
        try:
            number = in_seconds(seconds)
        except TypeError:
            kind = type(seconds).__name__
            message = f"seconds must be a number of seconds, not {kind!r}"
            raise TypeError(message) from None
        if not 0 <= number < inf:
            message = f"seconds must be finite and not below 0, not {seconds!r}"
            raise ValueError(message)
        self._host.virtual.advance(number)


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
