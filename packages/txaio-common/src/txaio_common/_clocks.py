"""The clocks of asyncio's loops, recognized by type, as asyncio is not imported."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from inspect import isbuiltin
from typing import Any


def clock_of(loop: Any) -> Callable[[], float]:
    """Return the monotonic clock of *loop*, one of asyncio's: the fastest that agrees.

    asyncio's own loops and uvloop use the clock of `time.monotonic`, and uvloop rounds
    it to milliseconds as of the start of the loop's turn.
    """
    method = getattr(type(loop), "time", None)
    is_stock = getattr(method, "__module__", None) == "asyncio.base_events"
    if is_uvloop(loop) and not isbuiltin(time.monotonic):
        # A library has frozen the time for a test, which uvloop, in C, does not notice.
        return partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    return time.monotonic if is_stock or is_uvloop(loop) else loop.time


def is_uvloop(loop: Any) -> bool:
    """Tell whether *loop* is uvloop's, whose timers may fire a millisecond early."""
    return any(kind.__module__ == "uvloop" for kind in type(loop).__mro__)


FINE = 0.001
"""The greatest resolution, in seconds, with which a clock is not coarse."""


def grain_of(loop: Any) -> float:
    """Return the resolution of the clock of *loop*, one of asyncio's, or 0.0 if fine.

    On Windows before Python 3.13 the monotonic clock ticks 64 times a second.  A loop
    makes the calls that are due before the next tick, and a time of that clock may be a
    tick behind: a call would be early by two of them.
    """
    resolution = time.get_clock_info("monotonic").resolution
    try:
        # What asyncio itself goes by has no public name.  `getattr` would ask an object
        # that stands in for the current loop to make one; and once something has looked
        # at its `__dict__`, a loop takes a tenth longer for whatever it does.
        known = object.__getattribute__(loop, "_clock_resolution")
    except AttributeError:
        pass
    else:
        resolution = max(known, resolution)
    return resolution if resolution > FINE else 0.0
