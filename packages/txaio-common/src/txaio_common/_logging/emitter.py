"""The road of messages through the standard library's `logging`.

Who hears of a message is up to two parties: the levels of txaio decide whether it is
made at all, and what `start_logging` writes; those of the standard library decide what
the application's own handlers get.
"""

from __future__ import annotations

import logging
import sys
from threading import current_thread
from typing import TYPE_CHECKING, Any

from txaio_common._logging.event import make_event
from txaio_common._logging.handler import (
    ALL_HANDLERS,
    NOBODY,
    OUR_HANDLER,
    ROOT_HANDLER,
    SINK,
    Audience,
    audience,
)
from txaio_common._logging.levels import NUMBERS
from txaio_common._logging.record import make_record
from txaio_common._logging.sink import print_logging_error
from txaio_common._logging.text import message_text
from txaio_common._logging_mixins import Logging


if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from txaio_common._logging.logger import Emit, Logger
    from txaio_common._logging.sink import LineSink


class RecordEmitter:
    """Hands messages on as records of the standard library."""

    def __init__(self, task_name: Callable[[], str | None]) -> None:
        """Let *task_name* say in which task a message is made."""
        self._task_name = task_name
        self._origin = self.origin  # Bound once, not with each message.

    def emit(
        self, logger: Logger, level: str, message: object, fields: dict[str, Any], /
    ) -> None:
        """Hand *message* on, said by the code that called what called this."""
        try:
            native = logger.native
            if native is None:
                native = logger.native = logging.getLogger(logger.namespace)
            number = NUMBERS[level]
            recipients = audience(native, number)
            if recipients is SINK:
                event = make_event(logger, level, message, fields)
                text = message_text(event)
                ROOT_HANDLER.sink.write(level, text, event, self._origin)
            elif recipients is not NOBODY:
                event = make_event(logger, level, message, fields)
                call_site = _call_site(sys._getframe(2))
                record = make_record(event, number, call_site, self._origin)
                _deliver(record, native, recipients)
        except Exception as error:  # noqa: BLE001 - no caller is to hear of it
            if logging.raiseExceptions:
                print_logging_error(error)

    def replay(
        self, event: dict[str, Any], level: str, frame: FrameType, *, to_all: bool
    ) -> None:
        """Hand on *event*, made in *frame* before; else only write it."""
        native, number = logging.getLogger(event["log_namespace"]), NUMBERS[level]
        recipients = audience(native, number) if to_all else OUR_HANDLER
        if recipients is not NOBODY:
            record = make_record(event, number, _call_site(frame), self._origin)
            _deliver(record, native, recipients)

    def origin(self) -> tuple[str | None, str | None]:
        """Return the names of the thread and of the task that run."""
        return current_thread().name, self._task_name()


def _call_site(frame: FrameType) -> tuple[str, int, str]:
    code = frame.f_code
    return code.co_filename, frame.f_lineno, code.co_name


def _deliver(
    record: logging.LogRecord, native: logging.Logger, recipients: Audience
) -> None:
    """Have *recipients* handle *record* of *native*."""
    if recipients is ALL_HANDLERS:
        native.handle(record)
    else:
        ROOT_HANDLER.handle_for(native, record)


class StdlibLogging(Logging):
    """Logging on the standard library; a backend says what its tasks are called."""

    _emitter: RecordEmitter

    @property
    def _emit(self) -> Emit:
        return self._emitter.emit

    def _write_to(self, output: LineSink | None) -> None:
        ROOT_HANDLER.write_to(output)

    def _replay(
        self, event: dict[str, Any], level: str, frame: FrameType, *, to_all: bool
    ) -> None:
        self._emitter.replay(event, level, frame, to_all=to_all)
