"""asyncio event loops in virtual time, and what can be asked of any asyncio loop.

asyncio's loop computes how long to wait until its next timer, and waits in one place:
`selector.select(timeout)`.
`JumpingSelector` polls there without waiting; if no descriptor is ready, it moves the
virtual time forward by *timeout* and returns, and the loop finds its timer due.
With `timeout=None` there is no timer, so time cannot move: the loop waits for
descriptors in real time, as it would without us.
If it watches none but its own, only another thread can wake it, and after
`STUCK_DELAY` the loop is reported as stuck.

`time()` has to return the virtual time to everybody, so it is a method of the loop;
patching `time.monotonic` would change it for threads and for the watchdog, too.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from math import ulp
from selectors import SelectorKey
from typing import Any

from pytest_txaio._time import STUCK_DELAY, VirtualTime


class JumpingSelector(selectors.DefaultSelector):
    """A selector that moves the virtual time instead of waiting for a timer."""

    def __init__(self, time: VirtualTime, on_stuck: Callable[[], object]) -> None:
        super().__init__()
        self.time = time
        self.on_stuck = on_stuck
        self.own = 0
        """The number of descriptors that the loop watches for itself."""

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Return what is ready; wait only if no timer is set."""
        if timeout is None:
            return self._wait()
        ready: list[tuple[SelectorKey, int]] = super().select(0)
        if not ready and timeout > 0:
            self.time.jump(timeout)
        return ready

    def _wait(self) -> list[tuple[SelectorKey, int]]:
        ready: list[tuple[SelectorKey, int]] = super().select(STUCK_DELAY)
        while not ready:
            if len(self.get_map()) <= self.own:
                self.on_stuck()
            ready = super().select(None)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop whose time jumps to the next timer when nothing is ready."""

    def __init__(self, time: VirtualTime, on_stuck: Callable[[], object]) -> None:
        self._clock = time
        self._jumping = JumpingSelector(time, on_stuck)
        super().__init__(self._jumping)
        self.count_own_descriptors()

    def count_own_descriptors(self) -> None:
        """Count the descriptors watched so far as the loop's own."""
        self._jumping.own = len(self._jumping.get_map())

    def time(self) -> float:
        """Return the virtual time, in seconds."""
        return self._clock.now

    @property
    def _clock_resolution(self) -> float:
        """What asyncio adds to the time, so that calls that are due now are made.

        It is a nanosecond otherwise, which from 194 days on is less than the difference
        between two floats, and is lost.
        """
        return ulp(self._clock.now)

    @_clock_resolution.setter
    def _clock_resolution(self, _resolution: float) -> None:
        """Ignore the resolution of the real clock."""

    async def shutdown_default_executor(self, timeout: Any = None) -> None:  # noqa: ASYNC109
        """Wait for the threads without the limit, to which virtual time would jump."""
        del timeout
        await super().shutdown_default_executor()


def pending_calls(loop: Any) -> list[tuple[Any, float]]:
    """Return the pending timed calls of an asyncio *loop*, and the seconds left.

    Calls that are due have left its heap already; cancelled ones may still be in it.
    """
    now = loop.time()
    return [
        (handle._callback, handle.when() - now)
        for handle in loop._scheduled
        if not handle.cancelled()
    ]


def ready_calls(loop: Any) -> int:
    """Return the number of calls that *loop* makes next, without the one it makes."""
    return len(loop._ready)


def watched(loop: Any) -> list[object]:
    """Return the file objects that *loop* watches, without the one that wakes it."""
    # uvloop, for one, has no selector to ask.
    selector, own = getattr(loop, "_selector", None), getattr(loop, "_ssock", None)
    keys: Any = [] if selector is None else selector.get_map().values()
    return [key.fileobj for key in keys if key.fileobj is not own]


def exception_of(context: dict[str, Any]) -> BaseException:
    """Return what was reported to an asyncio loop's exception handler."""
    exception: BaseException | None = context.get("exception")
    return RuntimeError(context["message"]) if exception is None else exception
