"""Failures that are Twisted's own."""

from __future__ import annotations

from types import TracebackType
from typing import Any, cast

from twisted.python.failure import Failure

from txaio_common import Failures
from txaio_interfaces import IFailedFuture


IFailedFuture.register(Failure)


class TwistedFailures(Failures):
    """A failure is a `twisted.python.failure.Failure`."""

    def _wrap(self, exception: object) -> IFailedFuture:
        value = super()._wrap(exception).value
        return cast("IFailedFuture", failure_of(value))

    def failure_traceback(
        self, fail: IFailedFuture | BaseException
    ) -> TracebackType | None:
        if isinstance(fail, Failure):
            return traceback_of(fail)
        return super().failure_traceback(fail)


def failure_of(exception: BaseException) -> Failure:
    """Return a failure that keeps the traceback of *exception*."""
    make: Any = Failure
    failure: Failure = make(exception, type(exception), exception.__traceback__)
    return failure


def exception_of(failure: Failure) -> BaseException:
    """Return the exception in *failure*."""
    return cast("BaseException", failure.value)


def traceback_of(failure: Failure) -> TracebackType | None:
    """Return what *failure* kept of its traceback."""
    kept: Any = cast("Any", failure).getTracebackObject()
    # One that was cleaned has something else, which is good for printing only.
    return kept if isinstance(kept, TracebackType) else None
