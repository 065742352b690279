"""What went wrong, carried as a value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType


class IFailedFuture(ABC):
    """The failure of a future, as an errback gets it.

    On Twisted this is a `twisted.python.failure.Failure`.

    This is an abstract base class, not a protocol: an object with a `value`, such as
    a `StopIteration`, is an instance only if its class inherits from this one or is
    registered with it.
    """

    @property
    @abstractmethod
    def value(self) -> BaseException:
        """The very exception object that the future failed with."""


class IFailures(ABC):
    """Make failures and put them into words."""

    @abstractmethod
    def create_failure(self, exception: BaseException | None = None) -> IFailedFuture:
        """Wrap *exception*, or the one being handled, together with its traceback.

        Raises `RuntimeError` if *exception* is left out and none is being handled,
        `TypeError` if it is no exception.
        """

    @abstractmethod
    def failure_message(self, fail: IFailedFuture | BaseException) -> str:
        """Return ``"Type: text"`` of *fail* on one line; never raises."""

    @abstractmethod
    def failure_traceback(
        self, fail: IFailedFuture | BaseException
    ) -> TracebackType | None:
        """Return the traceback object of *fail*, or None if it has none."""

    @abstractmethod
    def failure_format_traceback(self, fail: IFailedFuture | BaseException) -> str:
        """Return the traceback of *fail* as Python prints it; never raises.

        Causes, contexts, notes and exception groups are part of it,
        frames of txaio itself are not.
        """
