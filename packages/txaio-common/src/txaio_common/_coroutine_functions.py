"""What to say of a coroutine function where a function was expected."""

from __future__ import annotations

from inspect import CORO_CREATED, getcoroutinestate, iscoroutinefunction
from typing import TYPE_CHECKING, Any

from txaio_common._checks import check_callable


if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


def check_runs(
    coroutine: Coroutine[Any, Any, Any], func: Callable[..., object]
) -> None:
    """Raise if nobody would run the *coroutine* that *func* returned.

    A plain function may return one that somebody else holds, or runs by now.
    """
    if _makes_coroutines(func) and getcoroutinestate(coroutine) == CORO_CREATED:
        coroutine.close()
        msg = (
            f"{func!r} is a coroutine function, whose coroutine nobody runs:"
            " call_later(delay, txa.as_future, func, …) runs it"
        )
        raise TypeError(msg)


def check_thread_function(fn: Callable[..., object]) -> None:
    """Raise `TypeError` unless *fn* is a function that a worker thread can call.

    That of a coroutine function would only make a coroutine, which nobody runs.
    """
    check_callable(fn, "fn")
    if _makes_coroutines(fn):
        msg = (
            f"{fn!r} is a coroutine function, which no worker thread runs:"
            " as_future(fn, …) runs it on the loop"
        )
        raise TypeError(msg)


def _makes_coroutines(fn: Callable[..., object]) -> bool:
    return iscoroutinefunction(fn) or iscoroutinefunction(type(fn).__call__)
