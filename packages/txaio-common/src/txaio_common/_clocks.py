"""The clocks of asyncio's loops, recognized by type, as asyncio is not imported."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def clock_of(loop: Any) -> Callable[[], float]:
    """Return the monotonic clock of *loop*, one of asyncio's: the fastest that agrees.

    asyncio's own loops and uvloop use the clock of `time.monotonic`, and uvloop rounds
    it to milliseconds as of the start of the loop's turn.
    """
    method = getattr(type(loop), "time", None)
    is_stock = getattr(method, "__module__", None) == "asyncio.base_events"
    return time.monotonic if is_stock or is_uvloop(loop) else loop.time


def is_uvloop(loop: Any) -> bool:
    """Tell whether *loop* is uvloop's, whose timers may fire a millisecond early."""
    return any(kind.__module__ == "uvloop" for kind in type(loop).__mro__)
