"""Emitters: what hands messages to a logging framework, and the one for `logging`."""

from __future__ import annotations

import logging
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from os import PathLike
from threading import current_thread
from typing import IO, Any

from txaio_common._logging.complaints import print_logging_error
from txaio_common._logging.event import Event, make_event
from txaio_common._logging.frames import as_logging
from txaio_common._logging.handler import (
    ALL_HANDLERS,
    NOBODY,
    OUR_HANDLER,
    ROOT_HANDLER,
    SINK,
    Audience,
    audience,
)
from txaio_common._logging.levels import LEVELS, NUMBERS, check_level
from txaio_common._logging.logger import Logger
from txaio_common._logging.record import CallSite, make_record
from txaio_common._logging.sink import LineSink, check_format, check_out
from txaio_common._logging.text import message_text
from txaio_common._outcome import UNSET


class Emitter(ABC):
    """Hands log messages to the logging framework in use."""

    calls_fields: bool = False
    """Whether messages may call fields, as in ``{peer.name()}``."""

    @abstractmethod
    def emit(
        self, logger: Logger, level: str, message: object, fields: dict[str, Any], /
    ) -> None:
        """Hand on *message* of *logger*, whose levels have allowed it; never raise.

        *fields* are the keyword arguments of the call, and may be changed.
        A method of *logger* calls this directly, so that the code that logs is two
        frames up.
        """

    @abstractmethod
    def write_to(self, sink: LineSink | None) -> None:
        """Write everything that is logged to *sink*, in place of the one before.

        With None, write nothing, and restore the framework's logging.
        """

    @abstractmethod
    def replay(
        self, event: Event, level: str, call_site: CallSite, *, to_all: bool
    ) -> None:
        """Hand on *event* of *level*, which was logged earlier at *call_site*.

        Without *to_all*, it is only written to the sink of `start_logging`.
        """

    def resolve_stream(self, out: Any) -> Any:
        """Return the stream to write to for the argument *out* of `start_logging`."""
        return out

    def catch_up(self) -> None:  # noqa: B027 - most frameworks keep nothing
        """Write the earlier messages that the framework has kept, if it has.

        `start_logging` calls this when there is a sink.
        """


class RecordEmitter(Emitter):
    """Hands messages to the standard library's logging, as records."""

    def __init__(self, task_name: Callable[[], str | None]) -> None:
        """Have *task_name* return the name of the task that is running, if any."""
        self._task_name = task_name
        # Bound here, and not once for each message.
        self._thread_and_task = self.thread_and_task

    @as_logging
    def emit(
        self, logger: Logger, level: str, message: object, fields: dict[str, Any], /
    ) -> None:
        try:
            native = logger.native
            if native is None:
                native = logger.native = logging.getLogger(logger.namespace)
            number = NUMBERS[level]
            recipients = audience(native, number)
            if recipients is SINK:
                event = make_event(logger, level, message, fields)
                text = message_text(event)
                ROOT_HANDLER.sink.write(level, text, event, self._thread_and_task)
            elif recipients is not NOBODY:
                event = make_event(logger, level, message, fields)
                frame = sys._getframe(2)  # noqa: SLF001 - a record names its caller
                code = frame.f_code
                call_site = code.co_filename, frame.f_lineno, code.co_name
                record = make_record(event, number, call_site, self._thread_and_task)
                # Not by `_deliver`, of which handlers would notice the frame.
                if recipients is ALL_HANDLERS:
                    native.handle(record)
                else:
                    ROOT_HANDLER.handle_for(native, record)
        except Exception as error:  # noqa: BLE001 - logging never raises
            if logging.raiseExceptions:
                print_logging_error(error)

    def write_to(self, sink: LineSink | None) -> None:
        ROOT_HANDLER.write_to(sink)

    def replay(
        self, event: Event, level: str, call_site: CallSite, *, to_all: bool
    ) -> None:
        native, number = logging.getLogger(event["log_namespace"]), NUMBERS[level]
        recipients = audience(native, number) if to_all else OUR_HANDLER
        if recipients is not NOBODY:
            record = make_record(event, number, call_site, self._thread_and_task)
            _deliver(record, native, recipients)

    def thread_and_task(self) -> tuple[str | None, str | None]:
        """Return the names of the current thread and of the current task."""
        return current_thread().name, self._task_name()


def _deliver(
    record: logging.LogRecord, native: logging.Logger, recipients: Audience
) -> None:
    """Have *recipients* handle *record* of *native*."""
    if recipients is ALL_HANDLERS:
        native.handle(record)
    else:
        ROOT_HANDLER.handle_for(native, record)


def start_logging(
    emitter: Emitter,
    out: IO[str] | IO[bytes] | str | PathLike[str] | None,
    level: str,
    format: str,  # noqa: A002 - the name that callers know
) -> None:
    """Have *emitter* write what *level* allows to *out*, and set the global level.

    *out* is standard output if it is `UNSET`; the rest is that of
    `ILogging.start_logging`.
    """
    check_level(level)
    check_format(format)
    out = emitter.resolve_stream(sys.stdout if out is UNSET else out)
    emitter.write_to(None if out is None else LineSink(check_out(out), format))
    LEVELS.set_global(level)
    if out is not None:
        emitter.catch_up()
