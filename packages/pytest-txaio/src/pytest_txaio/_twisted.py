"""Twisted reactors that are built, never installed, and whose clock jumps."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any

from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.selectreactor import SelectReactor
from twisted.logger import (
    ILogObserver,
    LogLevel,
    formatEvent,
    globalLogBeginner,
    globalLogPublisher,
)
from zope.interface import implementer

from pytest_txaio._virtual import START, VirtualLoop


if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.base import ReactorBase
    from twisted.logger import LogEvent

# Until logging begins, the publisher keeps every event, and with it what failed.
globalLogBeginner.beginLoggingTo([], discardBuffer=True, redirectStandardIO=False)

REPORTERS = ("log_legacy", "twisted.", "txaio.")
"""How the namespaces begin of those who report what nobody looked at."""


class VirtualReactor(SelectReactor):
    """A reactor that jumps to the next deadline when nothing is ready."""

    now = START

    def run(self, installSignalHandlers: bool = True) -> None:  # noqa: ARG002, N803
        """Run without signal handlers, of which Twisted leaves some behind."""
        super().run(installSignalHandlers=False)

    def seconds(self) -> float:
        """Return the virtual time."""
        return self.now

    def doSelect(self, timeout: float | None) -> None:  # noqa: N802 - Twisted's
        """Handle what is ready; wait only if no deadline is set."""
        if timeout:
            readers: list[Any] = self.getReaders()  # type: ignore[no-untyped-call]
            writers: list[Any] = self.getWriters()  # type: ignore[no-untyped-call]
            ready = select.select(readers, writers, [], 0)
            if not any(ready):
                self.now += timeout
            timeout = 0
        super().doSelect(timeout)  # type: ignore[no-untyped-call]

    doIteration = doSelect  # noqa: N815 - Twisted's


class VirtualAsyncioReactor(AsyncioSelectorReactor):
    """A reactor on an asyncio loop, whose virtual time it shares."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        super().__init__(loop)

    def run(self, installSignalHandlers: bool = True) -> None:  # noqa: ARG002, N803
        """Run without signal handlers, of which Twisted leaves some behind."""
        super().run(installSignalHandlers=False)  # type: ignore[no-untyped-call]

    def seconds(self) -> float:
        """Return the virtual time."""
        return self.loop.time()


def close_reactor(reactor: ReactorBase) -> None:
    """Close what a reactor opened, or a later test is blamed for it."""
    if reactor.threadpool is not None:
        reactor._stopThreadPool()
    # Each but once: a descriptor that is closed again may be somebody else's by now.
    for reader in {*reactor.getReaders(), *reactor._internalReaders}:
        reactor.removeReader(reader)
        reader.connectionLost(None)
    if isinstance(reactor, VirtualAsyncioReactor):
        reactor.loop.close()


@implementer(ILogObserver)
class CriticalEvents:
    """Hands on the failure of each critical event that Twisted logs."""

    def __init__(self, report: Callable[[BaseException], object]) -> None:
        self._report = report
        globalLogPublisher.addObserver(self)

    def __call__(self, event: LogEvent) -> None:
        """Hand *event* on if it is critical; what a program logs is not a report."""
        critical = event.get("log_level") is LogLevel.critical
        namespace = str(event.get("log_namespace"))
        if critical and "log_failure" in event and namespace.startswith(REPORTERS):
            failure: Any = event["log_failure"]
            error: BaseException = failure.value
            error.add_note(formatEvent(event))
            self._report(error)

    def close(self) -> None:
        """Stop listening."""
        globalLogPublisher.removeObserver(self)
