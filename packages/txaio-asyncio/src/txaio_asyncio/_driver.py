"""The driver on asyncio and uvloop.

Futures are asyncio's own, and so are tasks: libraries for txaio and other libraries for
asyncio use the same objects.  How tasks are cancelled is the subject of `_task.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import Context
from functools import partial
from types import CoroutineType
from typing import Any, TypeVar

from txaio_asyncio._future import AsyncioOwner
from txaio_asyncio._native import (
    awaited_by,
    break_cycle_through,
    failure_of,
    keep_text,
    keep_text_of,
    keep_traceback,
)
from txaio_asyncio._scope import AsyncioScope
from txaio_asyncio._task import CANCELLATIONS, uncancelled
from txaio_asyncio._threads import run_in_thread
from txaio_common import (
    UNSET,
    Driver,
    Emitter,
    FailedFuture,
    Handle,
    RecordEmitter,
    Running,
    Statistics,
    clock_of,
    explain_foreign_await,
    grain_of,
    hide_frames_of,
    is_uvloop,
    reject_unawaited_coroutine,
)
from txaio_interfaces import IFailedFuture, IFuture


T = TypeVar("T")
Task = asyncio.Task[Any]

_EXITS = (KeyboardInterrupt, SystemExit)


def _task_name() -> str | None:
    try:
        task = asyncio.current_task()
    except RuntimeError:  # No loop runs in this thread.
        return None
    return None if task is None else task.get_name()


hide_frames_of(_task_name)


class AsyncioDriver(Driver):
    """The primitives, on one asyncio loop."""

    name = "asyncio"
    future_type: type[Any] = asyncio.Future
    own_type: type[Any] = asyncio.Future
    future_noun = "an asyncio future"
    cancelled_error: type[BaseException] = asyncio.CancelledError
    invalid_state_error: type[Exception] = asyncio.InvalidStateError
    emitter: Emitter = RecordEmitter(_task_name)

    # What asyncio has, without a frame of ours around it.
    now: Any = None
    create_future: Any = None
    is_settled: Any = staticmethod(asyncio.Future.done)
    listen: Any = staticmethod(asyncio.Future.add_done_callback)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Work on *loop*."""
        self.loop = loop
        self.now = clock_of(loop)
        self.create_future = loop.create_future
        self._grain = grain_of(loop)
        self._early = 0.001 if is_uvloop(loop) else self._grain
        # asyncio itself would let tasks be collected while they run.
        self._tasks: set[Task] = set()

    def call_soon(self, fn: Callable[[], object], /) -> Handle:
        return self.loop.call_soon(fn)

    def call_at(self, when: float, fn: Callable[[], object], /) -> Handle:
        # A handle keeps the context that it is made in until it is due, even if it is
        # cancelled; and not every loop takes a context by name.
        return Context().run(self.loop.call_at, when + self._early, fn)

    def call_later(self, delay: float, fn: Callable[[], object], /) -> Handle:
        # The time at which this is asked for may be one grain behind.
        seconds = delay + self._early + self._grain
        return Context().run(self.loop.call_later, seconds, fn)

    def call_from_thread(self, fn: Callable[[], object], /) -> None:
        self.loop.call_soon_threadsafe(fn)

    def run_in_thread(self, fn: Callable[[], Any], /) -> IFuture[Any]:
        return run_in_thread(self, self.loop, fn)

    def report(self, text: str, exception: BaseException, /) -> None:
        self.loop.call_exception_handler({"message": text, "exception": exception})

    def set_canceller(self, future: Any, canceller: Callable[[Any], object], /) -> None:
        # As the first of the callbacks it also runs when an awaiter is cancelled.
        future.add_done_callback(partial(_run_canceller, canceller))

    def create_owner(
        self,
        owned: Sequence[Any],
        cancel_owned: Callable[[str | None], bool],
        /,
    ) -> AsyncioOwner:
        loop: Any = self.loop
        if not isinstance(loop, asyncio.AbstractEventLoop):
            # An object that has the methods of the loop that is current.
            loop = self.create_future().get_loop()
        owner = AsyncioOwner(loop=loop)
        owner.owned = owned
        owner.cancel_owned = cancel_owned
        owner.break_await_cycle = break_cycle_through
        return owner

    def resolve(self, future: Any, value: Any, /) -> None:
        try:
            future.set_result(value)
        except (asyncio.InvalidStateError, RuntimeError) as error:
            _refuse(future, error)

    def reject(self, future: Any, failure: Any, /) -> None:
        exception = failure.value
        # asyncio will raise it with the traceback that it has as it is given.
        # Assigned as an attribute, it would be refused by a frozen dataclass.
        traceback = exception.__traceback__
        try:
            future.set_exception(exception.with_traceback(failure.traceback))
        except (asyncio.InvalidStateError, RuntimeError) as error:
            _refuse(future, error)
        else:
            keep_traceback(future, failure.traceback)
        finally:
            exception.with_traceback(traceback)

    def peek(self, future: Any, /) -> Any:
        # `exception()` would count as retrieving: without this attribute, which is
        # private, a callback without an errback would hide the failure.
        if future._exception is not None:  # noqa: SLF001 - see above
            return UNSET
        try:
            return future.result()
        except asyncio.CancelledError:
            return UNSET

    @staticmethod
    def call_back(callback: Callable[[Any], object], future: Any, /) -> None:
        # The same, without a frame more.
        if future._exception is None:  # noqa: SLF001 - see `peek`
            try:
                value = future.result()
            except asyncio.CancelledError:
                return
            result = callback(value)
            if type(result) is CoroutineType:
                reject_unawaited_coroutine(result, callback)

    def failure(self, future: Any, /) -> IFailedFuture | None:
        try:
            exception = future.exception()
        except asyncio.CancelledError as error:
            return FailedFuture(error.with_traceback(None))
        return None if exception is None else failure_of(future, exception)

    def outcome(self, future: Any, /) -> Any:
        try:
            exception = future.exception()
        except asyncio.InvalidStateError:
            return UNSET
        except asyncio.CancelledError as error:
            keep_text_of(future, error)
            return FailedFuture(error.with_traceback(None))
        return future.result() if exception is None else failure_of(future, exception)

    def result(self, future: Any, /) -> Any:
        try:
            # See `peek` for this attribute, and `_native` for the traceback.
            if future._exception is None:  # noqa: SLF001
                try:
                    return future.result()
                except asyncio.InvalidStateError:
                    pass  # It is pending, and the error of `Driver` says what to do.
            return super().result(future)
        except asyncio.CancelledError as error:
            keep_text_of(future, error)
            raise
        finally:
            del future  # See `txaio_common.Outcome`.

    def spawn(self, coroutine: Coroutine[Any, Any, Any], /) -> Task:
        try:
            task = self.loop.create_task(coroutine)
        except RuntimeError:
            coroutine.close()
            raise
        self._tasks.add(task)
        task.add_done_callback(self._end)
        return task

    def _end(self, task: Task) -> None:
        self._tasks.discard(task)
        error: Any = task._exception  # noqa: SLF001 - see `peek`
        if error is None:
            if task.cancelled():
                keep_text(task)
        elif isinstance(error, _EXITS):
            task.exception()  # It is raised, and is not to be reported as well.
        else:
            explain_foreign_await(error)
            failure_of(task, error)  # Before anything else asks for it.

    def cancel(self, future: Any, message: str | None = None, /) -> None:
        if future.done():
            pass  # asyncio would take this for a look at its failure.
        elif isinstance(future, asyncio.Task):
            CANCELLATIONS.cancel_task(future, message)
        else:
            future.cancel(message)

    def interrupt(self, future: Any, /) -> None:
        CANCELLATIONS.interrupt(future)

    def create_scope(self) -> AsyncioScope:
        return AsyncioScope()

    def uncancelled(
        self, call: Callable[[], Awaitable[T]], /
    ) -> Coroutine[Any, Any, T]:
        return uncancelled(self.loop, call)

    def statistics(self) -> Statistics:
        return Statistics(tasks=tuple(self._tasks))

    def running(self) -> list[Running]:
        tasks: Any = asyncio.all_tasks(self.loop)
        return [Running(task.get_coro(), awaited_by(task)) for task in tasks]


def _refuse(future: Any, error: Exception) -> None:
    """Raise an error in place of *error*, unless *future* was cancelled."""
    is_task = isinstance(future, asyncio.Task)
    if isinstance(error, RuntimeError) and not is_task:
        raise error  # Its callbacks need the loop, which is closed.
    if not future.done():
        text = "a coroutine's future is settled by its return value"
        raise RuntimeError(text) from None
    if not future.cancelled():
        # See `peek` for this attribute.
        state = "resolved" if future._exception is None else "failed"  # noqa: SLF001
        text = f"the future is {state} already"
        raise asyncio.InvalidStateError(text) from None


def _run_canceller(canceller: Callable[[Any], object], future: Any) -> None:
    if future.cancelled():
        canceller(future)
