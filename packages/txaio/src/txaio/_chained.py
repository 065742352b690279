"""Deferreds that are chains, as code that was written for Twisted expects it.

Contract and chain differ in what a callback's return value means.
A backend keeps the contract; here `add_callbacks` adds to the Deferred's own chain and
whoever awaits it gets the chain's result, as with every Deferred.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.error import AlreadyCalled, AlreadyCancelled

from txaio._late_logging import LateLogging
from txaio._members import follow
from txaio_common import check_callable, check_delay
from txaio_interfaces import IDelayedCall
from txaio_twisted import TwistedFuture


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterable

    from txaio_interfaces import IFailedFuture


class ChainedFuture(TwistedFuture):
    """A Deferred that gives its awaiters what its chain has made of the outcome."""

    def __await__(self) -> Generator[Deferred[Any], None, Any]:
        native: Any = super(TwistedFuture, self)
        chain: Generator[Deferred[Any], None, Any] = native.__await__()
        return (yield from chain)

    __iter__ = __await__


class ChainedTwisted(LateLogging):
    """The backend with chains, and with timers that the reactor can be asked for."""

    using_asyncio: bool = False
    using_twisted: bool = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Be made as any backend on Twisted is."""
        super().__init__(*args, **kwargs)
        self._make_future = ChainedFuture

    def add_callbacks(
        self,
        future: Any,
        callback: Callable[[Any], object] | None,
        errback: Callable[[IFailedFuture], object] | None,
    ) -> Any:
        if callback is None and errback is None:
            msg = "add_callbacks needs a callback, an errback or both"
            raise ValueError(msg)
        if not isinstance(future, Deferred):
            raise self._no_future(future)
        return cast("Any", future).addCallbacks(callback or _pass, errback or _pass)

    def gather(
        self, futures: Iterable[Awaitable[Any]], consume_exceptions: bool = True
    ) -> Any:
        if isinstance(cast("object", futures), Deferred):
            # To go through it would never end.
            return super().gather(futures)
        # What follows the chain of each, not what it began with.
        made = self._adopt if consume_exceptions else self._follower
        members = [
            made(member) if isinstance(member, Deferred) else member
            for member in futures
        ]
        return super().gather(members, consume_exceptions)

    def _follower(self, member: Deferred[Any]) -> TwistedFuture:
        """Return a future that leaves a failure in the chain of *member*."""
        follower = self._new_future(None)
        follow(member, follower)
        return follower

    def _ensure(self, awaitable: Any) -> Any:
        return awaitable if self.is_future(awaitable) else super()._ensure(awaitable)

    def _resume_after(self, deferred: Deferred[Any], runner: Any) -> None:
        self._resume_in_chain(deferred, runner)

    def call_later(
        self, delay: float, func: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> IDelayedCall:
        check_delay(delay)
        check_callable(func, "func")
        return ReactorCall(self._reactor, delay, func, args, kwargs)

    def _tidy_soon(self, fn: Callable[[], object]) -> None:
        # A clock in a test is asked what is due.
        fn()


class ReactorCall(IDelayedCall):
    """A call that the reactor holds, with nothing of ours around it."""

    def __init__(
        self,
        reactor: Any,
        delay: float,
        func: Callable[..., object],
        args: Any,
        kwargs: Any,
    ) -> None:
        """Have *reactor* make the call."""
        self._native = reactor.callLater(max(delay, 0), func, *args, **kwargs)

    def cancel(self) -> None:
        with suppress(AlreadyCalled, AlreadyCancelled):
            self._native.cancel()

    def reset(self, delay: float) -> bool:
        check_delay(delay)
        try:
            self._native.reset(max(delay, 0))
        except (AlreadyCalled, AlreadyCancelled):
            return False
        return True

    def __getattr__(self, name: str) -> Any:
        """Return what the native call has beside this."""
        return getattr(self._native, name)


def _pass(result: Any) -> Any:
    return result
