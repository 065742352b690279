"""What the futures share that are not the loop's own.

asyncio has futures and tasks that fit the contract.  Where a loop has none, a backend
brings its own, and these are their bases: `BaseFuture` says which calls may settle a
future, and `BaseTask`, in `_base_task.py`, how a cancellation goes from task to task.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from reprlib import repr as short_repr
from typing import Any, ClassVar

from txaio_common._await_cycles import find_path
from txaio_common._failures import FailedFuture
from txaio_common._outcome import FailedOutcome, Outcome


class BaseFuture:
    """A future that keeps its outcome; a subclass notifies callbacks and awaiters."""

    __slots__ = ()

    cancelled_error: ClassVar[type[BaseException]]
    """Raised where a cancelled future is awaited."""
    invalid_state_error: ClassVar[type[Exception]]
    """Raised if the future is settled once more."""

    outcome: Outcome | None
    """The outcome, None while pending; to see it does not count as retrieving."""

    def __repr__(self) -> str:
        """Return the state, and the value or the exception."""
        return f"<{type(self).__name__} {self.state()} at {id(self):#x}>"

    def state(self) -> str:
        """Return the state, in words."""
        outcome = self.outcome
        if outcome is None:
            return "pending"
        if outcome.is_cancellation:
            return "cancelled"
        failure = outcome.failure
        held = outcome.value if failure is None else failure.value
        return f"{outcome!r}: {short_repr(held)}"

    @abstractmethod
    def settle(self, outcome: Outcome, /) -> None:
        """Take the *outcome*, and call what listens."""

    @abstractmethod
    def retrieve(self) -> Outcome:
        """Return the outcome, which is there, and do not report it any more."""

    def cancel(self, message: str | None = None) -> None:
        """Settle as cancelled, if pending."""
        if self.outcome is None:
            self.settle(self.cancelled(message))

    def wrap(self, exception: BaseException, /) -> Any:
        """Return a failure that holds *exception*."""
        return FailedFuture(exception)

    def resolve(self, value: Any, /) -> None:
        """Settle with *value*; do nothing if cancelled."""
        if self.outcome is None:
            outcome = Outcome()
            outcome.value = value
            self.settle(outcome)
        else:
            self.refuse()

    def reject(self, failure: Any, /) -> None:
        """Fail with *failure*; do nothing if cancelled."""
        if self.outcome is None:
            self.settle(self.failed(failure))
        else:
            self.refuse()

    def refuse(self) -> None:
        """Raise an error, as this is settled already, unless it was cancelled."""
        outcome: Any = self.outcome
        if not outcome.is_cancellation:
            raise self.invalid_state_error(f"the future is {outcome!r} already")

    def cancelled(self, message: str | None) -> FailedOutcome:
        """Return the outcome of a cancelled future; *message* is the error's text."""
        failure = self.wrap(self.cancellation_error(message))
        return FailedOutcome(failure, is_cancellation=True)

    def failed(self, failure: Any) -> FailedOutcome:
        """Return the outcome of a future that fails with *failure*, or is cancelled."""
        is_cancellation = isinstance(failure.value, self.cancelled_error)
        return FailedOutcome(failure, is_cancellation=is_cancellation)

    @classmethod
    def cancellation_error(cls, message: str | None) -> BaseException:
        """Return what is raised where a cancelled future is awaited."""
        error = cls.cancelled_error
        return error() if message is None else error(message)

    def awaits(self) -> Sequence[Any]:
        """Return the futures that this one waits for."""
        return ()

    def path_to(self, target: object) -> list[Any]:
        """Return the futures, from this one to that which waits for *target*."""
        return find_path(self, target, _awaits)

    def break_await_cycle(self, message: str | None) -> None:
        """Force a task of the cycle, if this one waits for itself.

        Not one that is inside `uncancelled`.
        """
        for future in self.path_to(self):
            if future.force_in_cycle(message):
                return

    def force_in_cycle(self, _message: str | None) -> bool:
        """Have a coroutine see a cancellation, if this is the future of one.

        Returns whether it does.
        """
        return False


def _awaits(future: BaseFuture) -> list[BaseFuture]:
    # What has settled awaits nothing.
    return [each for each in future.awaits() if isinstance(each, BaseFuture)]


class OwningFuture(BaseFuture):
    """A future that ends after those that it owns: see `Driver.create_owner`."""

    owned: Sequence[Any]
    """The futures that it owns."""
    cancel_owned: Callable[[str | None], bool]
    """Cancels them, and tells whether they have ended."""
    _is_cancelled: bool = False

    def awaits(self) -> Sequence[Any]:
        return self.owned

    def cancel(self, message: str | None = None) -> None:
        """Cancel what this owns; settle as cancelled if that has ended."""
        is_repeated, self._is_cancelled = self._is_cancelled, True
        if self.outcome is not None or self.cancel_owned(message):
            super().cancel(message)
        elif is_repeated:
            # Perhaps by one of those that it owns, which waits for it.
            self.break_await_cycle(message)
