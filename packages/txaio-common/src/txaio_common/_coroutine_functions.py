"""What to say of a coroutine function where a function was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn


if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


def refuse(
    coroutine: Coroutine[Any, Any, Any], func: Callable[..., object]
) -> NoReturn:
    """Raise, for nobody would run the *coroutine* that *func* returned."""
    coroutine.close()
    msg = (
        f"{func!r} is a coroutine function, whose coroutine nobody runs:"
        " call_later(delay, txa.as_future, func, …) runs it"
    )
    raise TypeError(msg)
