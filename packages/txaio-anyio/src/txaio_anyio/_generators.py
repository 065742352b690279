"""Async generators on AnyIO."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from txaio_anyio._loop import Loop
from txaio_common import AsyncGenerators, Driver


class AnyioGenerators(AsyncGenerators):
    """Closes async generators as the loop would, before the backend ends."""

    def __init__(self, driver: Driver, loop: Loop) -> None:
        """Close them by coroutines of *driver* on *loop*."""
        super().__init__(driver)
        self._loop = loop

    def current_task(self) -> Any:
        return self._loop.stray_task()

    def post(self, fn: Callable[[], object]) -> None:
        # Not through the scheduler, which may end before the call is made.
        self._loop.post(fn)
