"""Failures: exceptions, with their tracebacks, as values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType


class IFailedFuture(ABC):
    """The failure of a future, as an errback receives it.

    On Twisted this is a `twisted.python.failure.Failure`.

    This is an abstract base class, not a protocol: an object with a `value`, such as
    a `StopIteration`, is an instance only if its class inherits from this one or is
    registered with it.
    """

    @property
    @abstractmethod
    def value(self) -> BaseException:
        """The exception with which the future failed: the same object, not a copy."""


class IFailures(ABC):
    """Create and format failures."""

    @abstractmethod
    def create_failure(self, exception: BaseException | None = None) -> IFailedFuture:
        """Wrap *exception*, or the one being handled, together with its traceback.

        Raises `RuntimeError` if *exception* is omitted and none is being handled,
        `TypeError` if it is not an exception.
        """

    @abstractmethod
    def report(self, error: IFailedFuture | BaseException, text: str = "") -> None:
        """Report *error* as the backend reports errors that nothing handles.

        It goes to asyncio's exception handler, to Twisted's log, or to the
        ``on_error`` of the backend on AnyIO. *text* says where it was raised. This may
        be called in any thread.

        Raises `TypeError` if *error* is neither an exception nor a failure, or if
        *text* is no `str`.
        """

    @abstractmethod
    def failure_message(self, fail: IFailedFuture | BaseException) -> str:
        """Format *fail* as ``"Type: text"`` on one line; never raises."""

    @abstractmethod
    def failure_traceback(
        self, fail: IFailedFuture | BaseException
    ) -> TracebackType | None:
        """Return the traceback object of *fail*, or None if it has none."""

    @abstractmethod
    def failure_format_traceback(self, fail: IFailedFuture | BaseException) -> str:
        """Format the traceback of *fail* as Python prints it; never raises.

        The text includes causes, contexts, notes and exception groups,
        but not the frames of txaio itself.
        """
