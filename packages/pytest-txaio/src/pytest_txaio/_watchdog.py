"""The thread that sees to it that no test takes too long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic


POLL_INTERVAL = 0.1
"""How often it looks, in seconds."""
REPEAT_INTERVAL = 0.5
"""After how many seconds it speaks again: clean-up may hang as well."""


class Watchdog(threading.Thread):
    """Speaks up if a block takes too long.

    It is a thread, for uvloop sleeps through signals, and it is one for all tests.
    """

    def __init__(self) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._watched: tuple[float, Callable[[], object]] | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def run(self) -> None:
        """Look at the clock."""
        while not self._closed.wait(POLL_INTERVAL):
            # No block ends while it is spoken of.
            with self._lock:
                self._look()

    def _look(self) -> None:
        if self._watched is not None:
            deadline, overdue = self._watched
            if monotonic() > deadline:
                self._watched = monotonic() + REPEAT_INTERVAL, overdue
                overdue()

    @contextmanager
    def watch(self, overdue: Callable[[], object], timeout: float) -> Generator[None]:
        """Call *overdue* in another thread if the block takes *timeout* seconds."""
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
