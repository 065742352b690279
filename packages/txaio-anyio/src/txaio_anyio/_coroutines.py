"""Coroutines that run in tasks of AnyIO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import anyio

from txaio_anyio._native import (
    CANCELLED,
    FAILED,
    PENDING,
    RESOLVED,
    AnyioFuture,
    CancelledError,
    cancellation,
)


if TYPE_CHECKING:
    from collections.abc import Coroutine

    from txaio_anyio._pump import Pump


class AnyioTask(AnyioFuture):
    """The future of a coroutine, settled when the coroutine has ended.

    Cancelled, it cancels what the coroutine awaits, if that is a future: as on
    asyncio, the coroutine sees this once and may clean up in peace.
    Where the coroutine awaits something else, AnyIO's own cancellation has to do,
    which is raised at every await until the end.
    """

    __slots__ = ("_mark", "_native", "_owed", "_scope", "_shields", "cancellation")

    def __init__(self, pump: Pump) -> None:
        super().__init__(pump)
        self._native: Any = None
        self._scope: anyio.CancelScope | None = None
        self.cancellation: CancelledError | None = None
        """What the coroutine is to see, once it is cancelled."""
        self._mark: AnyioFuture | None = None
        """What stands for the wait that is to be cancelled next."""
        self._shields = 0
        """How many calls of `uncancelled` it is in."""
        self._owed = False
        """Whether it was cancelled in one of these, and is to see it afterwards."""

    def settle(self, state: str, value: Any) -> None:
        if self.state is PENDING:
            raise RuntimeError("a coroutine's future is settled by its return value")
        super().settle(state, value)

    def cancel(self, msg: str | None = None) -> None:
        """Cancel the coroutine and, in turn, those that it waits for."""
        if self.state is not PENDING or self.cancellation is not None:
            return
        tasks, last = self.chain()
        task = self
        for task in tasks:
            if task.cancellation is not None:
                break
            task.cancellation = cancellation(msg)
            if task._shields:
                task._owed = True
                break
        else:
            task._cancel_wait_for(last, msg)
        if last in tasks:
            # They wait for each other, and none would ever end.
            for task in tasks:
                task.interrupt()

    def chain(self) -> tuple[dict[AnyioTask, None], AnyioFuture | None]:
        """Return the tasks that wait each for the next, and what the last waits for.

        That is None if it waits for no future, and one of them if they go in a circle.
        """
        tasks: dict[AnyioTask, None] = {}
        last: AnyioFuture | None = self
        while isinstance(last, AnyioTask) and last.state is PENDING:
            if last in tasks:
                break
            tasks[last] = None
            last = self._pump.waits.get(last._native)
        return tasks, last

    def _cancel_wait_for(self, future: AnyioFuture | None, msg: str | None) -> None:
        native = self._native
        if future is None:
            if native is not None and native is self._pump.loop.current_task():
                self._cancel_next_wait()
            else:
                self.interrupt()
        elif future.state is not PENDING:
            del self._pump.waits[native]
        elif not isinstance(future, AnyioTask):
            future.cancel(msg)

    def _cancel_next_wait(self) -> None:
        """Cancel what the coroutine, which runs now, will wait for next."""
        waits, native = self._pump.waits, self._native
        self._mark = mark = AnyioFuture(self._pump)
        mark.cancel(*(self.cancellation or CancelledError()).args[:1])
        waits[native] = mark

        def see() -> None:
            if waits.get(native) is mark:
                del waits[native]
                self.interrupt()

        self._pump.push(see)

    def enter_shield(self) -> None:
        """Let a cancellation wait until the coroutine has left again."""
        self._shields += 1
        waits, native = self._pump.waits, self._native
        if self._mark is not None and waits.get(native) is self._mark:
            # It has not seen the last one yet.
            del waits[native]
            self._owed = True

    def leave_shield(self) -> None:
        """Have the coroutine see at its next wait what it missed meanwhile."""
        self._shields -= 1
        if self._owed and not self._shields:
            self._owed = False
            self._cancel_next_wait()

    def interrupt(self) -> None:
        """Have AnyIO cancel the coroutine, which interrupts its clean-up, too."""
        if self._scope is not None:
            self._scope.cancel()

    def hurry(self) -> None:
        """Cancel the coroutine if it was not yet, else interrupt its clean-up."""
        if self.cancellation is None:
            self.cancel()
        else:
            self.interrupt()

    def is_interrupted(self) -> bool:
        """Tell whether AnyIO's cancellation, seen by the coroutine, is this task's."""
        scope = self._scope
        return scope is not None and scope.cancel_called and not self._shields

    async def _wait(self) -> None:
        if self._native is not None and self._native is self._pump.loop.current_task():
            raise RuntimeError("a coroutine cannot await its own future")
        await super()._wait()

    async def _end_for(self, awaiter: AnyioTask | None) -> None:
        self.cancel()
        if self.state is PENDING and awaiter not in self.chain()[0]:
            with anyio.CancelScope(shield=True):
                await self._event.wait()

    async def run(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run *coroutine*, and settle with what comes of it."""
        pump = self._pump
        loop = pump.loop
        self._native = native = loop.current_task()
        pump.running[native] = self
        try:
            with anyio.CancelScope(shield=True) as self._scope:
                if self.cancellation is not None:
                    coroutine.close()
                    return
                try:
                    super().settle(RESOLVED, await coroutine)
                except loop.cancelled:
                    # A stray one of asyncio's would take the whole group along.
                    return
        except Exception as error:  # noqa: BLE001 - whatever the coroutine raises
            self._fail(error)
        except BaseException as error:  # noqa: BLE001 - `async with` raises it
            pump.fail(error)
        finally:
            self._end(native)
            # The frames in the traceback keep this one, from Python 3.12 on.
            del self, coroutine

    def _fail(self, error: Exception) -> None:
        if self.cancellation is not None and isinstance(error, ExceptionGroup):
            # A task group in the coroutine wraps what its body raises.
            group = cast("ExceptionGroup[Exception]", error)
            error = group.split(CancelledError)[1] or self.cancellation
        if error.__traceback__ is not None:
            # Its first frame is that of `run`, and of no use to its reader.
            error = error.with_traceback(error.__traceback__.tb_next)
        cancelled = isinstance(error, CancelledError)
        super().settle(CANCELLED if cancelled else FAILED, error)

    def _end(self, native: object) -> None:
        if self.state is PENDING:
            super().settle(CANCELLED, self.cancellation or CancelledError())
        self._scope = self._native = self.cancellation = None
        self._pump.discard(self, native)
