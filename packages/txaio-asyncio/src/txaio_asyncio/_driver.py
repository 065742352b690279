"""The driver on asyncio and uvloop.

Futures are asyncio's own, and so are tasks: libraries for txaio and other libraries for
asyncio use the same objects.  asyncio's cancellation fits the contract in all
but four points, which are dealt with here:

- asyncio passes each `Task.cancel` on to the task that is awaited, and so interrupts
  the clean-up of that one, though the outer task has not seen the first cancellation
  yet.  So what a cancelled task waits for is remembered, for all drivers of the
  process, and as long as it waits for that, it is not cancelled again.
- Of a cancelled task, asyncio gives the text to the first who asks: see `_end_task`.
- A task that cancels itself would see this at its next await, or never: it is cancelled
  in the next turn of the loop, and keeps its value if it has ended by then.
- asyncio cancels a chain of tasks by recursion, and exceeds the recursion limit where
  the chain is long or has no end: see `_cancel_task`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import Context, copy_context
from functools import partial
from typing import Any, ClassVar, TypeVar
from weakref import WeakKeyDictionary, ref

from txaio_asyncio._future import AsyncioOwner
from txaio_common import (
    UNSET,
    Driver,
    Emitter,
    FailedFuture,
    Handle,
    RecordEmitter,
    Statistics,
    clock_of,
    find_path,
    is_uvloop,
)
from txaio_interfaces import IFailedFuture, IFuture


T = TypeVar("T")
Task = asyncio.Task[Any]

MAX_CHAIN = 100
"""How many tasks that wait each for the next asyncio may cancel by recursion."""


def _task_name() -> str | None:
    try:
        task = asyncio.current_task()
    except RuntimeError:  # No loop runs in this thread.
        return None
    return None if task is None else task.get_name()


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

    _unseen: ClassVar[WeakKeyDictionary[Task, ref[Any]]] = WeakKeyDictionary()
    """What tasks waited for when they were cancelled, and had to wait for."""
    _texts: ClassVar[WeakKeyDictionary[Task, str]] = WeakKeyDictionary()
    """The texts of cancellations."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Work on *loop*."""
        self.loop = loop
        self.now = clock_of(loop)
        self.create_future = loop.create_future
        self._early = 0.001 if is_uvloop(loop) else 0.0
        # asyncio itself would let tasks be collected while they run.
        self._tasks: set[Task] = set()

    def call_soon(self, fn: Callable[[], object], /) -> Handle:
        return self.loop.call_soon(fn)

    def call_at(self, when: float, fn: Callable[[], object], /) -> Handle:
        # A handle keeps the context that it is made in until it is due, even if it is
        # cancelled; and not every loop takes a context by name.
        return Context().run(self.loop.call_at, when + self._early, fn)

    def call_later(self, delay: float, fn: Callable[[], object], /) -> Handle:
        return Context().run(self.loop.call_later, delay + self._early, fn)

    def call_from_thread(self, fn: Callable[[], object], /) -> None:
        self.loop.call_soon_threadsafe(fn)

    def run_in_thread(self, fn: Callable[[], Any], /) -> IFuture[Any]:
        return self.loop.run_in_executor(None, copy_context().run, fn)

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
        # `loop` may be an object that has the methods of the loop that is current.
        loop = self.create_future().get_loop()
        return AsyncioOwner(owned, cancel_owned, loop)

    def resolve(self, future: Any, value: Any, /) -> None:
        try:
            future.set_result(value)
        except asyncio.InvalidStateError:
            if not future.cancelled():
                raise
        except RuntimeError as error:
            raise _explain(error, future) from None

    def reject(self, future: Any, failure: Any, /) -> None:
        try:
            future.set_exception(failure.value)
        except asyncio.InvalidStateError:
            if not future.cancelled():
                raise
        except RuntimeError as error:
            raise _explain(error, future) from None

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
            callback(value)

    def failure(self, future: Any, /) -> IFailedFuture | None:
        try:
            exception = future.exception()
        except asyncio.CancelledError as error:
            return FailedFuture(error.with_traceback(None))
        return None if exception is None else FailedFuture(exception)

    def outcome(self, future: Any, /) -> Any:
        exception: BaseException | None
        try:
            exception = future.exception()
        except asyncio.InvalidStateError:
            return UNSET
        except asyncio.CancelledError as error:
            exception = error.with_traceback(None)
        return future.result() if exception is None else FailedFuture(exception)

    def result(self, future: Any, /) -> Any:
        # asyncio raises with the traceback that the exception came with.
        return future.result() if future.done() else super().result(future)

    def spawn(self, coroutine: Coroutine[Any, Any, Any], /) -> Task:
        try:
            task = self.loop.create_task(coroutine)
        except RuntimeError:
            coroutine.close()
            raise
        self._tasks.add(task)
        task.add_done_callback(self._end_task)
        return task

    def _end_task(self, task: Task) -> None:
        """Forget *task*, which has ended; keep the text of its cancellation.

        A future that is cancelled keeps its text in a private attribute, which a task
        loses as it ends.
        """
        self._tasks.discard(task)
        text = self._texts.pop(task, None)
        if text is not None and task.cancelled():
            task._cancel_message = text  # type: ignore[attr-defined]  # noqa: SLF001

    def cancel(self, future: Any, message: str | None = None, /) -> None:
        if future.done():
            pass  # asyncio would take this for a look at its failure.
        elif isinstance(future, asyncio.Task):
            self._cancel_task(future, message)
        else:
            future.cancel(message)

    def interrupt(self, future: Any, /) -> None:
        self._unseen.pop(future, None)
        self._cancel_task(future, None)

    def _cancel_task(self, task: Task, message: str | None) -> None:
        """Cancel *task* and, as asyncio does, the tasks that it waits for.

        asyncio goes from each task to the one that it waits for by recursion.  In a
        long chain only the innermost task is cancelled: the others see it when that one
        has ended, as they would anyhow.  Tasks that wait for each other in a circle are
        all ended by the first that is resumed.

        `_fut_waiter` is private to asyncio.  Without it, a second cancellation would
        interrupt the clean-up of what *task* waits for, as told above.
        """
        loop = task.get_loop()
        if task is asyncio.current_task(loop):
            loop.call_soon(self._cancel_self, task, message)
            return
        chain: dict[Task, Any] = {}
        awaited: Any = task
        while isinstance(awaited, asyncio.Task) and awaited not in chain:
            waits_for = _awaited(awaited)
            if waits_for is not None and self._is_unseen(awaited, waits_for):
                break
            chain[awaited] = waits_for
            awaited = waits_for
        innermost = list(chain)[-1] if chain else None
        if awaited in chain:
            _break_await_cycle(awaited, message)
        elif innermost is not None and not isinstance(awaited, asyncio.Task):
            (innermost if len(chain) > MAX_CHAIN else task).cancel(message)
            if isinstance(awaited, AsyncioOwner) and find_path(
                awaited, innermost, _awaits
            ):
                _break_await_cycle(innermost, message)
        self._remember(chain, message)

    def _cancel_self(self, task: Task, message: str | None) -> None:
        """Cancel *task*, which asked for it in the last turn of the loop.

        If it has ended since, those that were cancelled while they waited for it see
        the cancellation, as it has not.
        """
        if not task.done():
            self._cancel_task(task, message)
            return
        for outer, waits_for in list(self._unseen.items()):
            if waits_for() is task and self._is_unseen(outer, _awaited(outer)):
                outer.uncancel()
                outer.cancel(message)

    def _is_unseen(self, task: Task, waits_for: Any) -> bool:
        """Tell whether *task* was cancelled, and has not been resumed since."""
        known = self._unseen.get(task)
        return known is not None and known() is waits_for

    def _remember(self, chain: dict[Task, Any], message: str | None) -> None:
        for task, waits_for in chain.items():
            if message is not None:
                self._texts[task] = message
            if waits_for is not None and not waits_for.done():
                self._unseen[task] = ref(waits_for)

    async def uncancelled(self, call: Callable[[], Awaitable[T]], /) -> T:
        inner = self.loop.create_task(_as_task(call))
        interrupted: tuple[Any, ...] | None = None
        while not inner.done():
            try:
                await asyncio.wait([inner])
            except asyncio.CancelledError as error:
                interrupted = error.args[:1]
        outer = asyncio.current_task()
        if interrupted is not None and outer is not None:
            outer.uncancel()
            self._cancel_task(outer, *(interrupted or (None,)))
        try:
            return inner.result()
        finally:
            # What is raised keeps this frame, which must not keep the tasks.
            del inner, outer

    def statistics(self) -> Statistics:
        return Statistics(tasks=tuple(self._tasks))


