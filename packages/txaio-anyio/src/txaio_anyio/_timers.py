"""Timers that are the pump's."""

from __future__ import annotations

from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING

from anyio import to_thread

from txaio_anyio._futures import AnyioFutures
from txaio_common import Timers


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec, TypeVar

    from txaio_anyio._pump import Call
    from txaio_interfaces import IFuture

    P = ParamSpec("P")
    T = TypeVar("T")


class AnyioTimers(AnyioFutures, Timers):
    """The primitives, on the pump and on AnyIO's worker threads."""

    def _call_soon(self, fn: Callable[[], object]) -> Call:
        return self._pump.call_soon(fn)

    def _call_after(self, delay: float, fn: Callable[[], object]) -> Call:
        return self._pump.call_after(delay, fn)

    def call_from_thread(
        self, fn: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> None:
        call = partial(fn, *args, **kwargs)
        self._pump.loop.post(self._pump.deliver, copy_context().run, call)

    def run_in_thread(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]:
        # It copies the context, which is that of this call, and minds StopIteration.
        work = to_thread.run_sync(partial(fn, *args, **kwargs), abandon_on_cancel=True)
        return self._spawn(work)
