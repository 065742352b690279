"""uvloop with timers that a test can count; its time is the real one."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import uvloop


if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class AskedTimers:
    """Remembers the timers that a uvloop was asked for.

    It stands before the loop's own `call_later`, where `call_at` passes, too:
    a subclass of the loop would not be the loop that users have.
    """

    def __init__(self, loop: uvloop.Loop) -> None:
        self._loop = loop
        self._call_later = loop.call_later
        self._asked: list[weakref.ref[asyncio.TimerHandle]] = []
        loop.call_later = self  # type: ignore[method-assign]

    def __call__(
        self, delay: float, callback: Callable[..., object], *args: Any, **kwargs: Any
    ) -> asyncio.TimerHandle:
        """Do what the loop does, and remember it."""
        handle = self._call_later(delay, callback, *args, **kwargs)
        self._asked.append(weakref.ref(handle))
        return handle

    def pending(self) -> int:
        """Count the timers that are neither due nor cancelled."""
        # uvloop's timers fire up to 1.4 ms early.
        now = self._loop.time() + 0.002
        handles = [handle for ref in self._asked if (handle := ref()) is not None]
        return sum(not handle.cancelled() and handle.when() > now for handle in handles)


def new_uvloop() -> tuple[uvloop.Loop, AskedTimers]:
    """Return a new loop and the count of its timers."""
    loop = uvloop.new_event_loop()
    return loop, AskedTimers(loop)
