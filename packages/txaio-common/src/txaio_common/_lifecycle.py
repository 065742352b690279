"""Backends that are used where they do not work, and what they say then."""

from __future__ import annotations

import sys
from functools import partial
from inspect import isawaitable, iscoroutine
from threading import get_ident
from typing import TYPE_CHECKING, Any, NoReturn, cast

from txaio_common._checked_timers import CheckedBatchedTimer, CheckedCall
from txaio_common._coroutine_functions import check_thread_function
from txaio_common._failures import exception_of
from txaio_common._futures import Futures
from txaio_common._gather import UNSET
from txaio_common._timers import Timers


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextvars import Context
    from typing import TypeVar

    from txaio_interfaces import IBatchedTimer, IDelayedCall, IFailedFuture, IFuture

    T = TypeVar("T")


GRACE = 5.0
"""How many seconds coroutines may clean up at the end before they are interrupted."""

LEAST_GRACE = 0.01
"""Clean-up without any grace would be interrupted in each turn of the loop."""


class Unavailable:
    """Stands in for a loop that is not there: whatever is asked of it raises."""

    def __init__(self, reason: str) -> None:
        """Take the *reason*, which names the fix."""
        self._reason = reason

    def __getattr__(self, name: str) -> NoReturn:
        """Raise a `RuntimeError` that gives the reason."""
        raise RuntimeError(self._reason)

    def __call__(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Raise a `RuntimeError` that gives the reason."""
        raise RuntimeError(self._reason)


class ThreadChecked(Futures, Timers):
    """A backend in debug mode: used off its loop's thread, it says so."""

    _thread = 0

    def _check_thread(self) -> None:
        if get_ident() != self._thread:
            msg = (
                f"this {self.name} backend was used outside its loop's thread:"
                " use call_from_thread there"
            )
            raise RuntimeError(msg)

    def create_future(
        self,
        result: Any = UNSET,
        error: Exception | IFailedFuture | None = UNSET,
        canceller: Callable[[Any], object] | None = None,
    ) -> IFuture[Any]:
        self._check_thread()
        return super().create_future(result, error, canceller)

    def as_future(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self._check_thread()
        return super().as_future(fn, *args, **kwargs)

    def resolve(self, future: IFuture[Any], result: Any = None) -> None:
        self._check_thread()
        super().resolve(future, result)  # type: ignore[safe-super]

    def _settle_failed(self, future: IFuture[Any], exception: BaseException) -> None:
        self._check_thread()
        super()._settle_failed(future, exception)

    def cancel(self, future: IFuture[Any], msg: str | None = None) -> None:
        self._check_thread()
        super().cancel(future, msg)  # type: ignore[safe-super]

    def add_callbacks(
        self,
        future: IFuture[Any],
        callback: Callable[[Any], object] | None,
        errback: Callable[[IFailedFuture], object] | None,
    ) -> IFuture[Any]:
        self._check_thread()
        return super().add_callbacks(future, callback, errback)  # type: ignore[safe-super]

    def gather(self, futures: Any, consume_exceptions: bool = True) -> Any:
        self._check_thread()
        return super().gather(futures, consume_exceptions)

    def shield(self, future: Awaitable[Any]) -> IFuture[Any]:
        self._check_thread()
        return super().shield(future)

    def timeout(self, future: Awaitable[Any], seconds: float) -> IFuture[Any]:
        self._check_thread()
        return super().timeout(future, seconds)

    def run_in_thread(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> IFuture[Any]:
        self._check_thread()
        return super().run_in_thread(fn, *args, **kwargs)  # type: ignore[safe-super]

    def call_later(
        self, delay: float, func: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> IDelayedCall:
        self._check_thread()
        call = super().call_later(delay, func, *args, **kwargs)
        return CheckedCall(self._check_thread, call)

    def make_batched_timer(
        self, bucket_seconds: float, chunk_size: int = 100
    ) -> IBatchedTimer:
        self._check_thread()
        timer = super().make_batched_timer(bucket_seconds, chunk_size)
        return CheckedBatchedTimer(self._check_thread, timer)

    def _arm(self, delay: float, fn: Callable[[], object]) -> Any:
        self._check_thread()
        return super()._arm(delay, fn)


def debug_mode(debug: bool | None) -> bool:
    """Return *debug*, or what Python's development mode says if it is None."""
    return sys.flags.dev_mode if debug is None else debug


def start_main(
    main: Callable[..., Awaitable[T]], backend: Any, args: Any
) -> Awaitable[T]:
    """Call *main* with *backend* and *args*; it has to be a coroutine function.

    Raises `TypeError` if it is none, or takes other arguments.
    """
    given: Any = main
    if iscoroutine(given):
        given.close()
        raise TypeError(
            "main is handed over and not called: run(main), not run(main())"
        )
    if not callable(given):
        msg = f"main must be a coroutine function, not {given!r}"
        raise TypeError(msg)
    try:
        running: Any = main(backend, *args)
    except TypeError as error:
        error.add_note(_what_main_got(len(args)))
        raise
    if not isawaitable(running):
        msg = (
            f"main must be a coroutine function (`async def main(backend)`): {main!r}"
            f" returned {type(running).__name__!r}"
        )
        raise TypeError(msg)
    return cast("Awaitable[T]", running)


def _what_main_got(more: int) -> str:
    if more:
        plural = "" if more == 1 else "s"
        return f"main got the backend and {more} more argument{plural}"
    return "run calls main(backend, *args): the backend comes first"


def in_thread(
    context: Context, fn: Callable[..., Any], args: Any, kwargs: Any
) -> Callable[[], Any]:
    """Return what a worker thread has to call to run *fn* in *context*.

    Raises `TypeError` if *fn* cannot be called, or is a coroutine function.
    """
    check_thread_function(fn)
    return partial(_raise_what_a_future_takes, context, partial(fn, *args, **kwargs))


def _raise_what_a_future_takes(context: Context, fn: Callable[[], Any]) -> Any:
    try:
        return context.run(fn)
    except StopIteration as error:
        raise exception_of(error) from error
