"""Failures that are Twisted's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from twisted.python.failure import Failure

from txaio_common import Failures
from txaio_interfaces import IFailedFuture


if TYPE_CHECKING:
    from types import TracebackType

IFailedFuture.register(Failure)


class TwistedFailures(Failures):
    """A failure is a `twisted.python.failure.Failure`."""

    def _wrap(self, exception: object) -> IFailedFuture:
        value = super()._wrap(exception).value
        return cast("IFailedFuture", failure_of(value))

    def failure_traceback(self, failure: IFailedFuture) -> TracebackType | None:
        return traceback_of(failure)


def failure_of(exception: BaseException) -> Failure:
    """Return a failure that keeps the traceback of *exception*."""
    make: Any = Failure
    failure: Failure = make(exception, type(exception), exception.__traceback__)
    return failure


def exception_of(failure: Failure) -> BaseException:
    """Return the exception in *failure*."""
    return cast("BaseException", failure.value)


def traceback_of(failure: Any) -> TracebackType | None:
    """Return what *failure*, of either kind, kept of its traceback."""
    if isinstance(failure, Failure):
        failure = cast("Any", failure).getTracebackObject()
    else:
        failure = failure.traceback
    return cast("TracebackType | None", failure)
