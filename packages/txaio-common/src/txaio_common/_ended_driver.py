"""A driver for the time in which no loop runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, NoReturn, TypeVar

from txaio_common._driver import Driver, Statistics
from txaio_common._driver_proxy import DriverProxy
from txaio_common._running import Running
from txaio_interfaces import IFailedFuture, IFuture


T = TypeVar("T")


class EndedDriver(DriverProxy):
    """Stands in for a *driver* whose loop has ended, or has not begun.

    What needs the loop raises a `RuntimeError` with the *reason*, which names the fix.
    Futures that are there can still be settled and asked for their outcome: clean-up
    that runs after the end may do that, and needs no loop for it.
    """

    has_ended: bool = True

    def __init__(self, driver: Driver, reason: str) -> None:
        """Raise *reason* instead of calling *driver*."""
        super().__init__(driver)
        self._reason = reason
        self.check: Callable[[], object] = self._refuse

    def _refuse(self, *_args: object) -> NoReturn:
        raise RuntimeError(self._reason)

    def now(self) -> NoReturn:
        self._refuse()

    def call_soon(self, fn: Callable[[], object], /) -> NoReturn:
        self._refuse(fn)

    def call_at(self, when: float, fn: Callable[[], object], /) -> NoReturn:
        self._refuse(when, fn)

    def call_later(self, delay: float, fn: Callable[[], object], /) -> NoReturn:
        self._refuse(delay, fn)

    def call_soon_unordered(self, fn: Callable[[], object], /) -> NoReturn:
        self._refuse(fn)

    def call_from_thread(self, fn: Callable[[], object], /) -> NoReturn:
        self._refuse(fn)

    def run_in_thread(self, fn: Callable[[], Any], /) -> NoReturn:
        self._refuse(fn)

    def report(self, text: str, exception: BaseException, /) -> None:
        self._driver.report(text, exception)

    def wrap(self, exception: BaseException, /) -> IFailedFuture:
        return self._driver.wrap(exception)

    def create_future(self) -> NoReturn:
        self._refuse()

    def set_canceller(
        self, future: Any, canceller: Callable[[Any], object], /
    ) -> NoReturn:
        self._refuse(future, canceller)

    def create_owner(
        self,
        owned: Sequence[IFuture[Any]],
        cancel_owned: Callable[[str | None], bool],
        /,
    ) -> NoReturn:
        self._refuse(owned, cancel_owned)

    def resolve(self, future: Any, value: Any, /) -> None:
        self._driver.resolve(future, value)

    def reject(self, future: Any, failure: Any, /) -> None:
        self._driver.reject(future, failure)

    def cancel(self, future: Any, message: str | None = None, /) -> None:
        self._driver.cancel(future, message)

    def is_settled(self, future: Any, /) -> bool:
        return self._driver.is_settled(future)

    def listen(self, future: Any, fn: Callable[[Any], object], /) -> NoReturn:
        self._refuse(future, fn)

    def peek(self, future: Any, /) -> Any:
        return self._driver.peek(future)

    def failure(self, future: Any, /) -> IFailedFuture | None:
        return self._driver.failure(future)

    def result(self, future: Any, /) -> Any:
        return self._driver.result(future)

    def spawn(self, coroutine: Coroutine[Any, Any, Any], /) -> NoReturn:
        coroutine.close()
        self._refuse()

    def adopt(self, awaitable: Any, /) -> NoReturn:
        self._refuse(awaitable)

    def uncancelled(self, call: Callable[[], Awaitable[T]], /) -> NoReturn:
        self._refuse(call)

    def create_scope(self) -> NoReturn:
        self._refuse()

    def interrupt(self, future: Any, /) -> NoReturn:
        self._refuse(future)

    def statistics(self) -> Statistics:
        """Return nothing: nothing runs."""
        return Statistics()

    def due(self, handle: Any, /) -> None:
        """Return nothing: no call is due any more."""

    def running(self) -> list[Running]:
        """Return nothing: nothing runs."""
        return []
