"""uvloop with timers that can be listed and calls that can be counted.

It has no virtual time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import uvloop


class TimerRegistry:
    """Records the timers of a uvloop, which does not list them itself.

    It replaces `call_later` of the loop, which `call_at` calls, too.
    A subclass of the loop would not be the loop that users have.
    """

    def __init__(self, loop: uvloop.Loop) -> None:
        self._loop = loop
        self._call_later = loop.call_later
        self._callbacks: WeakKeyDictionary[asyncio.TimerHandle, Callable[..., object]]
        self._callbacks = WeakKeyDictionary()
        loop.call_later = self  # type: ignore[method-assign]

    def __call__(
        self, delay: float, callback: Callable[..., object], *args: Any, **kwargs: Any
    ) -> asyncio.TimerHandle:
        """Call the loop's own `call_later`, and record the timer.

        For a delay of less than half a millisecond, uvloop makes none.
        """
        handle = self._call_later(delay, callback, *args, **kwargs)
        if hasattr(handle, "when"):
            self._callbacks[handle] = callback
        return handle

    def pending(self) -> list[tuple[Callable[..., object], float]]:
        """Return the calls that are neither due nor cancelled, and the seconds left."""
        now = self._loop.time()
        return [
            (callback, handle.when() - now)
            for handle, callback in self._callbacks.items()
            # uvloop's timers fire up to 1.4 ms early.
            if not handle.cancelled() and handle.when() > now + 0.002
        ]


class CallCounter:
    """Counts the calls that a uvloop is asked to make soon, as it does not list them.

    It replaces methods of the loop, but only while something needs the number.
    """

    def __init__(self, loop: uvloop.Loop) -> None:
        self._loop: Any = loop
        self._uses = 0
        self.calls: int = 0
        """The number of calls so far, while they are counted."""

    @contextmanager
    def counting(self) -> Generator[None]:
        """Count calls in the block; blocks may overlap."""
        loop = self._loop
        if not self._uses:
            loop.call_soon = self._counted(loop.call_soon)
            loop.call_soon_threadsafe = self._counted(loop.call_soon_threadsafe)
        self._uses += 1
        try:
            yield
        finally:
            self._uses -= 1
            if not self._uses:
                del loop.call_soon, loop.call_soon_threadsafe

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            return method(*args, **kwargs)

        return call


def new_uvloop() -> tuple[uvloop.Loop, TimerRegistry, CallCounter]:
    """Return a new loop, the registry of its timers, and the counter of its calls."""
    loop = uvloop.new_event_loop()
    return loop, TimerRegistry(loop), CallCounter(loop)
