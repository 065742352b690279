"""Failures that are Twisted's own."""

from __future__ import annotations

from typing import Any

from twisted.python.failure import Failure

from txaio_interfaces import IFailedFuture


IFailedFuture.register(Failure)


def failure_of(exception: BaseException) -> Failure:
    """Return a failure that keeps the traceback of *exception*."""
    make: Any = Failure
    failure: Failure = make(exception, type(exception), exception.__traceback__)
    return failure
