"""An end to tests that wait for what never comes."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from traceback import extract_stack
from typing import Any

from pytest_txaio._host import Host
from pytest_txaio._proxy import CurrentBackend
from pytest_txaio._waits import coroutine_lines, timer_lines


MAX_INTERRUPTS = 2
"""So often a loop is told to end before it is stopped."""


class Hung(KeyboardInterrupt):
    """Raised in the loop to end it: every backend lets this one through."""


class HangDetector:
    """Finds out that a test hangs, says what it waits for, and ends its loop."""

    def __init__(self, host: Host, current: CurrentBackend, timeout: float) -> None:
        self._host = host
        self._current = current
        self._timeout = timeout
        self._threads = threading.active_count()
        self._loop_thread = threading.get_ident()
        self._attempts = 0
        self.found: str | None = None
        """What is wrong with the test, in words."""

    def stuck(self) -> None:
        """End a loop on which nothing can ever happen; called in its thread."""
        if threading.active_count() > self._threads:
            # One of the threads that the test began may yet wake it.
            return
        self._say("the test would wait for ever, as nothing is left that could wake it")
        self._end()

    def overdue(self) -> None:
        """End a loop that took too long; called in another thread, and again."""
        text = f"the test took more than {self._timeout:g} s of real time"
        if self._attempts == 0 and self._current.backend is not None:
            self._end(text)
        else:
            self._say_where(text)
            self._end()

    def _end(self, text: str = "") -> None:
        """Say *text*, in the loop's thread, and leave the loop."""
        self._attempts += 1
        backend = self._current.backend
        # It may end by itself at any moment, and will not hear of it then.
        with suppress(Exception):
            if backend is not None and self._attempts <= MAX_INTERRUPTS:
                backend.call_from_thread(self._leave, text)
                return
        with suppress(Exception):
            self._host.give_up()

    def _leave(self, text: str) -> None:
        if text:
            self._say(text)
        raise Hung

    def _say(self, text: str) -> None:
        if self.found is None:
            self.found = "\n".join([text, *self._reasons()])

    def _say_where(self, text: str) -> None:
        if self.found is None:
            stack = extract_stack(sys._current_frames().get(self._loop_thread))
            where = "\n".join(stack.format())
            self.found = f"{text}, and is here:\n{where}"

    def _reasons(self) -> list[str]:
        backend: Any = self._current.backend
        timers = (self._host.timers(backend) or []) if backend is not None else []
        coroutines = coroutine_lines(self._host.package) or ["none"]
        return [
            "coroutines:",
            *(f"  {line}" for line in coroutines),
            "timers:",
            *(f"  {line}" for line in timer_lines(timers) or ["none"]),
        ]
