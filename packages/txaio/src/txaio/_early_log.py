"""Messages that are logged before a backend is selected.

Modules make their loggers when they are imported, which is often before the application
selects a backend.
Such a logger does not know yet where messages go: to the standard library's `logging`,
or to Twisted's log.

- Until a backend is attached, `EarlyLogging` keeps messages as events, each with its
  time and its call site; of many messages, it keeps the last ones.
- `attach` replays them into the backend's logging, in order, and has all loggers emit
  there from then on.
  That is when handlers and observers of the application get them, with their original
  times and call sites.
- The first `start_logging` with an output writes them there (`replay`), as that output
  did not exist when they were logged.
  Then they are dropped.
- If no backend is ever selected, they are replayed into the standard library's logging
  when the program ends.
"""

from __future__ import annotations

import sys
from atexit import register
from collections import deque
from collections.abc import Container
from types import CodeType, FrameType
from typing import Any, NamedTuple, cast

from txaio_common import (
    LEVELS,
    Emit,
    Logger,
    Logging,
    StdlibLogging,
    StdlibRoad,
    make_event,
)


MAX_EARLY_MESSAGES = 10_000
"""The number of messages that are kept; older ones are dropped."""


class CallSite(NamedTuple):
    """Where a message was logged, with the attributes of a frame."""

    f_code: CodeType
    f_lineno: int


class _Message(NamedTuple):
    event: dict[str, Any]
    level: str
    call_site: CallSite


class StandardLibrary(StdlibLogging):
    """Logging without a backend: on the standard library's `logging`."""

    _road = StdlibRoad(lambda: None)


class EarlyLogging(StandardLibrary):
    """Logging that keeps messages until a backend is attached."""

    def __init__(self) -> None:
        """Start without messages and without a backend."""
        self._kept: deque[_Message] = deque(maxlen=MAX_EARLY_MESSAGES)
        self._backend: Logging | None = None
        register(self.flush_at_exit)

    @property
    def _emit(self) -> Emit:
        return self._keep if self._backend is None else self._backend._emit

    def _keep(
        self, logger: Logger, level: str, message: object, fields: dict[str, Any], /
    ) -> None:
        """Keep *message*, or emit it if a backend was attached in the meantime."""
        if self._backend is not None:
            self._backend._emit(logger, level, message, fields)
            return
        frame = sys._getframe(2)
        call_site = CallSite(frame.f_code, frame.f_lineno)
        event = make_event(logger, level, message, fields)
        self._kept.append(_Message(event, level, call_site))

    def attach(self, backend: object) -> None:
        """Have all loggers emit to *backend*; replay the messages into the first one.

        If *backend* has a logging of its own, not that of `txaio_common`, the loggers
        go on with the standard library.
        """
        first, before = self._backend is None, self._emit
        self._backend = backend if isinstance(backend, Logging) else StandardLibrary()
        for logger in LEVELS.followers():
            if isinstance(logger, Logger) and logger._emit == before:
                logger._emit = self._emit
        if first:
            self._replay_all(self._backend, to_all=True)

    def replay(self, skip: Container[object] = ()) -> None:
        """Write the messages to the output of `start_logging`, and drop them.

        Those whose ``log_time`` is in *skip* are not written: others write them.
        """
        self._replay_all(self._backend or self, to_all=False, skip=skip)
        self._kept.clear()

    def flush_at_exit(self) -> None:
        """Replay the messages into the standard library if there is no backend."""
        if self._backend is None:
            self._replay_all(self, to_all=True)

    def _replay_all(
        self, logging: Logging, *, to_all: bool, skip: Container[object] = ()
    ) -> None:
        for event, level, call_site in self._kept:
            if event["log_time"] not in skip:
                frame = cast("FrameType", call_site)
                logging._replay(event, level, frame, to_all=to_all)


EARLY = EarlyLogging()
"""The early messages of the process, which has one selection."""
