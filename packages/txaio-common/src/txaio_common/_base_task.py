"""The futures of coroutines that are not the loop's own, and their cancellation.

A task is in one of these situations:

waiting   Its coroutine awaits `awaited`, or something else that blocks it.
running   Its coroutine has its turn, or is about to be resumed.
ended     It has an outcome.

How a cancellation works.  Frameworks differ in what `cancel` does to a coroutine, and
none does it as the contract has it.  So `cancel` raises nothing in the coroutine: it
cancels the future that the coroutine waits for.  That one ends with a `CancelledError`,
and the coroutine is resumed with it.  If that future is a task, the same is done to it
in turn, so that the innermost coroutine is the first to see the cancellation, and each
outer one is resumed when the inner one has ended, clean-up included.

A coroutine that runs has nothing to cancel yet: the next future that it awaits is
cancelled at once.  Inside `uncancelled` it has to wait until the coroutine has left.
`Cancellation` keeps the state of this, with its transitions in a table.

Coroutines that wait for each other in a cycle would wait for ever.  So where `cancel`
cannot go on, at a task that was cancelled before or is inside `uncancelled`, it looks
for a cycle, and forces one of its tasks to see the cancellation.

The search takes as long as the chain is, and at the end of a backend each task of a
chain is cancelled.  So the tasks that a cancellation was passed on to remember the
innermost of them.  As long as that one is about to be resumed, each of the others still
waits, through the others, for it alone: there is no cycle.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Self
from weakref import ref

from txaio_common._base_future import BaseFuture
from txaio_common._cancellation import Cancellation
from txaio_common._outcome import FailedOutcome
from txaio_common._running import coroutine_name, describe_coroutine


class BaseTask(BaseFuture):
    """The future of a coroutine, settled when the coroutine has ended."""

    coroutine: Any = None
    """The coroutine, as long as it runs; shown in messages."""
    awaited: Any = None
    """The future that the coroutine awaits, if it awaits one."""
    requested: Cancellation | None = None
    """The state of the cancellation, if there was an occasion to ask for it."""

    def state(self) -> str:
        """Return the state; of a coroutine that runs, where it is as well."""
        text = super().state()
        where = describe_coroutine(self.coroutine)
        if where:
            text = f"{text}: {where}"
        if self.awaited is None:
            return text
        name = coroutine_name(getattr(self.awaited, "coroutine", None))
        return f"{text}, for {name or repr(self.awaited)}"

    @property
    def cancellation(self) -> Cancellation:
        """The state of the cancellation."""
        if self.requested is None:
            self.requested = Cancellation()
        return self.requested

    def resolve(self, _value: Any, /) -> None:
        """Raise an error, unless this was cancelled: the coroutine settles it."""
        self.refuse()

    def reject(self, _failure: Any, /) -> None:
        """Raise an error, unless this was cancelled: the coroutine settles it."""
        self.refuse()

    def refuse(self) -> None:
        """Raise an error, unless this was cancelled."""
        if self.outcome is None:
            raise RuntimeError("a coroutine's future is settled by its return value")
        super().refuse()

    def cancel(self, message: str | None = None, *, level: int = 0) -> None:
        """Cancel the coroutine, after the one that it waits for if there is one.

        At a *level*, the number of calls of `uncancelled` around what is cancelled.
        """
        if self.outcome is not None:
            self.cancel_settled()
            return
        task, inner = self, None
        passed: set[BaseTask] = set()
        try:
            # One that is passed again, in a cycle, is cancelled once all the same.
            while task not in passed and task.cancellation.cancel(
                message, waits=task.is_waiting(), level=level
            ):
                level = 0
                if not task.cancellation.is_delivered:
                    task.deliver_soon()
                    break
                passed.add(task)
                inner = task.awaited_task()
                if inner is None:
                    _remember_innermost(passed, ref(task))
                    task.cancel_wait(message)
                    return
                task = inner
            _remember_innermost(passed, task.cancellation.innermost)
            task.break_await_cycle(message)
        finally:
            # A loop may resume the coroutine in here: see `txaio_common.Outcome`.
            del self, task, inner, passed

    def break_await_cycle(self, message: str | None) -> None:
        """Force a task of the cycle, if this one waits for itself.

        There is none if the innermost task of the cancellation is about to be resumed.
        """
        known = self.cancellation.innermost
        innermost = None if known is None else known()
        if innermost is None or innermost.outcome is not None or _waits(innermost):
            super().break_await_cycle(message)

    def resume_error(self) -> BaseException | None:
        """Return what the coroutine sees as it is resumed, in place of an outcome.

        It has seen its cancellation then, so that a later one is raised again.  If what
        it awaited was cancelled as well, it sees the text of that.
        """
        requested, awaited = self.cancellation, self.awaited
        is_unseen = isinstance(awaited, BaseTask) and awaited.has_missed_cancellation()
        if not requested.resume(is_unseen=is_unseen):
            return None
        message = requested.message
        if isinstance(awaited, BaseFuture) and awaited.outcome is not None:
            outcome = awaited.retrieve()  # It was awaited: a failure is not reported.
            if outcome.is_cancellation:
                (message,) = outcome.failure.value.args[:1] or (None,)
        return self.cancellation_error(message)

    def failed(self, failure: Any) -> FailedOutcome:
        text = None if self.requested is None else self.requested.late_text
        if text is not None and isinstance(failure.value, self.cancelled_error):
            failure.value.args = failure.value.args or (text,)
        return super().failed(failure)

    def enter_shield(self) -> None:
        """Let cancellations wait: the coroutine calls `uncancelled`."""
        self.cancellation.enter_shield()

    def leave_shield(self) -> None:
        """Have the coroutine see at its next await what it has missed, if anything."""
        self.cancellation.leave_shield()
        self.deliver_soon()

    def awaits(self) -> Sequence[Any]:
        return () if self.awaited is None else (self.awaited,)

    def awaited_task(self) -> Self | None:
        """Return the task whose coroutine this one waits for, if it is one's."""
        awaited = self.awaited
        is_running = isinstance(awaited, BaseTask) and awaited.outcome is None
        return awaited if is_running else None

    # What a subclass does its own way

    def has_missed_cancellation(self) -> bool:
        """Tell of a coroutine that has ended whether it was cancelled and saw nothing.

        Then what awaits it sees the cancellation in place of the value.  An error is
        not lost that way.
        """
        outcome = self.outcome
        has_value = outcome is not None and outcome.failure is None
        return has_value and self.cancellation.is_pending

    def cancel_settled(self) -> None:
        """Do what `cancel` does when there is an outcome: nothing."""

    @abstractmethod
    def is_waiting(self) -> bool:
        """Tell whether the coroutine waits."""

    @abstractmethod
    def cancel_wait(self, message: str | None) -> None:
        """Cancel what the coroutine waits for, which is no other task."""

    def deliver_soon(self) -> None:
        """Ensure that a pending cancellation is raised at the next await.

        Nothing has to be done where the coroutine can await futures alone.
        """

    def force_in_cycle(self, message: str | None) -> bool:
        if self.cancellation.level:
            return False
        self.force(message)
        return True

    @abstractmethod
    def force(self, message: str | None) -> None:
        """Resume the coroutine with a cancellation, even while it waits."""


def _remember_innermost(passed: set[BaseTask], innermost: ref[Any] | None) -> None:
    """Remember for the tasks in *passed* which one sees their cancellation first."""
    for task in passed:
        task.cancellation.innermost = innermost


def _waits(task: BaseTask) -> bool:
    """Tell whether *task* waits for a future that may wait for others."""
    awaited = task.awaited
    return isinstance(awaited, BaseFuture) and awaited.outcome is None
