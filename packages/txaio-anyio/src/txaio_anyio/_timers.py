"""Timers that are the pump's."""

from __future__ import annotations

from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, cast

from anyio import to_thread

from txaio_anyio._coroutines import AnyioTask
from txaio_anyio._futures import AnyioFutures
from txaio_common import Timers, check_callable, check_thread_function


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
        check_callable(fn, "fn")
        call = partial(fn, *args, **kwargs)
        self._pump.loop.post(self._pump.deliver, copy_context().run, call)

    def run_in_thread(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]:
        check_thread_function(fn)
        # It copies the context, which is that of this call, and minds StopIteration.
        work = partial(_keep_exits, partial(fn, *args, **kwargs))
        return self._pump.start(
            to_thread.run_sync(work, abandon_on_cancel=True), ThreadTask
        )


class Left(Exception):  # noqa: N818 - it is none: it brings one
    """Brings what only ends a program, as its cause, from a thread to its future."""


class ThreadTask(AnyioTask):
    """The future of work in a thread, which fails with whatever is raised there."""

    __slots__ = ()

    def _fail(self, error: BaseException) -> None:
        brought = error.__cause__ if type(error) is Left else error
        super()._fail(cast("Exception", brought))


def _keep_exits(work: Callable[[], T]) -> T:
    try:
        return work()
    except Exception:
        raise
    except BaseException as error:
        raise Left from error
