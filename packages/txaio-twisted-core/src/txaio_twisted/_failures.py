"""Failures that are Twisted's own."""

from __future__ import annotations

from abc import ABCMeta
from typing import Any

from twisted import __version__
from twisted.internet import defer
from twisted.python.failure import Failure

from txaio_interfaces import IFailedFuture


IFailedFuture.register(Failure)

DEFERREDS_CLEAN_FAILURES: bool = [*map(int, __version__.split(".")[:2])] < [24, 10]
"""Whether a Deferred removes the traceback of a failure that it ends with."""


class UncleanedFailure(Failure):
    """A failure that keeps its traceback, and that of its exception."""

    def cleanFailure(self) -> None:  # noqa: N802 - Twisted's name
        """Do nothing."""


def keep_traceback(failure: Failure | None) -> None:
    """Have no Deferred clean *failure* from now on, if there is one."""
    if type(failure) is Failure:
        failure.__class__ = UncleanedFailure


class CancelledError(BaseException, metaclass=ABCMeta):
    """What a coroutine awaited, or the coroutine itself, was cancelled.

    Twisted's own is an `Exception`, so that ``except Exception`` would take a
    cancellation for a failure.  Deferreds and their errbacks have Twisted's all the
    same: ``isinstance`` takes those for instances of this class.
    """


CancelledError.register(defer.CancelledError)


def failure_of(exception: BaseException) -> Failure:
    """Return a failure that keeps the traceback of *exception*."""
    make: Any = Failure
    failure: Failure = make(exception, type(exception), exception.__traceback__)
    return failure
