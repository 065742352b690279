"""Detect a test that hangs, describe what it waits for, and end its loop.

A hang is noticed in one of two ways:

- *Stuck*: the loop itself, in virtual time, finds that no timer is set and no socket is
  watched.
  Unless the test started threads, nothing can ever wake it.
- *Overdue*: the `Watchdog` thread finds that the test took more than its timeout.
  It calls again every `REPEAT_INTERVAL` seconds until the test has ended, as clean-up
  may hang, too.

Each notice is an attempt to end the loop, with growing force:

1. The first `MAX_INTERRUPTS` attempts raise `Hung` inside the loop, in a call from a
   thread.
   It is a `KeyboardInterrupt`, which every backend lets end `run`; coroutines are
   cancelled, and clean up.
2. Later ones call `Host.give_up`, which stops the loop from outside, whatever its
   coroutines do.
3. If the loop does not even make the calls from threads, its thread is blocked, or the
   test is a plain function that runs no loop.
   Then `Hung` is raised in that thread, wherever it is, by a `ThreadInterrupt`; before
   that the description is written to stderr, as this may fail.

The description lists coroutines and timers, so it is made in the loop's thread, by the
first call into the loop.
If the loop has not made that call until the next notice, it is busy, and the
description is the stack of its thread.

Invariant: `found` is set once, and is the result of the test; errors that are raised
while the loop is ended explain nothing and are dropped.

Cancelling the test would be the obvious way, but a coroutine can catch
`CancelledError` and go on.
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from traceback import extract_stack
from typing import Any

from pytest_txaio._host import Host
from pytest_txaio._interrupt import ThreadInterrupt
from pytest_txaio._proxy import CurrentBackend
from pytest_txaio._waits import coroutine_lines, timer_lines


MAX_INTERRUPTS = 2
"""The number of attempts to end a loop from inside before it is stopped."""

MAX_STOPS = 3
"""The number of attempts to stop a loop before its thread is interrupted."""


class Hung(KeyboardInterrupt):
    """Raised inside the loop to end it, as `KeyboardInterrupt` passes every backend."""


class HangDetector:
    """Describes the hang of one test, and ends its loop."""

    def __init__(
        self,
        host: Host,
        current: CurrentBackend,
        timeout: float,
        thread: ThreadInterrupt,
    ) -> None:
        self._host = host
        self._current = current
        self._timeout = timeout
        self._thread = thread
        self._threads = threading.active_count()
        self._loop_thread = threading.get_ident()
        self._attempts = 0
        self._asked = self._answered = 0
        """The last attempt that the loop was asked to notice, and that it noticed."""
        self._is_interrupted = False
        """Whether `Hung` was raised in the thread of the test."""
        self.found: str | None = None
        """The description of the hang, None as long as there is none."""

    def stuck(self) -> None:
        """End a loop that nothing can wake; called in the thread of the loop."""
        if threading.active_count() > self._threads:
            # One of the threads that the test started may still wake it.
            return
        self._say("the test would wait forever: nothing is left that could wake it")
        self._end()

    def overdue(self) -> None:
        """End a loop that took too long; called in another thread, repeatedly."""
        text = f"the test took more than {self._timeout:g} s of real time"
        if self._attempts == 0 and self._current.backend is not None:
            self._end(text)
            return
        self._say_where(text)
        self._end()
        is_blocked = self._current.backend is None or self._ignores_calls()
        if is_blocked and self._attempts > MAX_INTERRUPTS + MAX_STOPS:
            self._is_interrupted = True
            self._thread.interrupt(str(self.found))

    def _end(self, text: str = "") -> None:
        """Record *text*, and end the loop."""
        self._attempts += 1
        backend = self._current.backend
        if self._ignores_calls() and self._thread.is_possible:
            # More calls would be made once the thread goes on, and disturb the end.
            return
        # The loop may end by itself at any moment, and then refuses the call.
        with suppress(Exception):
            if backend is not None:
                backend.call_from_thread(self._answer, self._attempts)
                self._asked = self._attempts
            if backend is not None and self._attempts <= MAX_INTERRUPTS:
                backend.call_from_thread(self._leave, text)
                return
        with suppress(Exception):
            self._host.give_up()

    def _answer(self, attempt: int) -> None:
        self._answered = attempt

    def _ignores_calls(self) -> bool:
        """Return whether the loop does not make the calls from threads."""
        return self._answered < self._asked

    def _leave(self, text: str) -> None:
        if text:
            self._say(text)
        if not self._is_interrupted:
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
