"""Timers that are the loop's own."""

from __future__ import annotations

import asyncio
import time
from contextvars import Context, copy_context
from functools import partial
from typing import TYPE_CHECKING

from txaio_common import Timers, check_callable, in_thread


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec, TypeVar

    from txaio_interfaces import IFuture

    P = ParamSpec("P")
    T = TypeVar("T")


class AsyncioTimers(Timers):
    """The primitives, on the handles of an asyncio loop."""

    _loop: asyncio.AbstractEventLoop
    _grain: float
    """How many seconds early the loop's timers may be."""

    def _call_soon(self, fn: Callable[[], object]) -> asyncio.Handle:
        return self._loop.call_soon(fn)

    def _call_after(self, delay: float, fn: Callable[[], object]) -> asyncio.Handle:
        # A handle keeps the context that it is made in until it is due, also if it is
        # cancelled; and not every loop that stands in for another takes one by name.
        return Context().run(self._loop.call_later, delay + self._grain, fn)

    def call_from_thread(
        self, fn: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> None:
        check_callable(fn, "fn")
        self._loop.call_soon_threadsafe(partial(fn, *args, **kwargs))

    def run_in_thread(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]:
        work = in_thread(copy_context(), fn, args, kwargs)
        return self._loop.run_in_executor(None, work)


def clock_of(loop: asyncio.AbstractEventLoop) -> Callable[[], float]:
    """Return the monotonic clock of *loop*, the quickest that tells the same."""
    stock = getattr(type(loop), "time", None) is asyncio.BaseEventLoop.time
    return time.monotonic if stock or is_uvloop(loop) else loop.time


def is_uvloop(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether *loop* is uvloop's, whose clock has whole milliseconds only."""
    return any(kind.__module__ == "uvloop" for kind in type(loop).__mro__)
