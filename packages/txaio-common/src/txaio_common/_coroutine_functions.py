"""What to say of a coroutine function where a function was expected."""

from __future__ import annotations

from inspect import CORO_CREATED, getcoroutinestate, iscoroutinefunction
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


def check_runs(
    coroutine: Coroutine[Any, Any, Any], func: Callable[..., object]
) -> None:
    """Raise if nobody would run the *coroutine* that *func* returned.

    A plain function may return one that somebody else holds, or runs by now.
    """
    made = iscoroutinefunction(func) or iscoroutinefunction(type(func).__call__)
    if made and getcoroutinestate(coroutine) == CORO_CREATED:
        coroutine.close()
        msg = (
            f"{func!r} is a coroutine function, whose coroutine nobody runs:"
            " call_later(delay, txa.as_future, func, …) runs it"
        )
        raise TypeError(msg)
