"""The future of a coroutine that runs in a task of AnyIO.

An `AnyioTask` is in one of these situations:

waiting   Its coroutine awaits one of our futures, `awaited`, which may have an outcome
          by now; or something else that blocks: AnyIO's own functions, a native task.
running   Its coroutine has its turn: its native task is the current one.
ended     It has an outcome.

How a cancellation works.  AnyIO's own belongs to a cancel scope, and is raised at every
await until the scope is left; the contract's is raised once, so that clean-up can
await. So `cancel` does not use the scope, as long as the coroutine awaits one of our
futures: it cancels that future, which ends with a `CancelledError`, and the coroutine
is resumed with it.  If that future is a task, the same is done to it in turn, so that
the innermost coroutine is the first to see the cancellation, and each outer one is
resumed when the inner one has ended, clean-up included.  If the future has an outcome
already, the wait raises `CancelledError` in its place.  A coroutine that runs has
nothing to cancel yet: the next future that it awaits is cancelled at once.
`txaio_common.Cancellation` keeps the state of this, with its transitions in a table,
for all backends that run coroutines on their own.

Where the coroutine awaits something else, the scope has to do: AnyIO raises its own
exception there, and at each such await after it.  Awaits of our futures make the
contract's `CancelledError` of that.

The scope around the coroutine is shielded from those around it: a backend ends its
coroutines itself, so that the innermost ends first.

Coroutines that wait for each other in a circle would wait for ever.  So where `cancel`
cannot go on, at a task that was cancelled before or is inside `uncancelled`, it looks
for a circle, and cancels the scope of one of its tasks.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, cast

import anyio

from txaio_anyio._future import (
    AnyioFuture,
    CancelledError,
    Waiter,
    cancellation,
    cancelled_outcome,
    failed_outcome,
)
from txaio_anyio._scheduler import Scheduler
from txaio_common import Cancellation, FailedFuture, Outcome
from txaio_interfaces import IFailedFuture


class AnyioTask(AnyioFuture, Waiter):
    """The future of a coroutine, settled when the coroutine has ended."""

    _native: Any = None
    _scope: anyio.CancelScope | None = None

    def __init__(self, scheduler: Scheduler) -> None:
        """Be ready to run a coroutine in a task of *scheduler*."""
        super().__init__(scheduler)
        self.cancellation = Cancellation()

    def cancel(self, message: str | None = None) -> None:
        """Raise `CancelledError` at the await of the innermost coroutine."""
        if self.outcome is not None:
            return
        task: AnyioTask = self
        while task.cancellation.cancel(message, waits=not task._is_running()):
            if not task.cancellation.is_delivered:
                task._deliver_soon()
                break
            awaited = task.awaited_task()
            if awaited is None:
                task._cancel_wait(message)
                return
            task = awaited
        task.break_await_cycle()

    def resolve(self, value: Any) -> None:
        del value
        self._refuse_outcome()

    def reject(self, failure: IFailedFuture) -> None:
        del failure
        self._refuse_outcome()

    def _refuse_outcome(self) -> None:
        if self.outcome is None:
            raise RuntimeError("a coroutine's future is settled by its return value")
        super()._refuse_outcome()

    def interrupt(self) -> None:
        """Have AnyIO cancel the coroutine, which raises at each of its awaits.

        Inside `uncancelled` nothing is raised; a coroutine that has not begun ends.
        """
        if self._scope is not None:
            self._scope.cancel()

    def enter_shield(self) -> None:
        """Let cancellations wait: the coroutine calls `uncancelled`."""
        self.cancellation.enter_shield()

    def leave_shield(self) -> None:
        """Have the coroutine see at its next await what it has missed, if anything."""
        self.cancellation.leave_shield()
        self._deliver_soon()

    # While it waits

    def begin_wait(self, future: AnyioFuture) -> None:
        """Wait for *future*, and cancel it if a cancellation is to be raised there."""
        if future is self:
            raise RuntimeError("a coroutine cannot await its own future")
        self.awaited = future
        if self.cancellation.take():
            future.cancel(self.cancellation.message)

    def is_interrupted(self) -> bool:
        """Tell whether it is this task whose scope was cancelled."""
        scope = self._scope
        return (
            scope is not None and scope.cancel_called and not self.cancellation.shields
        )

    # While others wait for it

    async def _end_for(self, waiter: Waiter) -> None:
        self.cancel()
        if self.outcome is None and waiter not in self._chain()[0]:
            with anyio.CancelScope(shield=True):
                await self._event.wait()

    # The run of the coroutine

    async def run(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run *coroutine* in the current native task; settle with its outcome."""
        scheduler = self._scheduler
        loop = scheduler.loop
        self._native = native = loop.current_task()
        scheduler.waiters[native] = self
        try:
            with anyio.CancelScope(shield=True) as self._scope:
                if self.cancellation.is_requested:
                    coroutine.close()
                    return
                try:
                    value = await coroutine
                except loop.cancelled:
                    # A stray one of asyncio's would take the whole group along.
                    return
            outcome = Outcome()
            outcome.value = value
            self.settle(outcome)
        except Exception as error:  # noqa: BLE001 - whatever the coroutine raises
            self._fail(error)
        except BaseException as error:  # noqa: BLE001 - `async with` raises it
            scheduler.fail(error)
        finally:
            self._end(native)
            del self, coroutine  # See `txaio_common.Outcome`.

    def _fail(self, error: Exception) -> None:
        if self.cancellation.is_requested and isinstance(error, ExceptionGroup):
            # A task group in the coroutine wraps what its body raises.
            group = cast("ExceptionGroup[Exception]", error)
            ours = group.split(CancelledError)[1]
            error = ours or cancellation(self.cancellation.message)
        if error.__traceback__ is not None:
            # Its first frame is that of `run`, and of no use to its reader.
            error = error.with_traceback(error.__traceback__.tb_next)
        self.settle(failed_outcome(FailedFuture(error)))

    def _end(self, native: object) -> None:
        if self.outcome is None:
            self.settle(cancelled_outcome(self.cancellation.message))
        self._scope = self._native = None
        self._scheduler.discard(self, native)

    # How a cancellation reaches the coroutine

    def _is_running(self) -> bool:
        native = self._native
        return native is not None and native is self._scheduler.loop.current_task()

    def awaited_task(self) -> AnyioTask | None:
        """Return the task that this waits for, if it waits for one."""
        awaited = self.awaited
        is_running = isinstance(awaited, AnyioTask) and awaited.outcome is None
        return cast("AnyioTask", awaited) if is_running else None

    def _cancel_wait(self, message: str | None) -> None:
        """Cancel what the coroutine, which waits, waits for."""
        awaited = self.awaited
        if awaited is None:
            self.interrupt()
        elif awaited.outcome is None:
            awaited.cancel(message)
        else:
            self.error = cancellation(message)

    def _deliver_soon(self) -> None:
        """See to it that a pending cancellation is raised, whatever is awaited next."""
        if self.cancellation.is_pending:
            self._scheduler.push(self._deliver_natively)

    def _deliver_natively(self) -> None:
        # Had it awaited a future of ours meanwhile, this would not be pending any more.
        if self.outcome is None and self.cancellation.take():
            self.interrupt()

    def break_await_cycle(self) -> None:
        """Interrupt a coroutine of the circle, if this one waits for itself.

        Not one that is inside `uncancelled`.
        """
        chain, repeated = self._chain()
        if repeated is self:
            for task in chain:
                if not task.cancellation.shields:
                    task.interrupt()
                    return

    def _chain(self) -> tuple[dict[AnyioTask, None], AnyioTask | None]:
        """Return the tasks, from this one, that wait each for the next.

        With them comes the task of theirs that the last one waits for, if there is one:
        then they wait for each other.
        """
        chain: dict[AnyioTask, None] = {}
        task: AnyioTask | None = self
        while task is not None and task not in chain:
            chain[task] = None
            task = task.awaited_task()
        return chain, task


class _ThreadExit(Exception):  # noqa: N818 - it is none: it carries one
    """Carries what only ends a program, as its cause, from a thread to its future."""


class ThreadTask(AnyioTask):
    """The future of work in a thread, which fails with whatever is raised there."""

    def _fail(self, error: Exception) -> None:
        cause = error.__cause__ if type(error) is _ThreadExit else error
        super()._fail(cast("Exception", cause))


def carry_exit(work: Any) -> Any:
    """Return ``work()``; raise `KeyboardInterrupt` and the like as a `_ThreadExit`."""
    try:
        return work()
    except Exception:
        raise
    except BaseException as error:
        raise _ThreadExit from error
