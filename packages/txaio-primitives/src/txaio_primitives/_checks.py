"""What arguments have to be, and the errors that say so."""

from __future__ import annotations

from math import inf
from types import CoroutineType
from typing import Any

from txaio_interfaces import IBackend, IFailedFuture


def check_backend(txa: object) -> None:
    """Raise `TypeError` unless *txa* is a backend.

    A proxy, such as the one that tests are given, is accepted: it forwards attributes.
    """
    if not isinstance(txa, IBackend) and not hasattr(type(txa), "__getattr__"):
        msg = (
            f"txa must be a backend, not {type(txa).__name__!r}:"
            " pass the one that `run` gives to main as the first argument"
        )
        raise TypeError(msg)


def check_error(error: object) -> None:
    """Raise `TypeError` unless *error* is an exception or a failure."""
    if not isinstance(error, Exception | IFailedFuture):
        msg = f"error must be an exception, not {type(error).__name__!r}"
        raise TypeError(msg)


def check_count(value: object, name: str, least: int, hint: str = "") -> int:
    """Return *value*, an argument called *name*, if it is an int from *least* on.

    Raises `TypeError` or `ValueError` that ends with *hint*.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        msg = f"{name} must be an int, not {type(value).__name__!r}{hint}"
        raise TypeError(msg)
    if value < least:
        msg = f"{name} must be {least} or more, not {value}{hint}"
        raise ValueError(msg)
    return value


def check_function(fn: object, name: str, call: str) -> None:
    """Raise `TypeError` unless *fn*, an argument called *name*, can be called.

    *call* is how it is passed, for the text of the error.
    """
    if callable(fn):
        return
    if type(fn) is CoroutineType:
        fn.close()
        msg = f"{name} must be a function, not a coroutine: pass it uncalled, as {call}"
        raise TypeError(msg)
    msg = f"{name} must be a function, not {type(fn).__name__!r}"
    raise TypeError(msg)


def check_seconds(value: Any, name: str) -> float:
    """Return *value*, an argument called *name*, if it is a finite time above 0.

    Raises `TypeError` if it is not a number, and `ValueError` if it is another number.
    """
    try:
        is_valid = 0 < value < inf
        seconds = float(value)
    except TypeError:
        msg = f"{name} must be a number of seconds, not {type(value).__name__!r}"
        raise TypeError(msg) from None
    except (ValueError, ArithmeticError):  # A NaN of Decimal, or too large.
        is_valid, seconds = False, inf
    if not is_valid:
        msg = f"{name} must be finite and above 0, not {value!r}"
        raise ValueError(msg)
    return seconds
