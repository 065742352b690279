"""What arguments have to be, and the errors that say so."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from inspect import (
    CORO_CREATED,
    getcoroutinestate,
    isawaitable,
    iscoroutine,
    iscoroutinefunction,
)
from math import inf, isnan
from types import CoroutineType, GeneratorType
from typing import Any


def check_delay(delay: Any, name: str = "delay") -> float:
    """Return *delay*, an argument called *name*, if it is a number of seconds.

    Any real number is one; one that no float holds counts as infinite.

    Raises `TypeError` if it is not a number, and `ValueError` if it is NaN.
    """
    try:
        if not isnan(delay):
            return float(delay)
    except OverflowError:
        return inf if delay > 0 else -inf
    except TypeError:
        msg = f"{name} must be a number of seconds, not {type(delay).__name__!r}"
        raise TypeError(msg) from None
    except ValueError:  # A signalling NaN, of which nothing can be asked.
        msg = f"{name} must be a number of seconds, not {delay!r}"
        raise ValueError(msg) from None
    msg = f"{name} must be a number of seconds, not NaN"
    raise ValueError(msg)


def check_grace(grace: Any) -> float:
    """Return *grace*, the seconds that clean-up at the end may take.

    Raises `TypeError` if it is not a number, and `ValueError` if it is NaN or below
    zero.
    """
    seconds = check_delay(grace, "grace")
    if seconds < 0:
        msg = f"grace must be a number of seconds, zero or more, not {seconds!r}"
        raise ValueError(msg)
    return seconds


def check_callable(func: object, name: str) -> None:
    """Raise `TypeError` unless *func*, an argument called *name*, can be called."""
    if not callable(func):
        msg = f"{name} must be callable, not {type(func).__name__!r}"
        raise TypeError(msg)


def check_coroutine_function(fn: object, method: str) -> None:
    """Raise `TypeError` unless *fn*, an argument of *method*, can be called."""
    if not callable(fn):
        reject_called_function(fn, method)
        check_callable(fn, "fn")


def check_thread_function(fn: Callable[..., object]) -> None:
    """Raise `TypeError` unless *fn* is a function that a worker thread can call.

    A coroutine function would only make a coroutine there, which nothing runs.
    """
    check_callable(fn, "fn")
    if is_coroutine_function(fn):
        msg = (
            f"{fn!r} is a coroutine function, which no worker thread runs:"
            " as_future(fn, …) runs it on the loop"
        )
        raise TypeError(msg)


def check_handler(func: Callable[..., object], name: str) -> None:
    """Raise `TypeError` unless *func*, an argument called *name*, is a plain function.

    It is called to handle what nothing else does, and so nothing could report that its
    coroutine is never run.
    """
    check_callable(func, name)
    if is_coroutine_function(func):
        msg = (
            f"{name} must be a plain function: {func!r} is a coroutine function, and"
            " nothing awaits its coroutine"
        )
        raise TypeError(msg)


def reject_unawaited_coroutine(
    coroutine: Coroutine[Any, Any, Any],
    func: Callable[..., object],
    fix: str = "partial(txa.as_future, func)",
) -> None:
    """Raise `TypeError` if nothing would run the *coroutine* that *func* returned.

    A plain function may return one that something else holds, or runs by now.
    *fix* is the code that would run it.
    """
    if is_coroutine_function(func) and getcoroutinestate(coroutine) == CORO_CREATED:
        coroutine.close()
        msg = (
            f"{func!r} is a coroutine function, and nothing awaits its coroutine:"
            f" {fix} runs it"
        )
        raise TypeError(msg)


def discard_result(
    func: Callable[..., object], fix: str, /, *args: Any, **kwargs: Any
) -> None:
    """Call *func*, whose result nothing takes.

    Raises `TypeError` if that is a coroutine that nothing runs: see
    `reject_unawaited_coroutine`.
    """
    result = func(*args, **kwargs)
    if type(result) is CoroutineType:
        reject_unawaited_coroutine(result, func, fix)


def call_canceller(canceller: Callable[[Any], object], future: Any) -> None:
    """Call *canceller* with *future*, as `discard_result` does."""
    result = canceller(future)
    if type(result) is CoroutineType:
        reject_unawaited_coroutine(result, canceller)


def is_coroutine_function(fn: Callable[..., object]) -> bool:
    """Tell whether calling *fn* makes a coroutine, which something has to run."""
    return iscoroutinefunction(fn) or iscoroutinefunction(type(fn).__call__)


def is_awaitable(value: object) -> bool:
    """Tell whether ``await value`` can work, by the type of *value*."""
    kind = type(value)
    if hasattr(kind, "__await__"):
        return True
    # What `types.coroutine` makes of a generator function says so in its code.
    return kind is GeneratorType and isawaitable(value)


def reject_called_function(fn: object, method: str = "as_future") -> None:
    """Raise `TypeError` if *fn* is what calling an async function returned.

    *method* is the name of the one that was given it.
    """
    if is_awaitable(fn) and not callable(fn):
        if iscoroutine(fn):
            fn.close()
        msg = f"pass the function itself: {method}(fn, 1), not {method}(fn(1))"
        raise TypeError(msg) from None  # Not below the error of the call.


def not_a_future(value: object, noun: str) -> TypeError:
    """Return the error for a *value* that is not a future; *noun* names one."""
    text = f"future must be {noun}, not {type(value).__name__!r}"
    if iscoroutine(value):
        text += ": as_future(fn) makes one of a coroutine function"
    return TypeError(text)


def check_batches(bucket_seconds: Any, chunk_size: Any) -> float:
    """Return *bucket_seconds* as a float, if that and *chunk_size* make sense.

    Raises `ValueError` or `TypeError` that names the argument.
    """
    width = check_delay(bucket_seconds, "bucket_seconds")
    if not 0 < width < inf:
        msg = f"bucket_seconds must be finite and above 0, not {width!r}"
        raise ValueError(msg)
    if not isinstance(chunk_size, int) or isinstance(chunk_size, bool):
        msg = f"chunk_size must be an int, not {type(chunk_size).__name__!r}"
        raise TypeError(msg)
    if chunk_size < 1:
        msg = f"chunk_size must be 1 or more, not {chunk_size}"
        raise ValueError(msg)
    return width
