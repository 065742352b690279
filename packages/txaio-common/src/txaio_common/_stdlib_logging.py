"""The road of records through the standard library's `logging`."""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import suppress
from threading import current_thread
from typing import TYPE_CHECKING, Any

from txaio_common._failures import FailedFuture, message_of
from txaio_common._log_events import failure_in, make_event
from txaio_common._log_formats import traceback_in
from txaio_common._log_levels import LEVELS, NUMBERS, TRACE, level_name
from txaio_common._log_text import message_text, repr_of
from txaio_common._logging import Logging


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from txaio_common._log_output import Output
    from txaio_common._logger import Emit, Logger

    TaskName = Callable[[], str | None]

logging.addLevelName(TRACE, "TRACE")


class Message:
    """The `msg` of a record: put into words when somebody asks, and once."""

    __slots__ = ("_text", "event")

    def __init__(self, event: Mapping[str, Any]) -> None:
        """Stand for the message of *event*."""
        self.event = event
        self._text: str | None = None

    def __str__(self) -> str:
        text = self._text
        if text is None:
            text = self._text = message_text(self.event)
        return text

    __repr__ = __str__


class RootHandler(logging.Handler):
    """The handler on the root logger, there while `start_logging` holds."""

    def __init__(self) -> None:
        super().__init__()
        self.output: Output | None = None
        self._root_level: int | None = None
        """The level that the root logger had before, if it got another."""

    def write_to(self, output: Output | None) -> None:
        """Write to *output* from now on, or leave the root logger as it was."""
        root = logging.getLogger()
        root.removeHandler(self)
        before, self.output = self.output, output
        if before is not None:
            before.close()
        if output is not None:
            root.addHandler(self)

    def handle(self, record: logging.LogRecord) -> Any:
        # Handed on without the handler's lock: the output has one, and formatting
        # needs none.
        kept: Any = self.filter(record)
        if kept:
            self.emit(record if kept is True else kept)
        return kept

    def emit(self, record: logging.LogRecord) -> None:
        output = self.output
        if output is None:
            return
        message = record.msg
        if type(message) is Message:
            event = message.event
            output.write(event["log_level"], str(message), event, _origin_of(record))
        elif LEVELS.allow(record.name, record.levelno):
            event = _event_of(record)
            text = event["log_text"]
            output.write(event["log_level"], text, event, _origin_of(record))


ROOT_HANDLER = RootHandler()
"""The process has one root logger, and so one handler of ours."""


class StdlibRoad:
    """Hands messages on as records of the standard library."""

    def __init__(self, task_name: TaskName) -> None:
        """Let *task_name* say in which task a record is made."""
        self._task_name = task_name

    def emit(
        self, logger: Logger, level: str, message: object, fields: dict[str, Any]
    ) -> None:
        """Hand *message* on, said by the code that called what called this."""
        try:
            event = make_event(logger, level, message, fields)
            native = logger.native
            if native is None:
                native = logger.native = logging.getLogger(logger.namespace)
            record = _record_of(event, NUMBERS[level], sys._getframe(2))
            if native.isEnabledFor(record.levelno):
                native.handle(record)
            elif ROOT_HANDLER.output is not None:
                ROOT_HANDLER.handle(record)
        except Exception as error:  # noqa: BLE001 - no caller is to hear of it
            _complain(error)


def _record_of(event: dict[str, Any], number: int, frame: Any) -> logging.LogRecord:
    code = frame.f_code
    failure = failure_in(event) if "log_failure" in event else None
    record = logging.getLogRecordFactory()(
        event["log_namespace"],
        number,
        code.co_filename,
        frame.f_lineno,
        Message(event),
        (),
        failure and (type(failure.value), failure.value, traceback_in(failure)),
        code.co_name,
    )
    record.fields = event
    return record


def _event_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return a record of another's making as an event."""
    event = {k: v for k, v in vars(record).items() if k not in _NO_FIELDS}
    event["log_time"] = record.created
    event["log_level"] = level_name(record.levelno)
    event["log_namespace"] = record.name
    event["log_format"] = repr_of(record.msg)
    event["log_text"] = _text_of(record)
    if record.exc_info and record.exc_info[1] is not None:
        event["log_failure"] = FailedFuture(record.exc_info[1])
    return event


_NO_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def _text_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - whatever the arguments raise
        raw = f"{repr_of(record.msg)} [{repr_of(record.args)}"
        return f"{raw}, not formatted: {message_of(error)}]"


def _origin_of(record: logging.LogRecord) -> Callable[[], Any]:
    return lambda: (record.threadName, getattr(record, "taskName", None))


def _complain(error: Exception) -> None:
    """Print what a handler or a filter raised, as the standard library does."""
    if logging.raiseExceptions:
        with suppress(Exception):
            traceback.print_exception(error, file=sys.stderr)


class StdlibLogging(Logging):
    """Logging on the standard library; a backend says what its tasks are called."""

    _road: StdlibRoad

    @property
    def _emit(self) -> Emit:
        return self._road.emit

    def _write_to(self, output: Output | None) -> None:
        ROOT_HANDLER.write_to(output)
