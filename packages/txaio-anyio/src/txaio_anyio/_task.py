"""The future of a coroutine that runs in a task of AnyIO.

`txaio_common._base_task` explains how cancellation works.  AnyIO's own belongs to a
cancel scope, and is raised at every await until the scope is left, so that clean-up
cannot await.  So the scope is not used as long as the coroutine awaits one of our
futures, which may have an outcome by now: then the wait raises `CancelledError` in its
place.  Where the coroutine awaits something else that blocks it, one of AnyIO's own
functions or a native task, the scope has to do: AnyIO raises its own exception there,
and at each such await after it.  Awaits of our futures make `CancelledError` of that.

The scope around the coroutine is shielded from those around it: a backend ends its
coroutines itself, so that the innermost ends first.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

import anyio

from txaio_anyio._future import AnyioFuture, CancelledError, Waiter
from txaio_anyio._scheduler import Scheduler
from txaio_common import (
    BaseTask,
    FailedFuture,
    Outcome,
    carried_error,
    explain_foreign_await,
)


class AnyioTask(BaseTask, AnyioFuture, Waiter):
    """The future of a coroutine, settled when the coroutine has ended."""

    error: BaseException | None = None
    scopes: dict[anyio.CancelScope, tuple[int, int | None]]
    """AnyIO's scopes of the blocks that the coroutine is in, the outermost first.

    Each has its level, the number of calls of `uncancelled` around it, and once it is
    cancelled, how many cancellations the coroutine had seen there before.
    """
    _native: Any = None
    _scope: anyio.CancelScope | None = None

    coroutine: Any = None
    """The coroutine, while it runs."""

    def __init__(self, scheduler: Scheduler) -> None:
        """Be the future of a coroutine that is about to run."""
        super().__init__(scheduler)
        self.scopes = {}

    def cancel(
        self,
        message: str | None = None,
        *,
        level: int = 0,
        scope: anyio.CancelScope | None = None,
    ) -> None:
        """Cancel the coroutine, or its block in *scope*."""
        if scope is not None:
            self.scopes[scope] = level, self.cancellation.seen_at(level)
        super().cancel(message, level=level)

    def interrupt(self) -> None:
        """Have AnyIO cancel the coroutine, which raises at each of its awaits.

        Inside `uncancelled` nothing is raised; a coroutine that has not begun ends.
        """
        if self._scope is not None:
            self._scope.cancel()

    def _interrupt(self) -> None:
        """Have AnyIO cancel the coroutine, or the outermost block that is cancelled."""
        cancellation = self.cancellation
        unseen = cancellation.level, cancellation.seen
        blocks = (scope for scope, state in self.scopes.items() if state == unseen)
        block = next(blocks, None)
        if block is not None:
            block.cancel()  # If the coroutine is as well, this raises at its end.
        else:
            self.interrupt()

    # How a cancellation reaches the coroutine

    def is_waiting(self) -> bool:
        native = self._native
        return native is None or native is not self._scheduler.loop.current_task()

    def cancel_wait(self, message: str | None) -> None:
        awaited = self.awaited
        if awaited is None:
            self._interrupt()
        elif awaited.outcome is None:
            awaited.cancel(message)
        elif not awaited.outcome.is_cancellation:
            self.error = self.cancellation_error(message)

    def deliver_soon(self) -> None:
        if self.cancellation.is_pending:
            self._scheduler.push(self._deliver_natively)

    def _deliver_natively(self) -> None:
        # Had it awaited a future of ours meanwhile, this would not be pending any more.
        if self.outcome is None and self.cancellation.take():
            self._interrupt()

    def force(self, message: str | None) -> None:
        # Its scope would raise in the clean-up, too.
        self.error = self.cancellation_error(message)
        self.awaited.wake()

    # While it waits

    def begin_wait(self, future: AnyioFuture) -> None:
        """Wait for *future*, and cancel it if a cancellation is to be raised there."""
        if future is self:
            raise RuntimeError("a coroutine cannot await its own future")
        self.awaited = future
        if self.cancellation.take():
            future.cancel(self.cancellation.message)

    def end_wait(self) -> None:
        self.error = self.resume_error() or self.error
        super().end_wait()

    def is_interrupted(self) -> bool:
        """Tell whether it is this task, or a block of it, that was cancelled.

        What is around `uncancelled` has no effect inside.
        """
        level = self.cancellation.level
        scopes = [scope for scope, (at, _) in self.scopes.items() if at == level]
        if self._scope is not None and not level:
            scopes.append(self._scope)
        return any(scope.cancel_called for scope in scopes)

    def stands_for(self, native: object) -> None:
        """Stand for a native task that the backend has not started."""
        self._native = native

    # The run of the coroutine

    async def run(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run *coroutine* in the current native task; settle with its outcome."""
        scheduler = self._scheduler
        loop = scheduler.loop
        self._native = native = loop.current_task()
        self.coroutine = coroutine
        scheduler.waiters[native] = self
        try:
            with loop.new_scope(shield=True) as self._scope:
                if self.cancellation.is_requested:
                    coroutine.close()
                    return
                try:
                    value = await coroutine
                except loop.cancelled as error:
                    # One by asyncio's own `cancel` would take the whole group along.
                    if not self.cancellation.requests:
                        (self.cancellation.message,) = error.args[:1] or (None,)
                    return
            outcome = Outcome()
            outcome.value = value
            self.settle(outcome)
        except BaseException as error:  # noqa: BLE001 - whatever the coroutine raises
            if _ends_program(error):
                scheduler.fail(error)  # `async with` raises it.
            else:
                self._fail(error)
        finally:
            self._end(native)
            del self, coroutine  # See `txaio_common.Outcome`.

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, BaseExceptionGroup):
            error = self._without_cancellation(error)
        explain_foreign_await(error)
        if error.__traceback__ is not None:
            # Its first frame is that of `run`, and of no use to its reader.
            error = error.with_traceback(error.__traceback__.tb_next)
        self.settle(self.failed(FailedFuture(error)))

    def _without_cancellation(
        self, group: BaseExceptionGroup[BaseException]
    ) -> BaseException:
        """Return what a task group in the coroutine has made of its cancellation.

        It wraps what its body raises.
        """
        if not self.cancellation.requests:
            return group
        others = group.split(CancelledError)[1]
        return others or self.cancellation_error(self.cancellation.message)

    def _end(self, native: object) -> None:
        if self.outcome is None:
            self.settle(self.cancelled(self.cancellation.message))
        self._scope = self._native = self.coroutine = None
        self._scheduler.discard(self, native)


def _ends_program(error: BaseException) -> bool:
    exits = (KeyboardInterrupt, SystemExit)
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(exits) is not None
    return isinstance(error, exits)


class ThreadTask(AnyioTask):
    """The future of work in a thread, which fails with whatever is raised there."""

    def has_missed_cancellation(self) -> bool:
        # The thread has ended before anything could be raised.
        return self.cancellation.is_requested

    def _fail(self, error: BaseException) -> None:
        super()._fail(carried_error(error))
