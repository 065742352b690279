"""An end to tests that wait for what never comes."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 10
"""Seconds after which a test counts as hung."""


class Watchdog(threading.Thread):
    """Stops the loop of a test that takes too long.

    It is a thread, for uvloop sleeps through signals, and it is one for all tests.
    """

    def __init__(self) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._give_up: Callable[[], object] | None = None
        self._left = PATIENCE
        self._closed = threading.Event()

    def run(self) -> None:
        """Count the seconds."""
        while not self._closed.wait(1):
            self._left -= 1
            give_up = self._give_up
            # Again and again: the clean-up of what was stopped may hang as well.
            if self._left <= 0 and give_up is not None:
                give_up()

    @contextmanager
    def watch(self, give_up: Callable[[], object]) -> Iterator[None]:
        """Call *give_up* in another thread, to stop the loop, if the block hangs."""
        self._left = PATIENCE
        self._give_up = give_up
        try:
            yield
        finally:
            self._give_up = None

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self.join()
