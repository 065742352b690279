"""Interrupt the thread of a test that blocks it, so that its loop cannot end it.

A signal is sent to the thread.
That ends what the thread waits for, a lock, a sleep or a socket, and has Python call
the handler between two instructions, also of a loop that is busy; the handler raises an
exception there.
The signal is SIGURG: nothing else sends it to a program that did not ask for it, and by
default it is ignored, so that one which comes too late does no harm.

Python calls handlers in the main thread only, and Windows has no such signal.
Elsewhere the process has to end: pytest-timeout does the same.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import pytest


STDERR = 2
SIGNAL: int | None = getattr(signal, "SIGURG", None)


class RealOutput:
    """The output of the process, which pytest captures while tests run."""

    def __init__(self, config: pytest.Config) -> None:
        """Keep the descriptor of stderr, which is not captured yet."""
        self._plugins = config.pluginmanager
        self._stderr = os.dup(STDERR)

    def write(self, text: str) -> None:
        """Write *text* to stderr."""
        os.write(self._stderr, text.encode(errors="replace"))

    def end_capture(self) -> None:
        """Write what is buffered, as the process is about to end."""
        capture: Any = self._plugins.getplugin("capturemanager")
        capture.suspend_global_capture(in_=True)
        sys.stdout.flush()
        sys.stderr.flush()

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self._stderr)


class ThreadInterrupt:
    """Raises an exception in the thread of a test, wherever that is."""

    def __init__(self, kind: type[BaseException], output: RealOutput) -> None:
        """Raise *kind*, and write to *output*."""
        self._kind = kind
        self._output = output
        self.is_possible: bool = False
        """Whether an exception can be raised there."""
        self._is_asked = False
        self._said = ""

    @contextmanager
    def handling(self) -> Generator[None]:
        """Make it possible in the block, if this is the main thread."""
        is_main = threading.current_thread() is threading.main_thread()
        if SIGNAL is None or not is_main:
            yield
            return
        before = signal.signal(SIGNAL, self._handle)
        self.is_possible = True
        try:
            yield
        finally:
            self.is_possible = self._is_asked = False
            signal.signal(SIGNAL, before)

    def interrupt(self, reason: str) -> None:
        """Raise the exception, or end the process; called in another thread.

        *reason* is written to stderr first, once.
        """
        if reason != self._said:
            self._said = reason
            self._say(reason)
        if self.is_possible and SIGNAL is not None:
            self._is_asked = True
            signal.pthread_kill(threading.main_thread().ident or 0, SIGNAL)
        else:
            self._say("its thread cannot be interrupted, so the process ends")
            with suppress(Exception):
                self._output.end_capture()
            os._exit(1)

    def _say(self, text: str) -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST")
        self._output.write(f"\n{test}: {text}\n")

    def _handle(self, _signal: int, _frame: FrameType | None) -> None:
        if self._is_asked:
            self._is_asked = False
            raise self._kind
