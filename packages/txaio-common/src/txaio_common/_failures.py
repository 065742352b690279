"""Failures, and their texts and tracebacks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from traceback import TracebackException
from types import TracebackType
from typing import Any

from txaio_interfaces import IFailedFuture, ILogger


UNRAISABLE = (StopIteration, GeneratorExit)
"""The exceptions that cannot be raised at an `await`: see `raisable`."""

_own_folders: set[str] = set()
"""Folders of packages whose frames are left out of tracebacks."""


def hide_frames_of(function: Callable[..., object]) -> None:
    """Leave the frames of a package out of tracebacks: the one that *function* is in.

    It has to be in a module of the package itself, not of a package below.
    """
    given: Any = function
    folder, separator, _ = given.__code__.co_filename.rpartition(os.sep)
    _own_folders.add(folder + separator)


class FailedFuture(IFailedFuture):
    """An exception together with the traceback that it has now."""

    __slots__ = ("_value", "traceback")

    def __init__(self, value: BaseException) -> None:
        """Wrap *value*; raising it again later leaves this traceback as it is."""
        self._value = value
        self.traceback: TracebackType | None = value.__traceback__

    @property
    def value(self) -> BaseException:
        """The very exception object that the future failed with."""
        return self._value

    def __repr__(self) -> str:
        """Return the type and the text of the exception."""
        return f"<{type(self).__name__} {message_of(self._value)}>"

    def __str__(self) -> str:
        """Return the text of the exception."""
        return text_of(self._value)


def current_exception() -> BaseException:
    """Return the exception being handled, or raise `RuntimeError`."""
    exception = sys.exc_info()[1]
    if exception is None:
        msg = "no exception is being handled: pass one, or call this in an except block"
        raise RuntimeError(msg)
    return exception


def check_exception(exception: object) -> BaseException:
    """Return *exception*, or raise `TypeError` if it is none."""
    if not isinstance(exception, BaseException):
        msg = f"exception must be an exception, not {type(exception).__name__!r}"
        raise TypeError(msg)
    return exception


def exception_of(error: object) -> BaseException:
    """Return the exception that *error*, an argument of `reject`, stands for.

    Raises `TypeError` if it stands for none, `RuntimeError` if it is None and no
    exception is being handled.
    """
    if error is None:
        return current_exception()
    if isinstance(error, IFailedFuture):
        return error.value
    if isinstance(error, Exception):
        return error
    msg = (
        f"error must be an Exception or an IFailedFuture, not {type(error).__name__!r}"
    )
    raise TypeError(msg)


def reported_exception(error: object) -> BaseException:
    """Return the exception of *error*, an argument of `report`, with a traceback.

    Raises `TypeError` if *error* is neither an exception nor a failure.
    """
    exception = error.value if isinstance(error, IFailedFuture) else error
    if not isinstance(exception, BaseException):
        raise TypeError(
            f"error must be an exception or a failure, not {type(error).__name__!r}"
        )
    if exception.__traceback__ is None:
        exception = exception.with_traceback(traceback_of(error))
    return exception


def raisable(exception: Any) -> Any:
    """Return *exception*, or a `RuntimeError` with it as its cause.

    A coroutine that raises `StopIteration` would seem to have returned, and one in
    which `GeneratorExit` is raised is being closed: the coroutines that it awaits see
    another, and it may not await any more.
    """
    if isinstance(exception, UNRAISABLE):
        wrapped = RuntimeError(f"the future failed with {type(exception).__name__}")
        wrapped.__cause__ = exception
        return wrapped
    return exception


def value_of(failure: Any) -> Any:
    """Return the exception that *failure* holds, or else *failure* itself."""
    if isinstance(failure, BaseException) and not isinstance(failure, IFailedFuture):
        return failure
    return getattr(failure, "value", failure)


def traceback_of(failure: Any) -> TracebackType | None:
    """Return the traceback kept by *failure*, or else its exception's own, if any."""
    if isinstance(failure, FailedFuture):
        return failure.traceback
    if hasattr(type(failure), "getTracebackObject"):
        # A Failure of Twisted's.  One that was cleaned has a stand-in for printing.
        kept = failure.getTracebackObject()
        return kept if isinstance(kept, TracebackType) else None
    traceback: TracebackType | None = getattr(value_of(failure), "__traceback__", None)
    return traceback


def text_of(value: object) -> str:
    """Return ``str(value)``, or a text that says that this fails."""
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - whatever __str__ raises
        return (
            f"<unprintable {type(value).__name__}: {type(error).__name__} in __str__>"
        )


def message_of(exception: object) -> str:
    """Return ``"Type: text"`` of *exception* on one line."""
    text = "\\n".join(text_of(exception).splitlines())
    name = type(exception).__name__
    return f"{name}: {text}" if text else name


def format_traceback(exception: Any, traceback: TracebackType | None) -> str:
    """Return the whole traceback as Python prints it, without txaio's own frames."""
    try:
        report = TracebackException(type(exception), exception, traceback)
        _hide_own_frames(report)
        return "".join(report.format())
    except Exception as error:  # noqa: BLE001 - a hostile exception must not raise here
        reason = f"its traceback cannot be printed: {message_of(error)}"
        return f"{message_of(exception)} ({reason})\n"


def _hide_own_frames(report: TracebackException) -> None:
    own = tuple(_own_folders)
    todo: list[TracebackException | None] = [report]
    while todo:
        part = todo.pop()
        if part is not None:
            part.stack[:] = [f for f in part.stack if not f.filename.startswith(own)]
            todo += (part.__cause__, part.__context__, *(part.exceptions or ()))


hide_frames_of(hide_frames_of)
hide_frames_of(ILogger.warning)  # The package of the interfaces.
