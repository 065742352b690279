"""Timers that are the pump's."""

from __future__ import annotations

from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from txaio_anyio._futures import AnyioFutures
from txaio_common import Timers, in_thread


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_anyio._pump import Call
    from txaio_interfaces import IFuture


class AnyioTimers(AnyioFutures, Timers):
    """The primitives, on the pump and on AnyIO's worker threads."""

    def _call_soon(self, fn: Callable[[], object]) -> Call:
        return self._pump.call_soon(fn)

    def _call_after(self, delay: float, fn: Callable[[], object]) -> Call:
        return self._pump.call_after(delay, fn)

    def call_from_thread(
        self, fn: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> None:
        call = partial(fn, *args, **kwargs)
        self._pump.loop.post(self._pump.deliver, copy_context().run, call)

    def run_in_thread(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> IFuture[Any]:
        work = partial(_work, fn, args, kwargs)
        return self._spawn(to_thread.run_sync(work, abandon_on_cancel=True))


def _work(fn: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    # AnyIO has made a context for this thread, in which no loop runs.
    return in_thread(copy_context(), fn, args, kwargs)()
