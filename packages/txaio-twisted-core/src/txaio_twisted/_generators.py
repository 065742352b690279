"""Async generators on Twisted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from txaio_common import AsyncGenerators, Driver
from txaio_twisted._queue import CallbackQueue


class TwistedGenerators(AsyncGenerators):
    """Closes async generators, for which Twisted has no hooks.

    Those of an asyncioreactor's loop would close them by tasks of asyncio, which cannot
    await Deferreds.

    `run` sets the hooks of the thread for as long as the reactor runs.  A reactor that
    the application runs belongs to other code as well: there each step of a coroutine
    sets them, which takes half a microsecond.
    """

    def __init__(self, driver: Driver, queue: CallbackQueue, reactor: Any) -> None:
        """Close them by coroutines of *driver*, which are resumed by *queue*."""
        super().__init__(driver)
        self._queue = queue
        self._reactor = reactor

    def install(self) -> None:
        super().install()
        self._queue.step_hooks = None

    def uninstall(self) -> None:
        super().uninstall()
        self._queue.step_hooks = None

    def is_ours(self) -> bool:
        return self._queue.is_calling

    def can_close(self) -> bool:
        running: bool = getattr(self._reactor, "running", True)
        return running

    def post(self, fn: Callable[[], object]) -> None:
        if hasattr(self._reactor, "callFromThread"):
            self._reactor.callFromThread(fn)
        else:
            self._reactor.callLater(0, fn)  # A clock in a test.
