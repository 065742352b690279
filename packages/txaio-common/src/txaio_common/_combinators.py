"""Futures made of others: `gather`, `shield` and `timeout`."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Iterable
from types import CoroutineType
from typing import Any

from txaio_common._cancellation import first_text
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
        raise TypeError(
            "futures must be a list of futures, not a future: gather([future])"
        )
    members = list(futures)
    for member in members:
        # Asked here first, it costs half as much.
        if not hasattr(type(member), "__await__") and not is_awaitable(member):
            raise TypeError(
                "futures must hold futures and coroutines,"
                f" not {type(member).__name__!r}: as_future(fn) makes one of what fn"
                " returns"
            )
    kind: type[Gather] = GatherAll if consume_exceptions else GatherUntilFailure
    own = driver.own_type  # Asked here, it saves a call for each.
    try:
        followed = [m if isinstance(m, own) else follow(driver, m) for m in members]
    except RuntimeError:
        for member in members:
            if type(member) is CoroutineType:
                member.close()
        raise
    gathering = kind(driver, followed)
    future: IFuture[Any] = gathering.future
    gathering.begin()
    return future


class Gather:
    """The outcomes of *members*, in `future`.

    Cancelled, it cancels its members, and is settled when all of them have ended (X5).

    The future refers to this object, for that.  So when it is settled, this lets go of
    it: otherwise a failure that was never retrieved would be reported by the cyclic
    collector only.
    """

    __slots__ = ("_driver", "_is_over", "_members", "_message", "_running", "future")

    def __init__(self, driver: Driver, members: list[IFuture[Any]]) -> None:
        self._driver = driver
        self._members = members
        self._is_over = False
        """Whether the members go on by themselves, and `future` is settled."""
        self._message: str | None = None
        self._running: int | None = None
        """How many members have not ended, once this was cancelled."""
        self.future: Any = driver.create_owner(members, self._cancel)

    def begin(self) -> None:
        """Follow the members."""
        raise NotImplementedError

    def _let_go(self) -> None:
        self._is_over = True
        self.future = None
        # The list is the future's as well, which does not keep its members either.
        self._members.clear()

    def _cancel(self, message: str | None) -> bool:
        driver, members = self._driver, self._members
        if self._is_over:
            return True
        if self._running is None:
            self._message = message
            self._running = len(members)
            for member in members:
                driver.listen(member, self._ended)
            cancel_all(driver, members, message)
        else:
            self._message = first_text(self._message, message)
        return all(map(driver.is_settled, members))

    def _ended(self, member: IFuture[Any]) -> None:
        # What it has failed with, in its clean-up say, is not reported.
        self._driver.failure(member)
        assert self._running is not None  # noqa: S101 - see `_cancel`
        self._running -= 1
        if not self._running:
            future = self.future
            self._let_go()
            self._driver.cancel(future, self._message)


class GatherAll(Gather):
    """Collects every outcome, a failure in the place of its member.

    It waits for one member at a time and skips those that are settled by then, so that
    a hundred members cost a handful of callbacks.
    """

    __slots__ = ("_results",)

    def __init__(self, driver: Driver, members: list[IFuture[Any]]) -> None:
        super().__init__(driver, members)
        self._results: list[Any] = []

    def begin(self) -> None:
        self._advance(None)

    def _advance(self, _member: IFuture[Any] | None) -> None:
        if self._running is not None:
            return
        driver, members, results = self._driver, self._members, self._results
        take = driver.outcome
        for index in range(len(results), len(members)):
            outcome = take(members[index])
            if outcome is UNSET:
                driver.listen(members[index], self._advance)
                return
            results.append(outcome)
        future = self.future
        self._let_go()
        driver.resolve(future, results)


class GatherUntilFailure(Gather):
    """Collects the values, or fails as the first member that does."""

    __slots__ = ("_pending",)

    def __init__(self, driver: Driver, members: list[IFuture[Any]]) -> None:
        super().__init__(driver, members)
        self._pending = len(members)

    def begin(self) -> None:
        if not self._members:
            self._driver.resolve(self.future, [])
        for member in tuple(self._members):
            self._driver.listen(member, self._settled)

    def _settled(self, member: IFuture[Any]) -> None:
        driver = self._driver
        failure = driver.failure(member)
        self._pending -= 1
        if self._running is not None or self._is_over:
            return
        future = self.future
        if failure is not None:
            self._let_go()
            copy_outcome(driver, member, future)
        elif not self._pending:
            values = [driver.peek(member) for member in self._members]
            self._let_go()
            driver.resolve(future, values)


def timeout(driver: Driver, source: IFuture[Any], seconds: float) -> IFuture[Any]:
    """Return a future that follows *source* for a number of *seconds*."""
    limit = Timeout(driver, source, seconds)
    future: IFuture[Any] = limit.future
    driver.listen(source, limit.follow)
    return future


class Timeout:
    """Follows a future for a number of *seconds*, cancels it then, and waits for it.

    Only then does the `TimeoutError` come, so that code that sees it finds the clean-up
    done (X10).  A future that makes a value of its cancellation is followed all the
    same.
    """

    __slots__ = (
        "_cancelling",
        "_driver",
        "_expired",
        "_handle",
        "_message",
        "_owned",
        "_seconds",
        "future",
    )

    def __init__(self, driver: Driver, source: IFuture[Any], seconds: float) -> None:
        self._driver = driver
        self._seconds = seconds
        self._expired = False
        """Whether the time, and nothing else, has cancelled the future."""
        self._cancelling = False
        self._message: str | None = None
        self._owned = [source]
        """The future, until it has an outcome: it is not kept any longer."""
        self.future: Any = driver.create_owner(self._owned, self._cancel)
        self._handle = call_later(driver, seconds, self._expire)

    def _expire(self) -> None:
        self._handle = None
        [source] = self._owned
        if not self._driver.is_settled(source):
            self._expired = True
            self._driver.cancel(source)

    def follow(self, source: IFuture[Any]) -> None:
        """Settle the future as *source* was, or with a `TimeoutError`."""
        driver, future = self._driver, self.future
        self._give_up_timer()
        # As `Gather` does.
        self.future = None
        self._owned.clear()
        if driver.is_settled(future) and not self._cancelling:
            return  # Cancelled just after *source* had an outcome, which it keeps.
        failure = driver.failure(source)
        if driver.is_settled(future):
            return
        if failure is None or not isinstance(failure.value, driver.cancelled_error):
            copy_outcome(driver, source, future)
        elif self._expired:
            error = TimeoutError(f"not settled within {self._seconds:.12g} seconds")
            driver.reject(future, driver.wrap(error))
        else:
            driver.cancel(future, self._message or str(failure.value) or None)

    def _cancel(self, message: str | None) -> bool:
        if not self._owned:
            return True
        driver, [source] = self._driver, self._owned
        self._give_up_timer()
        if self._expired or self._cancelling:
            # The future has been cancelled and ends; but the reason is another one now.
            self._expired, self._cancelling = False, True
            self._message = first_text(self._message, message)
        elif not driver.is_settled(source):
            self._cancelling = True
            self._message = message
            cancel_all(driver, [source], message)
        return driver.is_settled(source)

    def _give_up_timer(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.cancel()


def cancel_all(
    driver: Driver, futures: Iterable[IFuture[Any]], message: str | None
) -> None:
    """Cancel *futures*; if this leads to another call of it, that one's come later.

    Otherwise, a thousand timeouts around each other would exceed the recursion limit.
    """
    queue = driver.to_cancel
    if queue is not None:
        queue.extend((future, message) for future in futures)
        return
    driver.to_cancel = queue = deque((future, message) for future in futures)
    try:
        while queue:
            driver.cancel(*queue.popleft())
    finally:
        driver.to_cancel = None
