"""Timers of a reactor whose clock is the wall clock.

Twisted's reactors tell the time by the wall clock, which can be set, and is corrected
bit by bit where it is slow or fast.  Set forward, it makes timers early; set back, it
makes them late, by as much.  Here every call is due by the monotonic clock:

- A call that the reactor makes too early is armed again, for the time that is left.
- Now and then the two clocks are compared.  Where their difference has changed, all
  calls are armed again.  That is done when callbacks are called, so that it costs a
  reactor that has nothing else to do neither a timer nor a thread: on such a one a step
  back is noticed with the next event.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from operator import attrgetter
from time import monotonic
from typing import TYPE_CHECKING, Any

from twisted.python.runtime import seconds


if TYPE_CHECKING:
    from txaio_common import Handle
    from txaio_twisted._queue import CallbackQueue

TOLERANCE = 0.001
"""Seconds that do not count as early."""

CHECK_SECONDS = 0.1
"""How often the clocks are compared, at most."""

DIFFERENCE = 0.05
"""A change of the difference of the clocks, in seconds, that has calls armed again."""


class WallClockCall:
    """A call that is due by the monotonic clock, unless it is cancelled."""

    __slots__ = ("_clock", "due", "fn", "native")

    native: Any
    """The reactor's delayed call."""

    def __init__(self, clock: WallClock, due: float, fn: Callable[[], object]) -> None:
        """Call *fn* at *due*, a time of the monotonic clock."""
        self._clock = clock
        self.due = due
        self.fn = fn

    def __call__(self) -> None:
        """Make the call, or arm it again if that is too early."""
        remaining = self.due - monotonic()
        if remaining > TOLERANCE:
            self.native = self._clock.reactor.callLater(remaining, self)
            return
        self._clock.calls.discard(self)
        try:
            self.fn()
        except (KeyboardInterrupt, SystemExit) as error:
            self._clock.queue.leave(error)

    def when(self) -> float:
        """Return when it is due."""
        return self.due

    def cancel(self) -> None:
        """Do not make the call."""
        self._clock.calls.discard(self)
        self.native.cancel()


class WallClock:
    """The calls that are due on a reactor whose clock is the wall clock."""

    def __init__(self, reactor: Any, queue: CallbackQueue) -> None:
        """Use the timers of *reactor*; *queue* ends the program."""
        self.reactor = reactor
        self.queue = queue
        self.calls: set[WallClockCall] = set()
        """Those that are pending."""
        self._difference = self._compare()
        self._next_check = -inf

    def call_later(self, delay: float, fn: Callable[[], object], /) -> Handle:
        """Call *fn* after *delay* seconds."""
        call = WallClockCall(self, monotonic() + delay, fn)
        call.native = self.reactor.callLater(delay, call)
        self.calls.add(call)
        return call

    def check(self) -> None:
        """Compare the clocks, if that has not been done for a while."""
        now = monotonic()
        if now < self._next_check:
            return
        self._next_check = now + CHECK_SECONDS
        difference = self._compare()
        if abs(difference - self._difference) < DIFFERENCE:
            return
        self._difference = difference
        for call in sorted(self.calls, key=attrgetter("due")):
            # To move it to an earlier time, a reactor searches all of its calls for it.
            call.native.cancel()
            call.native = self.reactor.callLater(max(0.0, call.due - now), call)
        turn = self.queue.turn
        if turn is not None and turn.active():
            turn.reset(0)

    def _compare(self) -> float:
        difference: float = self.reactor.seconds() - monotonic()
        return difference


def is_wall_clock(reactor: Any) -> bool:
    """Tell whether *reactor* tells the time by the wall clock."""
    return reactor.seconds is seconds


def clock_of(reactor: Any) -> Callable[[], float]:
    """Return the clock of *reactor*, or a monotonic one if that is the wall clock."""
    return monotonic if is_wall_clock(reactor) else reactor.seconds
