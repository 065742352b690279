"""Errors on their way from a worker thread to a future.

A loop takes some of them for its own: asyncio makes its `CancelledError` of the one of
`concurrent.futures`, and Trio takes what only ends a program out of its program.  So an
error of any kind is carried as the cause of another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast


class _ThreadError(Exception):
    """Has as its cause what was raised in the thread."""


def carry_error(fn: Callable[[], Any], /) -> Any:
    """Return ``fn()``, in a thread; have `carried_error` return what that raises."""
    try:
        return fn()
    except BaseException as error:
        raise _ThreadError from error


def carried_error(error: BaseException, /) -> BaseException:
    """Return what *error*, raised by `carry_error`, carries.

    An error of the pool of threads itself carries none, and is returned.
    """
    is_carrier = type(error) is _ThreadError
    return cast("BaseException", error.__cause__) if is_carrier else error
