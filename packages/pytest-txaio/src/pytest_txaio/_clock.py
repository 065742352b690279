"""The clock of a test."""

from __future__ import annotations

from math import inf
from time import monotonic

from pytest_txaio._host import Host
from pytest_txaio._proxy import CurrentBackend
from pytest_txaio._time import in_seconds


class TxaioClock:
    """The time of the backend, which a test can move if it is virtual."""

    def __init__(self, host: Host, current: CurrentBackend) -> None:
        self._host = host
        self._current = current

    def time(self) -> float:
        """Return the time, in seconds; only differences mean anything."""
        if self._host.virtual is not None:
            return self._host.virtual.now
        if self._current.backend is None:
            return monotonic()
        now: float = self._current.backend.time()
        return now

    def advance(self, seconds: float) -> None:
        """Move the time at once, as if the process had been suspended so long.

        What is due then is called in the loop's next turns, in its order.

        Raises `TypeError` if *seconds* is no number, `ValueError` if it is negative or
        not finite, `RuntimeError` if the clock is a real one.
        """
        if self._host.virtual is None:
            message = (
                f"the clock of {self._host.name} is real here: sleep, or run the test"
                " where it is virtual with @pytest.mark.txaio(clock='virtual')"
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
        self._host.virtual.now += number
