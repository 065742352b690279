"""Virtual time, which stands still until a loop or a test moves it.

Rule: a loop moves the time only when it has nothing else to do, and then exactly to its
next timer (`jump`).
So an hour passes at once, calls are made in order of time, and code that runs takes no
time at all.

Sockets and threads work in real time, which virtual time does not wait for: while
something is due, the loop jumps to it, and a timeout around a thread expires at once.
Waiting for threads instead would be a guess, as a thread may wait for the loop in its
turn; `unwaited` counts the seconds that were jumped while threads ran, so that a test
that fails with `TimeoutError` can say why.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from math import inf, isnan, nan, nextafter
from typing import Any


START = 1234.5678
"""The virtual time at first: not a round number, like that of a monotonic clock."""

STUCK_DELAY = 0.05
"""Real seconds for which a loop has nothing to do before it counts as stuck."""


def in_seconds(value: Any) -> float:
    """Return *value*, any real number, as a float; one that is too large is infinite.

    Raises `TypeError` if it is not a number; a string never is.
    """
    try:
        return nan if isnan(value) else float(value)
    except OverflowError:
        return inf if value > 0 else -inf
    except ValueError:  # A signalling NaN.
        return nan


class VirtualTime:
    """A clock, in seconds, that stands still until it is moved.

    All loops of one host share it: time continues from one run to the next.
    """

    def __init__(self) -> None:
        self.now: float = START
        self.unwaited: float = 0.0
        """The seconds that were jumped while threads of the test were running."""
        self.on_jump: Callable[[], object] = bool
        """To be called when the time has been moved."""
        self._threads = set(threading.enumerate())

    def advance(self, seconds: float) -> None:
        """Move the time by *seconds*, whatever is due meanwhile."""
        self.now += seconds
        self.on_jump()

    def jump(self, seconds: float, threads_work: bool | None = None) -> None:
        """Move the time to the next timer, which is due in *seconds*.

        *threads_work* says whether threads of the test are running; if it is None,
        these are the threads that were started since this clock was made.
        """
        # The sum may be equal to `now` if *seconds* is very small.
        self.advance(max(seconds, nextafter(self.now, inf) - self.now))
        if threads_work is None:
            threads_work = bool(set(threading.enumerate()) - self._threads)
        if threads_work:
            self.unwaited += seconds
