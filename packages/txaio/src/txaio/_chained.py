"""Futures on Twisted that are ordinary Deferreds, with their chains of callbacks.

Contract and chain differ in what the return value of a callback means.

- By the contract, each future has one outcome.
  Every callback and every awaiter gets it, and what a callback returns is ignored.
- A Deferred passes a result along its chain: what a callback returns is what the next
  one gets, an errback that returns has handled the failure, and a Deferred that is
  returned pauses the chain until it has a result.
  An awaiter gets what the chain has produced by then.

`TwistedBackend` keeps the contract.
Programs written for txaio on Twisted expect the chain, and so here `add_callbacks` adds
to it and `await` takes its result.

`gather` does not wait for the outcome of a member, but for the end of its chain, as it
was when `gather` was called.
Without *consume_exceptions* the failure of a member stays in its chain, for callbacks
that are added later.
If there are none, Twisted would report the failure as unhandled when the Deferred is
collected, though the gather has already failed with it: `_QuietDebugInfo` suppresses
that report, and no other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, cast
from weakref import ref

from twisted.internet.defer import CancelledError, DebugInfo, Deferred
from twisted.internet.error import AlreadyCalled, AlreadyCancelled
from twisted.python.failure import Failure

from txaio._early_log import EARLY
from txaio._selection import SELECTION
from txaio_common import (
    AS_LATER_FUTURE,
    check_callable,
    check_delay,
    discard_result,
    is_coroutine_function,
    not_a_future,
)
from txaio_interfaces import IDelayedCall, IFailedFuture
from txaio_twisted import (
    EventEmitter,
    TwistedBackend,
    TwistedDriver,
    TwistedFuture,
    TwistedGenerators,
    TwistedOwner,
    TwistedTask,
    settle_from_deferred,
)


class ChainedFuture(TwistedFuture):
    """A Deferred whose awaiters get the result of its chain.

    Cancelled, it raises Twisted's exception in coroutines, as ever.
    """

    cancelled_error = CancelledError

    def __await__(self) -> Generator[Deferred[Any], None, Any]:
        # As on any Deferred, whose own method some versions of Twisted have in a form
        # that a subclass cannot call.
        while not self.called or self.paused:
            yield self
        if isinstance(self.result, Failure):
            self.retrieve()
            self.result.raiseException()
        return self.result

    __iter__ = __await__


class ChainedOwner(ChainedFuture, TwistedOwner):
    """The future of `gather` and `timeout`."""


class ChainedTask(ChainedFuture, TwistedTask):
    """The future of a coroutine, which takes the results of the chains it awaits."""

    def resume_after(self, awaited: Deferred[Any], *, is_ours: bool) -> None:
        del is_ours  # Its chain may have gone on from its outcome.
        self.resume_in_chain(awaited)


class LateEmitter(EventEmitter):
    """Writes what was logged before logging was started, too.

    Messages may call fields: programs on Twisted do that.
    """

    calls_fields = True

    def catch_up(self) -> None:
        missed = self.missed()
        if isinstance(SELECTION.logging, TwistedBackend):
            # The early messages were replayed into Twisted's log, which may have kept
            # them among the missed events, or may not.
            EARLY.replay(skip={event.get("log_time") for event in missed})
        self.write_missed(missed)


class ChainedDriver(TwistedDriver):
    """A driver whose futures are chains; it takes other Deferreds as they are."""

    emitter = LateEmitter()
    own_type = future_class = ChainedFuture
    cancelled_error = CancelledError
    owner_class = ChainedOwner
    task_class = ChainedTask

    def watch_generators(self) -> TwistedGenerators:
        # Closing them takes a reactor, and to ask for one installs it.
        self.generators = TwistedGenerators(self, self.queue, self.reactor)
        return self.generators

    def adopt(self, awaitable: Any, /) -> Any:
        if isinstance(awaitable, Deferred):
            return awaitable
        return super().adopt(awaitable)

    def call_soon_unordered(self, fn: Callable[[], object], /) -> None:
        # At once: tests look at the calls that are pending on their clock.
        fn()


class ChainedTwisted(TwistedBackend):
    """A backend whose futures are chains, and whose timers are calls of the reactor."""

    CancelledError: ClassVar[type[BaseException]] = CancelledError
    driver_class: ClassVar[type[TwistedDriver]] = ChainedDriver
    using_asyncio: bool = False
    using_twisted: bool = True

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
            raise not_a_future(future, self.driver.future_noun)
        return cast("Any", future).addCallbacks(callback or _pass, errback or _pass)

    def gather(
        self, futures: Iterable[Awaitable[Any]], consume_exceptions: bool = True
    ) -> Any:
        if isinstance(cast("object", futures), Deferred):
            # Iterating over a Deferred never ends; this raises a `TypeError`.
            return super().gather(futures)
        # Gather futures that get the results of the chains.
        made = self.native.follow if consume_exceptions else self._follower
        members = [
            made(member) if isinstance(member, Deferred) else member
            for member in futures
        ]
        return super().gather(members, consume_exceptions)

    def _follower(self, member: Deferred[Any]) -> TwistedFuture:
        """Return a future of the chain's result that leaves a failure in the chain."""
        follower: TwistedFuture = self.native.create_future()
        # A weak reference, so that a member without other references is freed at once.
        follower.follow(member, _pass_on, ref(member), follower)
        return follower

    def call_later(
        self, delay: float, func: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> IDelayedCall:
        check_delay(delay)
        check_callable(func, "func")
        if is_coroutine_function(func):
            func = partial(discard_result, func, AS_LATER_FUTURE)
        return ReactorCall(self.native.reactor, delay, func, args, kwargs)


class ReactorCall(IDelayedCall):
    """A call that is scheduled on the reactor as it is, without a wrapper."""

    def __init__(
        self,
        reactor: Any,
        delay: float,
        func: Callable[..., object],
        args: Any,
        kwargs: Any,
    ) -> None:
        """Schedule the call on *reactor*."""
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
        """Return any other attribute of the native call."""
        return getattr(self._native, name)


def _pass(result: Any) -> Any:
    return result


class _QuietDebugInfo(DebugInfo):
    """Reports the last failure of a Deferred, unless it is one of a gather."""

    def __init__(self, failure: Failure, before: DebugInfo | None) -> None:
        """Do not report *failure*; take the place of *before*."""
        if before is not None:
            vars(self).update(vars(before))
            before.failResult = None
        self._gathered = failure

    def __del__(self) -> None:
        """Report any other failure, as Twisted does."""
        if self.failResult is not self._gathered:
            super().__del__()


def _pass_on(result: Any, weakly: ref[Any], follower: TwistedFuture) -> Any:
    if isinstance(result, Failure):
        member: Any = weakly()
        # Twisted sets `failResult` on it to each failure in which the chain ends.
        before: DebugInfo | None = getattr(member, "_debugInfo", None)
        member._debugInfo = _QuietDebugInfo(result, before)  # noqa: SLF001 - see above
    settle_from_deferred(result, follower)
    return result