def _awaited(task: Task) -> Any:
    return getattr(task, "_fut_waiter", None)


def _awaits(future: Any) -> list[Any]:
    """Return the pending futures for which *future* waits."""
    if isinstance(future, asyncio.Task):
        found = [_awaited(future)]
    else:
        found = list(future.owned) if isinstance(future, AsyncioOwner) else []
    return [each for each in found if each is not None and not each.done()]


async def _as_task(call: Callable[[], Awaitable[T]]) -> T:
    return await call()


def _explain(error: RuntimeError, future: Any) -> RuntimeError:
    is_task = isinstance(future, asyncio.Task)
    text = "a coroutine's future is settled by its return value"
    return RuntimeError(text) if is_task else error


def _run_canceller(canceller: Callable[[Any], object], future: Any) -> None:
    if future.cancelled():
        canceller(future)


def _break_await_cycle(task: Task, message: str | None) -> None:
    """Resume *task*, which waits for itself through others, with a cancellation.

    Nothing that it waits for will ever be done, and `Task.cancel` would not return.  It
    is resumed by the callback with which it waits, given a future that was cancelled.
    The list of callbacks is private to asyncio; without it, such tasks could never end,
    and `asyncio.run` would end with a RecursionError in place of the value of main.
    """
    awaited = _awaited(task)
    cancelled = task.get_loop().create_future()
    cancelled.cancel(message)
    for callback, context in list(awaited._callbacks):  # noqa: SLF001 - see above
        if getattr(callback, "__self__", None) is task:
            awaited.remove_done_callback(callback)
            task.get_loop().call_soon(callback, cancelled, context=context)
