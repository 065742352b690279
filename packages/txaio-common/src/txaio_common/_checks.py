"""What arguments have to be, and what is said of those that are not."""

from __future__ import annotations

from math import inf, isnan
from typing import Any


def check_delay(delay: Any, name: str = "delay") -> float:
    """Return *delay*, an argument called *name*, if it is a number of seconds.

    Any real number is one; beyond what a float holds it is as good as infinite.

    Raises `TypeError` if it is none, and `ValueError` if it is NaN.
    """
    try:
        if not isnan(delay):
            return float(delay)
    except OverflowError:
        return inf if delay > 0 else -inf
    except TypeError:
        msg = f"{name} must be a number of seconds, not {type(delay).__name__!r}"
        raise TypeError(msg) from None
    msg = f"{name} must be a number of seconds, not NaN"
    raise ValueError(msg)


def check_grace(grace: Any) -> float:
    """Return *grace*, the seconds that clean-up at the end may take.

    Raises `TypeError` if it is no number, and `ValueError` if it is below zero or NaN.
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
