"""Messages that are logged before a backend is selected.

Modules make their loggers when they are imported, which is often before the application
selects a backend.
Such a logger does not know yet where messages go: to the standard library's `logging`,
or to Twisted's log.

- Until a backend is attached, `EarlyEmitter` keeps messages as events, each with its
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
from collections.abc import Container, Mapping
from typing import Any, NamedTuple

from txaio_common import (
    LEVELS,
    Backend,
    CallSite,
    Emitter,
    Logger,
    RecordEmitter,
    add_log_categories,
    make_event,
    make_logger,
)
from txaio_interfaces import LogLevel


MAX_EARLY_MESSAGES = 10_000
"""The number of messages that are kept; older ones are dropped."""


class _Message(NamedTuple):
    event: dict[str, Any]
    level: str
    call_site: CallSite


def _no_task() -> None:
    """Return None: there are no tasks without a backend."""


class EarlyEmitter(RecordEmitter):
    """Keeps messages until a backend is attached."""

    def __init__(self) -> None:
        """Start without messages and without a backend."""
        super().__init__(_no_task)
        self.kept: deque[_Message] = deque(maxlen=MAX_EARLY_MESSAGES)
        self.successor: Emitter | None = None
        """The emitter of the backend that is attached."""

    def emit(
        self, logger: Logger, level: str, message: object, fields: dict[str, Any], /
    ) -> None:
        if self.successor is not None:
            # A thread had looked the logger's emitter up before it was replaced.
            self.successor.emit(logger, level, message, fields)
            return
        frame = sys._getframe(2)  # noqa: SLF001 - a record names its caller
        code = frame.f_code
        call_site = CallSite(code.co_filename, frame.f_lineno, code.co_name)
        # Whether fields may be called depends on the backend: others do not format it.
        event = make_event(logger, level, message, fields, calls=True)
        self.kept.append(_Message(event, level, call_site))

    def replay_into(
        self, emitter: Emitter, *, to_all: bool, skip: Container[object] = ()
    ) -> None:
        """Replay the messages whose ``log_time`` is not in *skip* into *emitter*."""
        for event, level, call_site in self.kept:
            if event["log_time"] not in skip:
                emitter.replay(event, level, call_site, to_all=to_all)


class EarlyLog:
    """The logging functions before a backend is selected."""

    def __init__(self) -> None:
        """Keep messages; at exit, write them if there was no backend."""
        self._early = EarlyEmitter()
        self._emitter: Emitter = self._early
        register(self.flush_at_exit)

    def make_logger(self, namespace: str) -> Logger:
        """Return a logger, which emits to the backend once there is one."""
        return make_logger(namespace, self._emitter)

    def set_global_log_level(self, level: LogLevel) -> None:
        """Set the level of all loggers that have none of their own."""
        LEVELS.set_global(level)

    def get_global_log_level(self) -> LogLevel:
        """Return the global level."""
        return LEVELS.global_level

    def add_log_categories(self, categories: Mapping[str, str]) -> None:
        """Add format strings by name."""
        add_log_categories(categories)

    def attach(self, backend: object) -> None:
        """Have all loggers emit to *backend*; replay the messages into the first one.

        If *backend* has a logging of its own, not that of `txaio_common`, the loggers
        go on with the standard library.
        """
        is_first, before = self._early.successor is None, self._emitter
        emitter: Emitter = RecordEmitter(_no_task)
        if isinstance(backend, Backend):
            emitter = backend.driver.emitter
        self._emitter = self._early.successor = emitter
        for logger in LEVELS.listeners():
            if isinstance(logger, Logger) and logger.emitter is before:
                logger.use(emitter)
        if is_first:
            self._early.replay_into(emitter, to_all=True)

    def replay(self, skip: Container[object] = ()) -> None:
        """Write the messages to the output of `start_logging`, and drop them.

        Those whose ``log_time`` is in *skip* are not written: others write them.
        """
        self._early.replay_into(self._emitter, to_all=False, skip=skip)
        self._early.kept.clear()

    def flush_at_exit(self) -> None:
        """Replay the messages into the standard library if there is no backend."""
        if self._early.successor is None:
            self._early.replay_into(self._early, to_all=True)


EARLY = EarlyLog()
"""The early messages of the process, which has one selection."""
