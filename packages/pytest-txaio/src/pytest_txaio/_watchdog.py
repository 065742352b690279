"""A thread that notices when a test takes too long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from math import inf
from time import monotonic


POLL_INTERVAL = 0.1
"""Seconds between two checks of the deadline."""
REPEAT_INTERVAL = 0.5
"""Seconds until it calls *overdue* again: clean-up may hang as well."""


class _Watch:
    """A block that is watched; its time can be stopped."""

    def __init__(self, overdue: Callable[[], object], timeout: float) -> None:
        self.overdue = overdue
        self._left = timeout
        self.deadline = inf

    def begin(self) -> None:
        """Have the time run."""
        self.deadline = monotonic() + self._left

    def pause(self) -> None:
        """Stop the time."""
        self._left = self.deadline - monotonic()
        self.deadline = inf


class Watchdog(threading.Thread):
    """Calls a function if a block takes too long.

    It is a thread, as uvloop does not handle signals while it waits, and one thread
    serves all tests.
    """

    def __init__(self) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._watch: _Watch | None = None
        self._is_paused = False
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def run(self) -> None:
        """Check the deadline of the block again and again."""
        while not self._closed.wait(POLL_INTERVAL):
            # A block cannot end while its *overdue* is called.
            with self._lock:
                self._check()

    def _check(self) -> None:
        watch = self._watch
        if watch is not None and monotonic() > watch.deadline:
            watch.deadline = monotonic() + REPEAT_INTERVAL
            watch.overdue()

    @contextmanager
    def watch(self, overdue: Callable[[], object], timeout: float) -> Generator[None]:
        """Call *overdue* in this thread if the block takes *timeout* real seconds."""
        watch = _Watch(overdue, timeout)
        if not self._is_paused:
            watch.begin()
        self._watch = watch
        try:
            yield
        finally:
            # First of all, as *overdue* may have an exception raised here.
            self._watch = None
            with self._lock:
                pass

    def pause(self) -> None:
        """Let no time pass for the block, now or once it begins, until `resume`."""
        with self._lock:
            if self._watch is not None and not self._is_paused:
                self._watch.pause()
            self._is_paused = True

    def resume(self) -> None:
        """Let the time pass again; start the thread if that was not done yet."""
        if self.ident is None:
            self.start()
        with self._lock:
            if self._watch is not None and self._is_paused:
                self._watch.begin()
            self._is_paused = False

    def close(self) -> None:
        """End the thread, if it was started."""
        self._closed.set()
        if self.ident is not None:
            self.join()
