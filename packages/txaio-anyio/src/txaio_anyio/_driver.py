"""The driver on AnyIO."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

import anyio
from anyio import get_current_task, to_thread
from anyio.abc import TaskGroup

from txaio_anyio._asyncio import AsyncioLoop
from txaio_anyio._future import AnyioFuture, AnyioOwner
from txaio_anyio._generators import AnyioGenerators
from txaio_anyio._loop import Loop
from txaio_anyio._scheduler import Scheduler
from txaio_anyio._scope import AnyioScope
from txaio_anyio._task import AnyioTask, ThreadTask
from txaio_common import (
    Emitter,
    FutureDriver,
    Handle,
    RecordEmitter,
    Running,
    Statistics,
    carry_error,
    end_tasks,
    hide_frames_of,
)


T = TypeVar("T")


def _task_name() -> str | None:
    try:
        return get_current_task().name
    except Exception:  # noqa: BLE001 - each loop has its own if none runs
        return None


hide_frames_of(_task_name)


class AnyioDriver(FutureDriver):
    """The primitives, on futures of our own and tasks of AnyIO."""

    name = "anyio"
    future_type: type[Any] = AnyioFuture
    own_type: type[Any] = AnyioFuture
    future_noun = "an AnyIO future"
    cancelled_error: type[BaseException] = AnyioFuture.cancelled_error
    invalid_state_error: type[Exception] = AnyioFuture.invalid_state_error
    emitter: Emitter = RecordEmitter(_task_name)

    now: Any = None
    call_soon: Any = None
    call_at: Any = None
    create_future: Any = None

    # The methods of our futures, which those of coroutines do not override.
    listen: Any = staticmethod(AnyioFuture.listen)
    set_canceller: Any = staticmethod(AnyioFuture.set_canceller)
    resolve_own: Any = staticmethod(AnyioFuture.resolve)

    scheduler: Scheduler
    """What makes the calls, from `begin` on."""
    generators: AnyioGenerators
    """What closes async generators, if `run` has installed it."""
    _group: TaskGroup

    def __init__(self, on_error: Callable[[str, BaseException], object]) -> None:
        """Report to *on_error*."""
        self._on_error = on_error

    async def begin(self) -> None:
        """Begin on the loop that runs."""
        loop = _running_loop()
        self._group = await loop.open_group()
        self.scheduler = Scheduler(loop, self._group, self.report)
        self.generators = AnyioGenerators(self, loop)
        self.now = loop.now
        self.call_soon = self.scheduler.call_soon
        self.call_at = self.scheduler.call_at
        self.create_future = partial(AnyioFuture, self.scheduler)
        self._group.start_soon(self.scheduler.run, name="txaio")

    async def end(
        self, grace: float, refuse_thread_calls: Callable[[], object]
    ) -> BaseException | None:
        """End, and cancel the coroutines that run; return what has ended the block.

        After *grace* seconds each of their awaits raises, unless in `uncancelled`.
        Then *refuse_thread_calls* is called, that of the backend.
        """
        scheduler = self.scheduler
        self._group.start_soon(
            self._end_tasks, grace, refuse_thread_calls, name="txaio"
        )
        try:
            # Given the error of the block, it would wrap it into a group.
            await self._group.__aexit__(None, None, None)
        except BaseExceptionGroup as errors:
            scheduler.fail(errors)
        finally:
            for waiter in tuple(scheduler.waiters.values()):
                waiter.abandon()
        return scheduler.failure

    async def _end_tasks(
        self, grace: float, refuse_thread_calls: Callable[[], object]
    ) -> None:
        # In a task of its own: the block's may be cancelled while it waits.
        with anyio.CancelScope(shield=True):
            try:
                await end_tasks(self, grace, self.generators, refuse_thread_calls)
            finally:
                self.generators.uninstall()
                self.scheduler.close()

    def create_owner(
        self,
        owned: Sequence[Any],
        cancel_owned: Callable[[str | None], bool],
        /,
    ) -> AnyioOwner:
        owner = AnyioOwner(self.scheduler)
        owner.owned = owned
        owner.cancel_owned = cancel_owned
        return owner

    def call_later(self, delay: float, fn: Callable[[], object], /) -> Handle:
        loop = self.scheduler.loop
        handle: Handle = self.call_at(loop.now() + delay + loop.grain, fn)
        return handle

    def call_from_thread(self, fn: Callable[[], object], /) -> None:
        scheduler = self.scheduler
        scheduler.loop.post(scheduler.deliver, copy_context().run, fn)

    def run_in_thread(self, fn: Callable[[], Any], /) -> AnyioTask:
        work = to_thread.run_sync(partial(carry_error, fn), abandon_on_cancel=True)
        return self._start(work, ThreadTask)

    def report(self, text: str, exception: BaseException, /) -> None:
        try:
            self._on_error(text, exception)
        except BaseException as error:
            if self.now is None:  # There is no block yet that could raise it.
                raise
            self.scheduler.fail(error)

    def spawn(self, coroutine: Coroutine[Any, Any, Any], /) -> AnyioTask:
        return self._start(coroutine, AnyioTask)

    def _start(
        self, coroutine: Coroutine[Any, Any, Any], kind: type[AnyioTask]
    ) -> AnyioTask:
        scheduler = self.scheduler
        task = kind(scheduler)
        name = getattr(coroutine, "__qualname__", None)
        try:
            scheduler.start(task.run, coroutine, name=name)
        except BaseException:
            coroutine.close()
            raise
        scheduler.tasks.add(task)
        return task

    async def uncancelled(  # type: ignore[return]  # A shield swallows nothing.
        self, call: Callable[[], Awaitable[T]], /
    ) -> T:
        task = await self.current_task()
        with anyio.CancelScope(shield=True):
            if task is None:
                return await call()
            task.enter_shield()
            try:
                return await call()
            finally:
                task.leave_shield()
                del task  # See `txaio_common.Outcome`.

    async def current_task(self) -> AnyioTask | None:
        scheduler = self.scheduler
        # As it runs, it waits for nothing: only a task of ours is there then.
        task: AnyioTask | None = scheduler.waiters.get(scheduler.loop.current_task())
        return task

    def create_scope(self) -> AnyioScope:
        return AnyioScope(self.current_task, self.scheduler)

    def statistics(self) -> Statistics:
        scheduler = self.scheduler
        awaited = (waiter.awaited for waiter in scheduler.waiters.values())
        # At the end a coroutine may wait for a thread, inside `uncancelled`: threads
        # are among these, and so are given up, when no coroutine runs any more.
        coroutines = (it for it in scheduler.tasks if not isinstance(it, ThreadTask))
        return Statistics(
            tuple(coroutines) or tuple(scheduler.tasks),
            tuple(scheduler.timers()),
            tuple(future for future in awaited if future is not None),
        )

    def due(self, handle: Any, /) -> float | None:
        return self.scheduler.due(handle)

    def running(self) -> list[Running]:
        waiters = {id(task): it for task, it in self.scheduler.waiters.items()}
        return [
            Running(task.coro, getattr(waiters.get(task.id), "awaited", None))
            for task in anyio.get_running_tasks()
        ]


def _running_loop() -> Loop:
    if anyio.get_cancelled_exc_class() is asyncio.CancelledError:
        return AsyncioLoop()
    from txaio_anyio._trio import TrioLoop  # noqa: PLC0415 - it may be missing

    return TrioLoop()
