"""Futures of the backend's own, settled and followed as the contract says."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import anyio

from txaio_anyio._native import (
    FAILED,
    PENDING,
    RESOLVED,
    AnyioFuture,
    CancelledError,
    InvalidStateError,
)
from txaio_common import UNSET, FailedFuture, Futures, wait_for


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import ParamSpec, TypeVar

    from txaio_anyio._coroutines import AnyioTask
    from txaio_anyio._pump import Pump
    from txaio_interfaces import IFailedFuture, IFuture

    P = ParamSpec("P")
    T = TypeVar("T")


class AnyioFutures(Futures):
    """The primitives, on `AnyioFuture` and tasks of AnyIO."""

    _a_future: ClassVar[str] = "an AnyIO future"
    CancelledError: ClassVar[type[BaseException]] = CancelledError
    InvalidStateError: ClassVar[type[Exception]] = InvalidStateError

    _pump: Pump
    _make_future: Callable[[Callable[[Any], object] | None], AnyioFuture]

    def _new_future(self, canceller: Callable[[Any], object] | None) -> AnyioFuture:
        return self._make_future(canceller)

    def resolve(self, future: Any, result: Any = None) -> None:
        try:
            future.settle(RESOLVED, result)
        except AttributeError:
            raise self._no_future(future) from None

    def _reject(self, future: Any, exception: Exception) -> None:
        try:
            future.settle(FAILED, exception)
        except AttributeError:
            raise self._no_future(future) from None

    def cancel(self, future: Any, msg: str | None = None) -> None:
        try:
            future.cancel(msg)
        except AttributeError:
            raise self._no_future(future) from None

    def is_future(self, obj: object) -> bool:
        return isinstance(obj, AnyioFuture)

    def is_called(self, future: Any) -> bool:
        try:
            return future.state is not PENDING
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
                native.listen(partial(_call_either, callback, errback))
            elif callback is not None:
                native.listen(partial(_call_back, callback))
            else:
                msg = "add_callbacks needs a callback, an errback or both"
                raise ValueError(msg)
        except AttributeError:
            raise self._no_future(future) from None
        return future

    def _on_settled(self, future: Any, fn: Callable[[Any], object]) -> None:
        future.listen(fn)

    def _failure(self, future: Any) -> IFailedFuture | None:
        return _failure_of(future)

    def _outcome(self, future: Any) -> Any:
        if future.state is PENDING:
            return UNSET
        failure = _failure_of(future)
        return future.result() if failure is None else failure

    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> AnyioTask:
        try:
            return self._pump.start(coroutine)
        except RuntimeError:
            coroutine.close()
            raise

    def _adopt(self, awaitable: Awaitable[Any]) -> AnyioTask:
        return self._spawn(wait_for(awaitable))

    async def uncancelled(  # type: ignore[return]  # A shield swallows nothing.
        self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        pump = self._pump
        task = pump.running.get(pump.loop.current_task())
        with anyio.CancelScope(shield=True):
            if task is None:
                return await fn(*args, **kwargs)
            task.enter_shield()
            try:
                return await fn(*args, **kwargs)
            finally:
                task.leave_shield()
                # What is raised keeps this frame, and would keep the future with it.
                del task


def _call_back(callback: Callable[[Any], object], future: AnyioFuture) -> None:
    if future.state is RESOLVED:
        callback(future.result())


def _call_either(
    callback: Callable[[Any], object] | None,
    errback: Callable[[IFailedFuture], object],
    future: AnyioFuture,
) -> None:
    failure = _failure_of(future)
    if failure is not None:
        errback(failure)
    elif callback is not None:
        callback(future.result())


def _failure_of(future: AnyioFuture) -> IFailedFuture | None:
    error = future.error()
    return None if error is None else FailedFuture(error)
