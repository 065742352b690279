"""Failures, and what to say of them."""

from __future__ import annotations

import sys
from pathlib import PurePath
from traceback import TracebackException
from typing import TYPE_CHECKING, Any

from txaio_interfaces import IBackend, IFailedFuture


if TYPE_CHECKING:
    from types import TracebackType


OWN_PACKAGES = frozenset(
    f"txaio{suffix}"
    for suffix in ("", "_interfaces", "_common", "_asyncio", "_twisted", "_anyio")
)
"""The packages whose frames say nothing to the reader of a traceback."""


class FailedFuture(IFailedFuture):
    """An exception together with the traceback that it has now."""

    __slots__ = ("_value", "traceback")

    def __init__(self, value: BaseException) -> None:
        """Wrap *value*; later raises of it leave this traceback alone."""
        self._value = value
        self.traceback: TracebackType | None = value.__traceback__

    @property
    def value(self) -> BaseException:
        """The very exception object that the future failed with."""
        return self._value

    def __repr__(self) -> str:
        """Return the failure in words."""
        return f"<{type(self).__name__} {message_of(self._value)}>"

    def __str__(self) -> str:
        """Return the text of the exception, as far as it has one."""
        return text_of(self._value)


class Failures(IBackend):
    """Failures of any backend; one whose failures are its own says how it wraps."""

    def _report(self, text: str, exception: BaseException) -> None:
        """Report *exception* the framework's own way; *text* says whence it came."""
        raise NotImplementedError

    def create_failure(self, exception: BaseException | None = None) -> IFailedFuture:
        return self._wrap(current_exception() if exception is None else exception)

    def _wrap(self, exception: object) -> IFailedFuture:
        if not isinstance(exception, BaseException):
            msg = f"exception must be an exception, not {type(exception).__name__!r}"
            raise TypeError(msg)
        return FailedFuture(exception)

    def failure_message(self, fail: IFailedFuture | BaseException) -> str:
        return message_of(value_of(fail))

    def failure_traceback(
        self, fail: IFailedFuture | BaseException
    ) -> TracebackType | None:
        return traceback_of(fail)

    def failure_format_traceback(self, fail: IFailedFuture | BaseException) -> str:
        return format_traceback(value_of(fail), self.failure_traceback(fail))


def current_exception() -> BaseException:
    """Return the exception being handled, or raise `RuntimeError`."""
    exception = sys.exc_info()[1]
    if exception is None:
        msg = "no exception is being handled: pass one, or call this in an except block"
        raise RuntimeError(msg)
    return exception


def exception_of(error: object) -> Exception:
    """Return the exception that *error*, an argument of `reject`, stands for."""
    exception = error.value if isinstance(error, IFailedFuture) else error
    if error is None:
        exception = current_exception()
    elif not isinstance(error, Exception | IFailedFuture):
        msg = (
            "error must be an Exception or an IFailedFuture,"
            f" not {type(error).__name__!r}"
        )
        raise TypeError(msg)
    raised: Exception = raisable(exception)
    return raised


def raisable(exception: Any) -> Any:
    """Return *exception*, or what stands for one that no coroutine may raise."""
    if isinstance(exception, StopIteration):
        wrapped = RuntimeError("the future failed with StopIteration")
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
    traceback: TracebackType | None = getattr(value_of(failure), "__traceback__", None)
    return traceback


def text_of(value: object) -> str:
    """Return ``str(value)``, or what can be said of a value that refuses."""
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - whatever __str__ raises
        return (
            f"<unprintable {type(value).__name__}: {type(error).__name__} in __str__>"
        )


def message_of(exception: object) -> str:
    """Return ``"Type: text"`` on one line, whatever the text is."""
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
    todo: list[TracebackException | None] = [report]
    while todo:
        part = todo.pop()
        if part is not None:
            part.stack[:] = [f for f in part.stack if not _is_own(f.filename)]
            todo += (part.__cause__, part.__context__, *(part.exceptions or ()))


def _is_own(filename: str) -> bool:
    folder = PurePath(filename).parent
    if folder.name == "_logging":
        folder = folder.parent
    return folder.name in OWN_PACKAGES
