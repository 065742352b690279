"""Futures that are asyncio's own, settled and followed as the contract says."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

from txaio_common import UNSET, FailedFuture, Futures, call_and_wait, wait_for


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import ParamSpec, TypeVar

    from txaio_interfaces import IFailedFuture, IFuture

    Future = asyncio.Future[Any]

    P = ParamSpec("P")
    T = TypeVar("T")


class AsyncioFutures(Futures):
    """The primitives, on `asyncio.Future` and `asyncio.Task`."""

    _a_future: ClassVar[str] = "an asyncio future"
    CancelledError: ClassVar[type[BaseException]] = asyncio.CancelledError
    InvalidStateError: ClassVar[type[Exception]] = asyncio.InvalidStateError

    _loop: asyncio.AbstractEventLoop
    _tasks: set[asyncio.Task[Any]]
    """Tasks that run: asyncio itself would let them be collected."""
    _cancelled: ClassVar[WeakSet[asyncio.Task[Any]]] = WeakSet()
    """Those that were cancelled here, by whichever backend, or through one of these."""

    def create_future(
        self,
        result: Any = UNSET,
        error: Any = UNSET,
        canceller: Callable[[Any], object] | None = None,
    ) -> Any:
        if result is UNSET and error is UNSET and canceller is None:
            return self._loop.create_future()
        return super().create_future(result, error, canceller)

    def _new_future(self, canceller: Callable[[Any], object] | None) -> Future:
        future = self._loop.create_future()
        if canceller is not None:
            # The first of its callbacks, it also runs when an awaiter is cancelled.
            future.add_done_callback(partial(_run_canceller, canceller))
        return future

    def resolve(self, future: Any, result: Any = None) -> None:
        try:
            future.set_result(result)
        except asyncio.InvalidStateError:
            if not future.cancelled():
                raise
        except RuntimeError as error:
            raise _explain(error, future) from None
        except AttributeError:
            raise self._no_future(future) from None

    def _reject(self, future: Any, exception: Exception) -> None:
        try:
            future.set_exception(exception)
        except asyncio.InvalidStateError:
            if not future.cancelled():
                raise
        except RuntimeError as error:
            raise _explain(error, future) from None
        except AttributeError:
            raise self._no_future(future) from None

    def cancel(self, future: Any, msg: str | None = None) -> None:
        if isinstance(future, asyncio.Task):
            # A second time would interrupt its clean-up.
            if future not in self._cancelled:
                self._cancelled.add(future)
                self._cancel_task(future, msg)
            return
        try:
            future.cancel(msg)
        except AttributeError:
            raise self._no_future(future) from None

    def _cancel_task(self, task: asyncio.Task[Any], msg: str | None = None) -> None:
        """Cancel *task*; those that this goes on to are then in peace as well.

        Raises `RecursionError` if they wait for each other, as asyncio itself would.
        """
        loop = task.get_loop()
        if task is asyncio.current_task(loop):
            # It may end before it awaits anything, and keeps its value then.
            loop.call_soon(self._cancel_task, task, msg)
            return
        walked: set[Any] = set()
        awaited: Any = task
        while isinstance(awaited, asyncio.Task):
            if awaited in walked:
                self._cancelled.discard(task)
                text = "coroutines that wait for each other cannot be cancelled"
                raise RecursionError(text)
            walked.add(awaited)
            awaited = getattr(awaited, "_fut_waiter", None)
        self._cancelled.update(walked)
        task.cancel(msg)

    def is_future(self, obj: object) -> bool:
        return isinstance(obj, asyncio.Future)

    def is_called(self, future: Any) -> bool:
        try:
            return future.done()  # type: ignore[no-any-return]
        except AttributeError:
            raise self._no_future(future) from None

    def add_callbacks(
        self,
        future: IFuture[T],
        callback: Callable[[T], object] | None,
        errback: Callable[[IFailedFuture], object] | None,
    ) -> IFuture[T]:
        native: Any = future
        try:
            if errback is not None:
                native.add_done_callback(partial(_call_either, callback, errback))
            elif callback is not None:
                native.add_done_callback(partial(_call_back, callback))
            else:
                msg = "add_callbacks needs a callback, an errback or both"
                raise ValueError(msg)
        except AttributeError:
            raise self._no_future(future) from None
        return future

    def _on_settled(self, future: Any, fn: Callable[[Any], object]) -> None:
        future.add_done_callback(fn)

    def _failure(self, future: Any) -> IFailedFuture | None:
        return _failure_of(future)

    def _outcome(self, future: Any) -> Any:
        exception: BaseException | None
        try:
            exception = future.exception()
        except asyncio.InvalidStateError:
            return UNSET
        except asyncio.CancelledError as error:
            exception = error.with_traceback(None)
        return future.result() if exception is None else FailedFuture(exception)

    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> Future:
        try:
            task = self._loop.create_task(coroutine)
        except RuntimeError:
            coroutine.close()
            raise
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _adopt(self, awaitable: Awaitable[Any]) -> Future:
        return self._spawn(wait_for(awaitable))

    async def uncancelled(
        self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        inner = self._loop.create_task(call_and_wait(fn, args, kwargs))
        interrupted: tuple[Any, ...] | None = None
        while not inner.done():
            try:
                await asyncio.wait([inner])
            except asyncio.CancelledError as error:
                interrupted = error.args[:1]
        outer = asyncio.current_task()
        if interrupted is not None and outer is not None:
            outer.uncancel()
            self._cancel_task(outer, *interrupted)
        try:
            return inner.result()
        finally:
            # What is raised keeps this frame, and would keep the task with it.
            del inner, outer


def _explain(error: RuntimeError, future: Any) -> RuntimeError:
    is_task = isinstance(future, asyncio.Task)
    text = "a coroutine's future is settled by its return value"
    return RuntimeError(text) if is_task else error


def _run_canceller(canceller: Callable[[Any], object], future: Future) -> None:
    if future.cancelled():
        canceller(future)


def _call_back(callback: Callable[[Any], object], future: Future) -> None:
    # `exception()` would count as looking, which a callback alone does not.
    if future._exception is None:
        try:
            value = future.result()
        except asyncio.CancelledError:
            return
        callback(value)


def _call_either(
    callback: Callable[[Any], object] | None,
    errback: Callable[[IFailedFuture], object],
    future: Future,
) -> None:
    failure = _failure_of(future)
    if failure is not None:
        errback(failure)
    elif callback is not None:
        callback(future.result())


def _failure_of(future: Future) -> IFailedFuture | None:
    try:
        exception = future.exception()
    except asyncio.CancelledError as error:
        return FailedFuture(error.with_traceback(None))
    return None if exception is None else FailedFuture(exception)
