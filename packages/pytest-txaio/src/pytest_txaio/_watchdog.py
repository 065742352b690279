"""A thread that notices when a test takes too long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic


POLL_INTERVAL = 0.1
"""Seconds between two checks of the deadline."""
REPEAT_INTERVAL = 0.5
"""Seconds until it calls *overdue* again: clean-up may hang as well."""


class Watchdog(threading.Thread):
    """Calls a function if a block takes too long.

    It is a thread, as uvloop does not handle signals while it waits, and one thread
    serves all tests.
    """

    def __init__(self) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._watched: tuple[float, Callable[[], object]] | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def run(self) -> None:
        """Check the deadline of the block again and again."""
        while not self._closed.wait(POLL_INTERVAL):
            # A block cannot end while its *overdue* is called.
            with self._lock:
                self._check()

    def _check(self) -> None:
        if self._watched is not None:
            deadline, overdue = self._watched
            if monotonic() > deadline:
                self._watched = monotonic() + REPEAT_INTERVAL, overdue
                overdue()

    @contextmanager
    def watch(self, overdue: Callable[[], object], timeout: float) -> Generator[None]:
        """Call *overdue* in this thread if the block takes *timeout* real seconds."""
        self._watched = (monotonic() + timeout, overdue)
        try:
            yield
        finally:
            with self._lock:
                self._watched = None

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self.join()
