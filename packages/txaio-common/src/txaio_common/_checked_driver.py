"""Debug mode: a driver, and timers, that raise if used outside the loop's thread."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from threading import get_ident
from typing import Any, TypeVar

from txaio_common._cancel_scope import CancelScope
from txaio_common._driver import Driver, Handle, Statistics
from txaio_common._driver_proxy import DriverProxy
from txaio_common._running import Running
from txaio_interfaces import IBatchedTimer, IDelayedCall, IFailedFuture, IFuture


T = TypeVar("T")


def checked(driver: Driver, debug: bool | None) -> Driver:
    """Return *driver*, in debug mode behind a check that it is used in this thread.

    With *debug* None it is on in Python's development mode.
    """
    on = sys.flags.dev_mode if debug is None else debug
    return CheckedDriver(driver) if on else driver


class CheckedDriver(DriverProxy):
    """Passes each primitive on to another driver, in the thread that this is made in.

    What may be used in any thread is passed on without a check.
    `resolve_own`, `call_back` and `call_either` use their default, which calls others.
    """

    def __init__(self, driver: Driver) -> None:
        """Pass on to *driver*."""
        super().__init__(driver)
        self._thread = get_ident()
        self.check: Callable[[], object] = self._check_thread

    def _check_thread(self) -> None:
        if get_ident() != self._thread:
            msg = (
                f"this {self.name} backend was used outside its loop's thread:"
                " use call_from_thread there"
            )
            raise RuntimeError(msg)

    def now(self) -> float:
        return self._driver.now()

    def call_soon(self, fn: Callable[[], object], /) -> Handle:
        self._check_thread()
        return self._driver.call_soon(fn)

    def call_at(self, when: float, fn: Callable[[], object], /) -> Handle:
        self._check_thread()
        return self._driver.call_at(when, fn)

    def call_later(self, delay: float, fn: Callable[[], object], /) -> Handle:
        self._check_thread()
        return self._driver.call_later(delay, fn)

    def call_soon_unordered(self, fn: Callable[[], object], /) -> None:
        self._check_thread()
        self._driver.call_soon_unordered(fn)

    def call_from_thread(self, fn: Callable[[], object], /) -> None:
        self._driver.call_from_thread(fn)

    def run_in_thread(self, fn: Callable[[], Any], /) -> IFuture[Any]:
        self._check_thread()
        return self._driver.run_in_thread(fn)

    def report(self, text: str, exception: BaseException, /) -> None:
        self._driver.report(text, exception)

    def wrap(self, exception: BaseException, /) -> IFailedFuture:
        return self._driver.wrap(exception)

    def create_future(self) -> IFuture[Any]:
        self._check_thread()
        return self._driver.create_future()

    def set_canceller(self, future: Any, canceller: Callable[[Any], object], /) -> None:
        self._check_thread()
        self._driver.set_canceller(future, canceller)

    def create_owner(
        self,
        owned: Sequence[IFuture[Any]],
        cancel_owned: Callable[[str | None], bool],
        /,
    ) -> IFuture[Any]:
        self._check_thread()
        return self._driver.create_owner(owned, cancel_owned)

    def resolve(self, future: Any, value: Any, /) -> None:
        self._check_thread()
        self._driver.resolve(future, value)

    def reject(self, future: Any, failure: Any, /) -> None:
        self._check_thread()
        self._driver.reject(future, failure)

    def cancel(self, future: Any, message: str | None = None, /) -> None:
        self._check_thread()
        self._driver.cancel(future, message)
        del future  # See `txaio_common.Outcome`.

    def is_settled(self, future: Any, /) -> bool:
        return self._driver.is_settled(future)

    def listen(self, future: Any, fn: Callable[[Any], object], /) -> None:
        self._check_thread()
        self._driver.listen(future, fn)

    def peek(self, future: Any, /) -> Any:
        return self._driver.peek(future)

    def failure(self, future: Any, /) -> IFailedFuture | None:
        return self._driver.failure(future)

    def outcome(self, future: Any, /) -> Any:
        return self._driver.outcome(future)

    def result(self, future: Any, /) -> Any:
        try:
            return self._driver.result(future)
        finally:
            del future  # See `txaio_common.Outcome`.

    def spawn(self, coroutine: Coroutine[Any, Any, Any], /) -> IFuture[Any]:
        try:
            self._check_thread()
        except RuntimeError:
            coroutine.close()
            raise
        return self._driver.spawn(coroutine)

    def adopt(self, awaitable: Any, /) -> IFuture[Any]:
        self._check_thread()
        return self._driver.adopt(awaitable)

    def uncancelled(
        self, call: Callable[[], Awaitable[T]], /
    ) -> Coroutine[Any, Any, T]:
        self._check_thread()
        return self._driver.uncancelled(call)

    def create_scope(self) -> CancelScope:
        self._check_thread()
        return self._driver.create_scope()

    def interrupt(self, future: Any, /) -> None:
        self._check_thread()
        self._driver.interrupt(future)

    def statistics(self) -> Statistics:
        return self._driver.statistics()

    def due(self, handle: Any, /) -> float | None:
        return self._driver.due(handle)

    def running(self) -> list[Running]:
        return self._driver.running()


class CheckedCall(IDelayedCall):
    """A delayed call behind a *check* that raises in another thread."""

    __slots__ = ("_call", "_check")

    def __init__(self, call: IDelayedCall, check: Callable[[], object]) -> None:
        """Pass on to *call*."""
        self._call = call
        self._check = check

    def __repr__(self) -> str:
        """Return that of the call."""
        return repr(self._call)

    def cancel(self) -> None:
        self._check()
        self._call.cancel()

    def reset(self, delay: float) -> bool:
        self._check()
        return self._call.reset(delay)


class CheckedBatchedTimer(IBatchedTimer):
    """A batched timer behind a *check* that raises in another thread."""

    __slots__ = ("_check", "_timer")

    def __init__(self, timer: IBatchedTimer, check: Callable[[], object]) -> None:
        """Pass on to *timer*."""
        self._timer = timer
        self._check = check

    def __repr__(self) -> str:
        """Return that of the timer."""
        return repr(self._timer)

    def call_later(
        self, delay: float, func: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> IDelayedCall:
        self._check()
        call = self._timer.call_later(delay, func, *args, **kwargs)
        return CheckedCall(call, self._check)
