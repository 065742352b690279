"""The future of a coroutine, and what takes the coroutine from await to await.

Twisted's own driver of coroutines resumes one inside the callbacks of the Deferred that
it awaits, which recurses, and lets a second `cancel` interrupt the clean-up after the
first one.  So coroutines are run here.

A `TwistedTask` is in one of these situations:

running   Its coroutine has its turn, or is about to be resumed.  `awaited` is None, or
          a Deferred that has a result by now.
waiting   `awaited` is a Deferred without a result.  It resumes the coroutine when it
          has one: a future of ours through the queue, a native Deferred by a callback
          in its chain.
ended     It has an outcome, and has let go of the coroutine.

How a cancellation works.  `cancel` does not raise anything in the coroutine: it cancels
the Deferred that the coroutine waits for.  That ends with a `CancelledError`, and the
coroutine is resumed with it.  If that Deferred is a task, the same is done to it in
turn, so that the innermost coroutine is the first to see the cancellation, and each
outer one is resumed when the inner one has ended, clean-up included.  A coroutine that
runs has nothing to cancel yet: the next Deferred that it awaits is cancelled at once.
If what it awaits has a result already, the coroutine is resumed with `CancelledError`
in its place.  `txaio_common.Cancellation` keeps the state of this, with its transitions
in a table, for all backends that run coroutines on their own.

Coroutines that wait for each other in a circle would wait for ever.  So where `cancel`
cannot go on, at a task that was cancelled before or is inside `uncancelled`, it looks
for a circle, and resumes one of its tasks with the cancellation.

`await CURRENT_TASK` tells a coroutine which task runs it.  The coroutine yields that
object to whatever drives it: a task sends itself back, and Twisted's own driver sends
back what it was given, as it does with all that is no Deferred.  A global "current
task" would be wrong for a coroutine that Twisted drives and that a task has resumed.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from contextvars import copy_context
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from txaio_common import Cancellation, Outcome, traceback_of
from txaio_twisted._failures import failure_of
from txaio_twisted._future import (
    TwistedFuture,
    cancellation,
    cancelled_outcome,
    failed_outcome,
)
from txaio_twisted._queue import CallbackQueue


class _CurrentTask:
    """Awaited in a coroutine, it gives the task that runs it; see the module."""

    def __await__(self) -> Generator[Any, Any, TwistedTask | None]:
        answer = yield self
        return None if answer is self else answer


CURRENT_TASK = _CurrentTask()


class TwistedTask(TwistedFuture):
    """The future of a coroutine, settled when the coroutine has ended."""

    awaited: Deferred[Any] | None = None
    """What the coroutine awaits; None while it runs."""
    requested: Cancellation | None = None
    """The state of the cancellation, if there was an occasion to ask for it."""

    def __init__(
        self,
        queue: CallbackQueue,
        coroutine: Coroutine[Any, Any, Any],
        registry: set[TwistedTask],
    ) -> None:
        """Be ready to run *coroutine* in a copy of this context.

        This is in *registry*, which keeps it, until the coroutine has ended.
        """
        TwistedFuture.__init__(self, queue)
        self.steps = _Steps(self, queue, coroutine)
        self.registry = registry
        registry.add(self)

    @property
    def cancellation(self) -> Cancellation:
        """The state of the cancellation."""
        if self.requested is None:
            self.requested = Cancellation()
        return self.requested

    def cancel(self, message: str | None = None) -> None:
        """Raise `CancelledError` at the await of the innermost coroutine."""
        if self.outcome is not None:
            super().cancel()
            return
        task: TwistedTask = self
        while task.cancellation.cancel(message, waits=task._is_waiting()):
            awaited = task.awaited
            if awaited is None or not task.cancellation.is_delivered:
                break
            if not isinstance(awaited, TwistedTask):
                _cancel(awaited, message)
                return
            task = awaited
        task.break_await_cycle(message)

    def resolve(self, value: Any) -> None:
        del value
        self._refuse_outcome()

    def reject(self, failure: Failure) -> None:
        del failure
        self._refuse_outcome()

    def _refuse_outcome(self) -> None:
        if self.outcome is None:
            raise RuntimeError("a coroutine's future is settled by its return value")
        super()._refuse_outcome()

    def interrupt(self) -> None:
        """Raise at the await once more, whatever the coroutine does.

        A coroutine that it awaits is interrupted by the caller, as all others are.
        """
        awaited = self.awaited
        waits = self._is_waiting()
        raises = self.cancellation.interrupt(None, waits=waits)
        if raises and awaited is not None and not isinstance(awaited, TwistedTask):
            _cancel(awaited, None)
        self.break_await_cycle(None)

    def resume_after(self, awaited: Deferred[Any], *, is_ours: bool) -> None:
        """Resume the coroutine once *awaited* has a result.

        *is_ours* tells whether it is a `TwistedFuture`.
        """
        if is_ours:
            cast("TwistedFuture", awaited).wake(self.steps.step)
        else:
            self.resume_in_chain(awaited)

    def resume_in_chain(self, awaited: Deferred[Any]) -> None:
        """Resume the coroutine with the result of the native chain of *awaited*."""
        awaited.addBoth(self.steps.take)

    def _is_waiting(self) -> bool:
        awaited = self.awaited
        return awaited is not None and (not awaited.called or _is_chained(awaited))

    def break_await_cycle(self, message: str | None) -> None:
        """Resume a coroutine of the circle, if this one waits for itself.

        Not one that is inside `uncancelled`.
        """
        chain, repeated = self._chain()
        if repeated is self:
            for task in chain:
                if not task.cancellation.shields:
                    task.cancellation.interrupt(message, waits=False)
                    task.queue.call(task.steps.step, None)
                    return

    def _chain(self) -> tuple[dict[TwistedTask, None], TwistedTask | None]:
        """Return the tasks, from this one, that wait each for the next.

        With them comes the task of theirs that the last one waits for, if there is one:
        then they wait for each other.
        """
        chain: dict[TwistedTask, None] = {}
        task: TwistedTask | None = self
        while task is not None and task not in chain:
            chain[task] = None
            task = task.awaited_task()
        return chain, task

    def awaited_task(self) -> TwistedTask | None:
        awaited = self.awaited
        is_running = isinstance(awaited, TwistedTask) and awaited.outcome is None
        return cast("TwistedTask", awaited) if is_running else None

    # What the steps call

    def wait_for(self, awaited: Any) -> None:
        """Wait for *awaited*, which the coroutine awaits."""
        is_ours = isinstance(awaited, TwistedFuture)
        if awaited is self or not (is_ours or isinstance(awaited, Deferred)):
            text = f"a coroutine on Twisted cannot await {type(awaited).__name__!r}"
            if awaited is self:
                text = "a coroutine cannot await its own future"
            self.steps.refuse(RuntimeError(text))
            return
        self.awaited = awaited
        cancellation = self.requested
        if cancellation is not None and not awaited.called and cancellation.take():
            _cancel(awaited, cancellation.message)
        self.resume_after(awaited, is_ours=is_ours)


class _Steps:
    """Resumes a coroutine from one await to the next.

    The traceback of what a coroutine raises keeps the frames of these methods, and so
    this object.  When the coroutine has ended, it lets go of its task before that is
    settled, or each failed task would be in a cycle: see `txaio_common.Outcome`.  For
    the same reason these methods have no local names for the task and its outcome.
    """

    __slots__ = ("_context", "_coroutine", "_error", "_outcome", "_queue", "_task")

    def __init__(
        self,
        task: TwistedTask,
        queue: CallbackQueue,
        coroutine: Coroutine[Any, Any, Any],
    ) -> None:
        """Run *coroutine* for *task*."""
        self._task: Any = task
        self._queue = queue
        self._coroutine = coroutine
        self._context = copy_context()
        self._error: BaseException | None = None
        """What the next step raises at the await."""
        self._outcome: Outcome | None = None

    def step(self, _settled: object) -> None:
        """Resume the coroutine; see what it awaits next, or how it ended."""
        if self._task is None:
            return  # It ended before the Deferred that it had awaited.
        try:
            self._advance()
        except BaseException:  # The program ends.
            self._outcome = cancelled_outcome(None)
            self._end()
            raise
        if self._outcome is not None:
            self._end()

    def take(self, result: Any) -> Any:
        """Resume the coroutine after the chain of a native Deferred gave *result*.

        A failure is taken out of the chain, as by awaiting it; a value stays there.
        """
        if not isinstance(result, Failure):
            self._queue.call(self.step, None)
            return result
        if self._error is None:
            error: Any = result.value
            self._error = error.with_traceback(traceback_of(result))
        self._queue.call(self.step, None)
        return None

    def refuse(self, error: BaseException) -> None:
        """Raise *error* at an await that could never end."""
        self._error = error
        self._queue.call(self.step, None)

    def _advance(self) -> None:
        self._task.awaited = None
        requested = self._task.requested
        if requested is not None and requested.take():
            self._error = cancellation(requested.message)
        try:
            if self._error is None:
                awaited = self._context.run(self._coroutine.send, None)
            else:
                awaited = self._context.run(self._throw)
            while awaited is CURRENT_TASK:
                awaited = self._context.run(self._coroutine.send, self._task)
            self._task.wait_for(awaited)
        except StopIteration as stop:
            self._outcome = Outcome()
            self._outcome.value = stop.value
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever the coroutine raises
            self._outcome = failed_outcome(failure_of(error))

    def _throw(self) -> Any:
        error, self._error = self._error, None
        try:
            return self._coroutine.throw(cast("BaseException", error))
        finally:
            del error

    def _end(self) -> None:
        task, self._task = self._task, None
        outcome, self._outcome = self._outcome, None
        task.registry.discard(task)
        task.settle(outcome)


def _cancel(deferred: Deferred[Any], message: str | None) -> None:
    if isinstance(deferred, TwistedFuture):
        deferred.cancel(message)
    else:
        deferred.cancel()


def _is_chained(deferred: Deferred[Any]) -> bool:
    """Tell whether *deferred* was called, and waits for another that was returned."""
    return getattr(deferred, "_chainedTo", None) is not None
