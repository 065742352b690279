"""Futures that are asyncio's own, settled and followed as the contract says."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from txaio_common import FailedFuture, Futures


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from txaio_interfaces import IFailedFuture, IFuture

    Future = asyncio.Future[Any]


class AsyncioFutures(Futures):
    """The primitives, on `asyncio.Future` and `asyncio.Task`."""

    CancelledError = asyncio.CancelledError
    InvalidStateError = asyncio.InvalidStateError

    _loop: asyncio.AbstractEventLoop
    _tasks: set[asyncio.Task[Any]]
    """Tasks that run: asyncio itself would let them be collected."""

    def _new_future(self, canceller: Callable[[Any], object] | None) -> Future:
        future = self._loop.create_future()
        if canceller is not None:
            # The first of its callbacks, it also runs when an awaiter is cancelled.
            future.add_done_callback(partial(_run_canceller, canceller))
        return future

    def resolve(self, future: IFuture[Any], result: Any = None) -> None:
        native = cast("Future", future)
        try:
            native.set_result(result)
        except asyncio.InvalidStateError:
            if not native.cancelled():
                raise

    def _reject(self, future: IFuture[Any], exception: Exception) -> None:
        native = cast("Future", future)
        try:
            native.set_exception(exception)
        except asyncio.InvalidStateError:
            if not native.cancelled():
                raise

    def cancel(self, future: IFuture[Any], msg: str | None = None) -> None:
        native = cast("Future", future)
        # A task that is being cancelled would be interrupted in its clean-up.
        if not (isinstance(native, asyncio.Task) and native.cancelling()):
            native.cancel(msg)

    def is_future(self, value: object) -> bool:
        return isinstance(value, asyncio.Future)

    def is_called(self, future: IFuture[Any]) -> bool:
        return cast("Future", future).done()

    def add_callbacks(
        self,
        future: IFuture[Any],
        callback: Callable[[Any], object] | None,
        errback: Callable[[IFailedFuture], object] | None,
    ) -> IFuture[Any]:
        if errback is not None:
            settled = partial(_call_either, callback, errback)
        elif callback is not None:
            settled = partial(_call_back, callback)
        else:
            msg = "add_callbacks needs a callback, an errback or both"
            raise ValueError(msg)
        self._on_settled(future, settled)
        return future

    def _on_settled(
        self, future: IFuture[Any], fn: Callable[[Any], object]
    ) -> None:
        try:
            cast("Future", future).add_done_callback(fn)
        except AttributeError:
            msg = f"future must be an asyncio future, not {type(future).__name__!r}"
            raise TypeError(msg) from None

    def _failure(self, future: IFuture[Any]) -> IFailedFuture | None:
        return _failure_of(cast("Future", future))

    def _outcome(self, future: IFuture[Any]) -> Any:
        native = cast("Future", future)
        failure = _failure_of(native)
        return native.result() if failure is None else failure

    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> Future:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _adopt(self, awaitable: Awaitable[Any]) -> Future:
        return self._spawn(_wait_for(awaitable))

    async def uncancelled(
        self, fn: Callable[..., Awaitable[Any]], /, *args: Any, **kwargs: Any
    ) -> Any:
        inner = self._loop.create_task(_call(fn, args, kwargs))
        interrupted = False
        while not inner.done():
            try:
                await asyncio.wait([inner])
            except asyncio.CancelledError:
                interrupted = True
        outer = asyncio.current_task()
        if interrupted and outer is not None:
            outer.uncancel()
            outer.cancel()
        return inner.result()


def _run_canceller(canceller: Callable[[Any], object], future: Future) -> None:
    if future.cancelled():
        canceller(future)


def _call_back(callback: Callable[[Any], object], future: Future) -> None:
    # `exception()` would count as looking, which a callback alone does not.
    if not future.cancelled() and future._exception is None:  # noqa: SLF001
        callback(future.result())


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


async def _wait_for(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


async def _call(fn: Callable[..., Awaitable[Any]], args: Any, kwargs: Any) -> Any:
    return await fn(*args, **kwargs)
