"""The future of a coroutine, and what takes the coroutine from await to await.

Twisted's own driver of coroutines resumes one inside the callbacks of the Deferred that
it awaits, which recurses, and lets a second `cancel` interrupt the clean-up after the
first one.  So coroutines are run here.

`txaio_common._base_task` explains how cancellation works.  Here a coroutine can await
nothing but Deferreds, native ones included, and is resumed by a step: through the queue
after a future of ours, by a callback in the chain of a native Deferred.  It waits as
long as that Deferred has no result, and runs from then on: if it is cancelled before
its step, it is resumed with `CancelledError` in place of the result.

`await CURRENT_TASK` tells a coroutine which task runs it.  The coroutine yields that
object to whatever drives it: a task sends itself back, and Twisted's own driver sends
back what it was given, as it does with all that is no Deferred.  A global "current
task" would be wrong for a coroutine that Twisted drives and that a task has resumed.
"""

from __future__ import annotations

import sys
from collections.abc import Coroutine, Generator
from contextvars import copy_context
from types import TracebackType
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from txaio_common import BaseTask, Outcome, explain_foreign_await
from txaio_twisted._failures import failure_of
from txaio_twisted._future import TwistedFuture
from txaio_twisted._queue import CallbackQueue


class _CurrentTask:
    """Awaited in a coroutine, it gives the task that runs it; see the module."""

    def __await__(self) -> Generator[Any, Any, TwistedTask | None]:
        answer = yield self
        return None if answer is self else answer


CURRENT_TASK = _CurrentTask()


class TwistedTask(BaseTask, TwistedFuture):
    """The future of a coroutine, settled when the coroutine has ended."""

    steps: _Steps
    registry: set[TwistedTask]

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
        self.coroutine = coroutine
        self.steps = _Steps(self, queue, coroutine)
        self.registry = registry
        registry.add(self)

    def interrupt(self) -> None:
        """Raise at the await once more, whatever the coroutine does.

        A coroutine that it awaits is interrupted by the caller, as all others are.
        """
        raises = self.cancellation.interrupt(None, waits=self.is_waiting())
        if raises and self.awaited_task() is None:
            self.cancel_wait(None)

    def cancel_settled(self) -> None:
        TwistedFuture.cancel(self)

    def is_waiting(self) -> bool:
        awaited = self.awaited
        return awaited is not None and (not awaited.called or _is_chained(awaited))

    def cancel_wait(self, message: str | None) -> None:
        if isinstance(self.awaited, TwistedFuture):
            self.awaited.cancel(message)
        else:
            self.awaited.cancel()
        del self  # See `txaio_common.Outcome`.

    def force(self, message: str | None) -> None:
        self.cancellation.interrupt(message, waits=False)
        self.queue.call(self.steps.step, None)

    def resume_after(self, awaited: Deferred[Any], *, is_ours: bool) -> None:
        """Resume the coroutine once *awaited* has a result.

        *is_ours* tells whether it is a `TwistedFuture`.
        """
        if is_ours:
            cast("TwistedFuture", awaited).wake(self.steps.step)
        else:
            self.resume_in_chain(awaited)
        del self  # The coroutine may fail in here: see `txaio_common.Outcome`.

    def resume_in_chain(self, awaited: Deferred[Any]) -> None:
        """Resume the coroutine with the result of the native chain of *awaited*."""
        awaited.addBoth(self.steps.take)

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
        if cancellation is not None and self.is_waiting() and cancellation.take():
            self.cancel_wait(cancellation.message)
        self.resume_after(awaited, is_ours=is_ours)
        del self  # As above.


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

    def step(self, cancelled: Failure | None) -> None:
        """Resume the coroutine; see what it awaits next, or how it ended.

        *cancelled* is the failure of what it awaited, if that was cancelled.
        """
        if self._task is None:
            return  # It ended before the Deferred that it had awaited.
        if cancelled is not None:
            self._error = self._task.raised(cancelled)
        try:
            if self._queue.step_hooks is None:
                self._advance()
            else:
                self._advance_with_hooks(*self._queue.step_hooks)
        except BaseException:  # The program ends.
            self._outcome = self._task.cancelled(None)
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
        self._error = self._task.raised(result)
        self._queue.call(self.step, None)
        return None

    def refuse(self, error: BaseException) -> None:
        """Raise *error* at an await that could never end."""
        self._error = error
        self._queue.call(self.step, None)

    def _advance(self) -> None:
        if self._task.requested is not None:
            self._error = self._task.resume_error() or self._error
        self._task.awaited = None
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
            error.with_traceback(_without_steps(error.__traceback__))
            explain_foreign_await(error)
            self._outcome = self._task.failed(failure_of(error))

    def _advance_with_hooks(self, begin: Any, finalize: Any) -> None:
        """Resume the coroutine; have async generators of it, and no others, noticed."""
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(begin, finalize)
        try:
            self._advance()
        finally:
            sys.set_asyncgen_hooks(*before)

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


def _without_steps(traceback: TracebackType | None) -> TracebackType | None:
    """Return *traceback* from the frame of the coroutine on.

    The frames of `_Steps` refer to those that called them, up to the reactor's: any of
    these may hold the future, say one that has cancelled it.  On Python 3.12 and 3.13
    the frame of the coroutine refers to them, too, so that those of ours let go of it.
    """
    while traceback is not None and traceback.tb_frame.f_code in _STEPS:
        traceback = traceback.tb_next
    return traceback


_STEPS = {_Steps._advance.__code__, _Steps._throw.__code__}  # noqa: SLF001 - see above


def _is_chained(deferred: Deferred[Any]) -> bool:
    """Tell whether *deferred* was called, and waits for another that was returned."""
    return getattr(deferred, "_chainedTo", None) is not None
