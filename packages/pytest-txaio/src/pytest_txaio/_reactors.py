"""Twisted reactors that are built, never installed, and whose clock may jump."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from typing import Any

from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import Deferred
from twisted.internet.selectreactor import SelectReactor

from pytest_txaio._asyncio_loop import VirtualLoop, exception_of
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
    "pending_calls",
    "watched",
]


SELECT: Any = SelectReactor


class RealReactor(SelectReactor):
    """The reactor that Twisted has on every platform."""

    def run(self, installSignalHandlers: bool = True) -> None:  # noqa: ARG002, N803
        """Run without signal handlers, of which Twisted leaves some behind."""
        super().run(installSignalHandlers=False)


class VirtualReactor(RealReactor):
    """A reactor that jumps to the next deadline when nothing is ready."""

    def __init__(self, time: VirtualTime, on_stuck: Callable[[], object]) -> None:
        self.time = time
        self.on_stuck = on_stuck
        super().__init__()

    def seconds(self) -> float:
        """Return the virtual time."""
        return self.time.now

    def doSelect(self, timeout: float | None) -> None:  # noqa: N802 - Twisted's
        """Handle what is ready; wait only if no deadline is set."""
        if timeout:
            if not self._is_ready(0):
                self.time.jump(timeout)
            timeout = 0
        elif timeout is None and not self._is_ready(STUCK_DELAY) and not watched(self):
            self.on_stuck()
        SELECT.doSelect(self, timeout)

    doIteration = doSelect  # type: ignore[assignment]  # noqa: N815 - Twisted's

    def _is_ready(self, seconds: float) -> bool:
        """Tell whether something is, or will be in so many real seconds."""
        readers: list[Any] = self.getReaders()  # type: ignore[no-untyped-call]
        writers: list[Any] = self.getWriters()  # type: ignore[no-untyped-call]
        return any(select.select(readers, writers, [], seconds))


class RealAsyncioReactor(AsyncioSelectorReactor):
    """A reactor on an asyncio loop of its own."""

    def __init__(self, report: Report, loop: Any = None) -> None:
        self.loop: Any = asyncio.SelectorEventLoop() if loop is None else loop

        def hand_on(_loop: object, context: dict[str, Any]) -> None:
            report(exception_of(context))

        self.loop.set_exception_handler(hand_on)
        super().__init__(self.loop)

    def run(self, installSignalHandlers: bool = True) -> None:  # noqa: ARG002, N803
        """Run without signal handlers, of which Twisted leaves some behind."""
        super().run(installSignalHandlers=False)  # type: ignore[no-untyped-call]


class VirtualAsyncioReactor(RealAsyncioReactor):
    """A reactor on an asyncio loop, whose virtual time it shares."""

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
        """Make the calls that are due, and those alone."""
        self._in_turn = True
        try:
            super().runUntilCurrent()
        finally:
            self._in_turn = False

    def timeout(self) -> float | None:
        """Return in how many seconds the next call is due, None if there is none.

        Twisted takes new calls in here, which it asks for with each of them: as time
        stands still they would be due in the same turn, and asyncio would get none.
        """
        if self._in_turn:
            return 0.0
        left: float | None = super().timeout()
        return left


def pending_calls(reactor: Any) -> list[tuple[Any, float]]:
    """Return the calls that *reactor* is to make, and in how many seconds."""
    now = reactor.seconds()
    return [
        (_guarded(call), call.getTime() - now)
        for call in reactor.getDelayedCalls()
        # What is due now is no timer: so Twisted says "soon".
        if call.getTime() > now
    ]


def _guarded(call: Any) -> Any:
    """Return what *call* makes, past the backend's own guard."""
    return call.args[0] if getattr(call.func, "__name__", "") == "_guard" else call.func


def watched(reactor: Any) -> list[object]:
    """Return what *reactor* watches, beside what wakes it."""
    everything = {*reactor.getReaders(), *reactor.getWriters()}
    return [each for each in everything if each not in reactor._internalReaders]


def close_reactor(reactor: Any) -> None:
    """Close what a reactor opened, or a later test is blamed for it."""
    if reactor.threadpool is not None:
        reactor._stopThreadPool()
    # Each but once: a descriptor that is closed again may be somebody else's by now.
    for reader in {*reactor.getReaders(), *reactor._internalReaders}:
        reactor.removeReader(reader)
        reader.connectionLost(None)
    if isinstance(reactor, RealAsyncioReactor):
        reactor.loop.close()
