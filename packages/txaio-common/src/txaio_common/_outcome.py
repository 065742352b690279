"""Outcomes: what a settled future has, and the only place that raises it.

Keeping an exception and raising it again later has three traps, dealt with here once.

A raise adds to the traceback: each `raise` appends the frames that the exception
passes through.  An outcome keeps the traceback that the exception had when it arrived,
and raises with that one, so that ten awaiters see the same traceback (F7).

A traceback keeps its frames, and a frame keeps its local variables, those of the frames
that called it (`f_back`) included.  If one of these is the future, there is a cycle:
future, exception, traceback, frame, future.  Nothing is leaked, since the cyclic
collector finds it, but a failure that was never retrieved would be reported whenever
the collector happens to run, and not when the future is dropped (R2).  So no frame that
a traceback can reach may hold the future or the outcome when it ends: `unwrap`
and the `__await__` of futures delete their own name for it, and what resumes a
coroutine holds its task in an object that lets go of it.

Neither `StopIteration` nor `GeneratorExit` can be raised in a coroutine: see
`raisable`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from txaio_common._failures import traceback_of
from txaio_interfaces import IFailedFuture


class _Unset:
    def __repr__(self) -> str:
        """Return what stands in the signatures of the interfaces."""
        return "..."


UNSET: Any = _Unset()
"""Stands for a value that is not there: an argument left out, a pending outcome."""


class Outcome:
    """The value of a future, or its failure: see `FailedOutcome`.

    It has no ``__init__``, which would take as long as the rest of settling a future:
    make one, and set its value.
    """

    __slots__ = ("value",)

    value: Any
    """The value, if there is no failure."""
    failure: Any = None
    """The `IFailedFuture`, if there is no value."""
    is_cancellation: bool = False
    """Whether the future was cancelled."""

    def __repr__(self) -> str:
        """Return the state of the future that has this outcome."""
        return "resolved"

    def unwrap(self) -> Any:
        """Return the value, or raise the exception with the traceback it came with."""
        return self.value


class FailedOutcome(Outcome):
    """The failure of a future: an exception together with its traceback."""

    __slots__ = ("failure", "is_cancellation")

    value: Any
    failure: Any
    is_cancellation: bool

    def __init__(self, failure: Any, *, is_cancellation: bool) -> None:
        """Hold *failure*, an `IFailedFuture`.

        *is_cancellation* tells whether the future was cancelled.
        """
        self.failure = failure
        self.is_cancellation = is_cancellation

    def __repr__(self) -> str:
        """Return the state of the future that has this outcome."""
        return "cancelled" if self.is_cancellation else "failed"

    def unwrap(self) -> NoReturn:
        try:
            if self.is_cancellation:
                raise _copy(self.failure.value)
            raise self.failure.value.with_traceback(traceback_of(self.failure))
        finally:
            del self


def _copy(error: BaseException) -> BaseException:
    """Return another exception like *error*, which has not been raised yet."""
    kind = type(error)
    return kind.__new__(kind, *error.args)


class UnretrievedFailure:
    """Reports a failure when it is dropped before it was retrieved.

    It belongs to a future and refers to nothing but the failure, so that it is dropped
    together with the future, without waiting for the cyclic collector.
    """

    __slots__ = ("_failure", "_report")

    def __init__(
        self, report: Callable[[str, BaseException], object], failure: IFailedFuture
    ) -> None:
        """Be ready to call *report* with a text and the exception of *failure*."""
        self._report = report
        self._failure: IFailedFuture | None = failure

    def mark_retrieved(self) -> None:
        """Report nothing."""
        self._failure = None

    def __del__(self) -> None:
        if self._failure is not None:
            self._report("future exception was never retrieved", self._failure.value)
