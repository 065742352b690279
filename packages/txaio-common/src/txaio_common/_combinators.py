"""Futures made of others: `gather`, `shield` and `timeout`."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from functools import partial
from types import CoroutineType
from typing import Any

from txaio_common._checks import is_awaitable
from txaio_common._driver import Driver
from txaio_common._futures import copy_outcome, follow
from txaio_common._outcome import UNSET
from txaio_common._timers import call_later
from txaio_interfaces import IFuture


def gather(
    driver: Driver, futures: Iterable[Awaitable[Any]], *, consume_exceptions: bool
) -> IFuture[Any]:
    """Return a future of the outcomes of *futures*: see `IFutures.gather`."""
    if is_awaitable(futures):
        # Of futures that can be iterated over, some never come to an end.
        raise TypeError("futures must be several, in a list say: gather([future])")
    members = list(futures)
    for member in members:
        # Asked here first, it costs half as much.
        if not hasattr(type(member), "__await__") and not is_awaitable(member):
            raise TypeError(
                "futures must hold futures and coroutines,"
                f" not {type(member).__name__!r}: as_future(fn) makes one of what fn"
                " returns"
            )
    kind = GatherAll if consume_exceptions else GatherUntilFailure
    own = driver.own_type  # Asked here, it saves a call for each.
    try:
        followed = [m if isinstance(m, own) else follow(driver, m) for m in members]
    except RuntimeError:
        for member in members:
            if type(member) is CoroutineType:
                member.close()
        raise
    return kind(driver, followed).future


class GatherAll:
    """Collects every outcome, a failure in the place of its member.

    It waits for one member at a time and skips those that are settled by then, so that
    a hundred members cost a handful of callbacks.
    """

    __slots__ = ("_driver", "_members", "_results", "future")

    def __init__(self, driver: Driver, members: list[IFuture[Any]]) -> None:
        self._driver = driver
        self._members = members
        self._results: list[Any] = []
        self.future = driver.create_future()
        driver.set_canceller(self.future, self._cancel)
        self._advance(None)

    def _advance(self, _member: IFuture[Any] | None) -> None:
        driver, members, results = self._driver, self._members, self._results
        take = driver.outcome
        for index in range(len(results), len(members)):
            outcome = take(members[index])
            if outcome is UNSET:
                driver.listen(members[index], self._advance)
                return
            results.append(outcome)
        driver.resolve(self.future, results)

    def _cancel(self, _future: IFuture[Any]) -> None:
        driver = self._driver
        for member in self._members:
            driver.listen(member, driver.failure)
            driver.cancel(member)


class GatherUntilFailure:
    """Collects the values, or fails as the first member that does."""

    __slots__ = ("_done", "_driver", "_members", "_pending", "future")

    def __init__(self, driver: Driver, members: list[IFuture[Any]]) -> None:
        self._driver = driver
        self._members = members
        self._pending = len(members)
        self._done = not members
        self.future = driver.create_future()
        driver.set_canceller(self.future, self._cancel)
        if not members:
            driver.resolve(self.future, [])
        for member in members:
            driver.listen(member, self._settled)

    def _settled(self, member: IFuture[Any]) -> None:
        driver = self._driver
        failure = driver.failure(member)
        self._pending -= 1
        if self._done:
            return
        if failure is not None:
            self._done = True
            copy_outcome(driver, member, self.future)
        elif not self._pending:
            self._done = True
            values = [driver.peek(member) for member in self._members]
            driver.resolve(self.future, values)

    def _cancel(self, _future: IFuture[Any]) -> None:
        # If the failure of a member has settled this, the other members go on.
        if not self._done:
            self._done = True
            for member in self._members:
                self._driver.cancel(member)


def shield(driver: Driver, source: IFuture[Any]) -> IFuture[Any]:
    """Return a future that follows *source*, which is not cancelled with it."""
    future = driver.create_future()
    driver.listen(source, partial(_follow, driver, future))
    return future


def _follow(driver: Driver, future: IFuture[Any], source: IFuture[Any]) -> None:
    if not driver.is_settled(future):
        copy_outcome(driver, source, future)


class Timeout:
    """Follows a future for a number of *seconds*, and cancels it after that.

    The canceller of the future is called before the `TimeoutError` is raised.
    """

    __slots__ = ("_driver", "_expired", "_handle", "_seconds", "_source", "future")

    def __init__(self, driver: Driver, source: IFuture[Any], seconds: float) -> None:
        self._driver = driver
        self._source = source
        self._seconds = seconds
        self._expired = False
        self.future = driver.create_future()
        driver.set_canceller(self.future, self._cancel)
        self._handle = call_later(driver, seconds, self._expire)
        driver.listen(source, self._follow)

    def _expire(self) -> None:
        driver, source = self._driver, self._source
        self._handle = None
        if driver.is_settled(source):
            return
        self._expired = True
        driver.cancel(source)
        if not driver.is_settled(source):
            # The clean-up of a coroutine takes its time: do not wait for it.
            self._follow(source)

    def _follow(self, source: IFuture[Any]) -> None:
        driver = self._driver
        self._give_up_timer()
        if driver.is_settled(self.future):
            return
        if self._expired:
            error = TimeoutError(f"not settled within {self._seconds:.12g} seconds")
            driver.reject(self.future, driver.wrap(error))
        else:
            copy_outcome(driver, source, self.future)

    def _cancel(self, _future: IFuture[Any]) -> None:
        self._give_up_timer()
        self._driver.cancel(self._source)

    def _give_up_timer(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.cancel()
