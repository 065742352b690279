"""Twisted reactors that are not installed, in real and in virtual time.

In virtual time a reactor never waits for a timer.
`doSelect(timeout)` is where Twisted's `SelectReactor` waits: `VirtualReactor` polls
there instead, and if no descriptor is ready, moves the time forward by *timeout*, so
that the next `runUntilCurrent` finds its call due.
Without a timer it waits in real time, and after `STUCK_DELAY` without a reader or a
writer the loop is reported as stuck.

`VirtualAsyncioReactor` leaves this to the asyncio loop below it, whose selector does
the same (`_asyncio_loop`); both have to read the same time.

`twisted.internet.task.Clock` would be the obvious way, but it is no reactor: it has no
sockets, no threads and no `run`.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from typing import Any

from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import Deferred
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.task import deferLater

from pytest_txaio._asyncio_loop import VirtualLoop, exception_of
from pytest_txaio._asyncio_loop import ready_calls as loop_calls
from pytest_txaio._time import STUCK_DELAY, VirtualTime
from pytest_txaio._twisted_log import CriticalEvents, capture_events


Report = Callable[[BaseException], object]

__all__ = [
    "CriticalEvents",
    "Deferred",
    "RealAsyncioReactor",
    "RealReactor",
    "VirtualAsyncioReactor",
    "VirtualReactor",
    "capture_events",
    "close_reactor",
    "next_turn",
    "pending_calls",
    "ready_calls",
    "watched",
]


SELECT: Any = SelectReactor


class RealReactor(SelectReactor):
    """The reactor that works on every platform."""

    def run(self, installSignalHandlers: bool = True) -> None:  # noqa: ARG002, N803
        """Run without signal handlers, as Twisted does not remove all of them."""
        super().run(installSignalHandlers=False)


class VirtualReactor(RealReactor):
    """A reactor whose time jumps to the next call when nothing is ready."""

    def __init__(self, time: VirtualTime, on_stuck: Callable[[], object]) -> None:
        self.time = time
        self.on_stuck = on_stuck
        super().__init__()

    def seconds(self) -> float:
        """Return the virtual time."""
        return self.time.now

    def doSelect(self, timeout: float | None) -> None:  # noqa: N802 - Twisted's
        """Handle what is ready; wait only if no timed call is pending."""
        if timeout:
            if not self._is_ready(0):
                self.time.jump(timeout)
            timeout = 0
        elif timeout is None and not self._is_ready(STUCK_DELAY) and not watched(self):
            self.on_stuck()
        SELECT.doSelect(self, timeout)

    doIteration = doSelect  # type: ignore[assignment]  # noqa: N815 - Twisted's

    def _is_ready(self, seconds: float) -> bool:
        """Return whether a descriptor becomes ready within *seconds* of real time."""
        readers: list[Any] = self.getReaders()  # type: ignore[no-untyped-call]
        writers: list[Any] = self.getWriters()  # type: ignore[no-untyped-call]
        return any(select.select(readers, writers, [], seconds))


class RealAsyncioReactor(AsyncioSelectorReactor):
    """A reactor on a new asyncio loop."""

    def __init__(self, report: Report, loop: Any = None) -> None:
        self.loop: Any = asyncio.SelectorEventLoop() if loop is None else loop

        def hand_on(_loop: object, context: dict[str, Any]) -> None:
            report(exception_of(context))

        self.loop.set_exception_handler(hand_on)
        super().__init__(self.loop)

    def run(self, installSignalHandlers: bool = True) -> None:  # noqa: ARG002, N803
        """Run without signal handlers, as Twisted does not remove all of them."""
        super().run(installSignalHandlers=False)  # type: ignore[no-untyped-call]


class VirtualAsyncioReactor(RealAsyncioReactor):
    """A reactor on an asyncio loop in virtual time."""

    _in_turn = False

    def __init__(
        self, time: VirtualTime, on_stuck: Callable[[], object], report: Report
    ) -> None:
        loop = VirtualLoop(time, on_stuck)
        super().__init__(report, loop)
        loop.count_own_descriptors()

    def seconds(self) -> float:
        """Return the virtual time."""
        now: float = self.loop.time()
        return now

    def runUntilCurrent(self) -> None:  # noqa: N802
        """Make the calls that are due now, and no calls that these add."""
        self._in_turn = True
        try:
            super().runUntilCurrent()
        finally:
            self._in_turn = False

    def timeout(self) -> float | None:
        """Return the seconds until the next call is due, None if there is none.

        Twisted asks for it whenever a call is added, and this method moves new calls
        into its heap.
        As virtual time stands still, they would be made in the same iteration, and
        asyncio would never run again; so new calls wait until the iteration is over.
        """
        if self._in_turn:
            return 0.0
        left: float | None = super().timeout()
        return left


def pending_calls(reactor: Any) -> list[tuple[Any, float]]:
    """Return the pending timed calls of *reactor*, and the seconds left."""
    now = reactor.seconds()
    return [
        (_guarded(call), call.getTime() - now)
        for call in reactor.getDelayedCalls()
        # A call that is due now is no timer: this is how Twisted calls "soon".
        if call.getTime() > now
    ]


def next_turn(reactor: Any) -> Deferred[Any]:
    """Return a Deferred that *reactor* calls in its next iteration."""
    waiting: Deferred[Any] = deferLater(reactor, 0)
    return waiting


def ready_calls(reactor: Any) -> int:
    """Return the number of calls that *reactor* makes next."""
    now = reactor.seconds()
    due = [call for call in reactor.getDelayedCalls() if call.getTime() <= now]
    on_loop = loop_calls(reactor.loop) if hasattr(reactor, "loop") else 0
    return len(due) + len(reactor.threadCallQueue) + on_loop


def _guarded(call: Any) -> Any:
    """Return the function that *call* calls, without the wrapper of the backend."""
    return getattr(call.func, "fn", call.func)


def watched(reactor: Any) -> list[object]:
    """Return the readers and writers of *reactor*, without its own."""
    everything = {*reactor.getReaders(), *reactor.getWriters()}
    return [each for each in everything if each not in reactor._internalReaders]


def close_reactor(reactor: Any) -> None:
    """Close what a reactor opened, or a later test gets the `ResourceWarning`."""
    if reactor.threadpool is not None:
        reactor._stopThreadPool()
    # Each only once: the number of a closed descriptor may be in use again.
    for reader in {*reactor.getReaders(), *reactor._internalReaders}:
        reactor.removeReader(reader)
        reader.connectionLost(None)
    if isinstance(reactor, RealAsyncioReactor):
        reactor.loop.close()
