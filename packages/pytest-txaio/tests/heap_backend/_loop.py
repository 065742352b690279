"""An event loop: calls that are due now, in a queue, and calls that are due later."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from heapq import heapify, heappop, heappush
from itertools import count
from threading import Condition
from typing import Any


Report = Callable[[str, BaseException], object]

MAX_CANCELLED_CALLS = 64
"""How many cancelled calls may stay in the heap, however small it is."""


def log_error(text: str, error: BaseException) -> None:
    """Log *error* to the standard library's logging."""
    logging.getLogger("heap").error("%s", text, exc_info=error)


class Call:
    """A call that the loop was asked to make."""

    __slots__ = ("_loop", "fn")

    def __init__(self, loop: Loop, fn: Callable[[], object]) -> None:
        self._loop = loop
        self.fn: Callable[[], object] | None = fn

    def __call__(self) -> None:
        fn, self.fn = self.fn, None
        try:
            if fn is not None:
                fn()
        finally:
            # Where a coroutine fails, its traceback keeps this frame before 3.14.
            del fn

    def cancel(self) -> None:
        """Do not make the call."""
        if self.fn is not None:
            self.fn = None
            self._loop.tidy()


class Loop:
    """Makes calls in their order and in their time, in the thread that runs it."""

    def __init__(self, report: Report = log_error) -> None:
        """Call *report* with errors that nothing else handles."""
        self.report = report
        self._ready: deque[Callable[[], object]] = deque()
        self._later: list[tuple[float, int, Call]] = []
        # Calls that are due at the same time are made in the order of asking.
        self._numbers = count()
        self._cancelled = 0
        self._wake = Condition()
        self.threads = ThreadPoolExecutor()
        self.tasks: set[Any] = set()
        """The tasks of the coroutines that run, which nothing else may refer to."""
        self.current: Any = None
        """The task whose coroutine runs."""

    def now(self) -> float:
        """Return the monotonic time, in seconds."""
        return time.monotonic()

    def soon(self, fn: Callable[[], object]) -> Call:
        """Make the call in the next turn."""
        call = Call(self, fn)
        self._ready.append(call)
        return call

    def at(self, when: float, fn: Callable[[], object]) -> Call:
        """Make the call at *when*, a time of `now`."""
        call = Call(self, fn)
        heappush(self._later, (when, next(self._numbers), call))
        return call

    def from_thread(self, fn: Callable[[], object]) -> None:
        """Make the call soon; may be used in any thread, and wakes the loop."""
        with self._wake:
            self._ready.append(fn)
            self._wake.notify()

    def pending(self) -> int:
        """Count the calls that are due later."""
        return sum(call.fn is not None for _, _, call in self._later)

    def ready(self) -> int:
        """Count the calls that are due now."""
        # Calls from threads are functions.
        return sum(getattr(call, "fn", call) is not None for call in self._ready)

    def tidy(self) -> None:
        """Remove cancelled calls, if they are more than half of all."""
        self._cancelled += 1
        if self._cancelled > MAX_CANCELLED_CALLS and self._cancelled * 2 > len(
            self._later
        ):
            self._later = [entry for entry in self._later if entry[2].fn is not None]
            heapify(self._later)
            self._cancelled = 0

    def turn(self) -> None:
        """Make the calls that are due; those that they add wait for the next turn."""
        self._rest()
        now = self.now()
        while self._later and self._later[0][0] <= now:
            self._ready.append(heappop(self._later)[2])
        for _ in range(len(self._ready)):
            try:
                self._ready.popleft()()
            except Exception as error:  # noqa: BLE001 - whatever the call raises
                self.report("error in a call", error)

    def _rest(self) -> None:
        """Wait until a call is due, or until a thread asks for one."""
        while self._later and self._later[0][2].fn is None:
            heappop(self._later)
        until = self._later[0][0] if self._later else None
        with self._wake:
            if not self._ready:
                self.wait(None if until is None else max(0, until - self.now()))

    def wait(self, seconds: float | None) -> None:
        """Wait for a call from a thread, but no longer than *seconds*."""
        self._wake.wait(seconds)
