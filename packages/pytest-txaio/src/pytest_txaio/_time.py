"""Time that a test can move."""

from __future__ import annotations

import threading
from math import inf, isnan, nan, nextafter
from typing import Any


START = 1234.5678
"""Where virtual time begins: at no round figure, as monotonic clocks do."""

STUCK_DELAY = 0.05
"""For how many real seconds a loop with nothing to do waits before it says so."""


def in_seconds(value: Any) -> float:
    """Return *value*, any real number, as a float, infinite if none can hold it.

    Raises `TypeError` if it is no number; a text is none, whatever it says.
    """
    try:
        return nan if isnan(value) else float(value)
    except OverflowError:
        return inf if value > 0 else -inf


class VirtualTime:
    """A clock, in seconds, that stands still until somebody moves it.

    All loops of one host share it: time goes on from one run to the next.
    """

    def __init__(self) -> None:
        self.now: float = START
        self.unwaited: float = 0.0
        """How many seconds it jumped while there were threads that the test began."""
        self._threads = set(threading.enumerate())

    def jump(self, seconds: float, threads_work: bool | None = None) -> None:
        """Move it to what is due in *seconds*, as the loop has nothing else to do.

        Unless told whether *threads_work*, look for those that were not there before.
        """
        # The sum may be the same time again, where *seconds* are very few.
        self.now = max(self.now + seconds, nextafter(self.now, inf))
        if threads_work is None:
            threads_work = bool(set(threading.enumerate()) - self._threads)
        if threads_work:
            self.unwaited += seconds
