"""The road of messages through the standard library's `logging`.

Who hears of a message is up to two parties: the levels of txaio decide whether it is
made at all, and what `start_logging` writes; those of the standard library decide what
the application's own handlers get.
"""

from __future__ import annotations

import logging
import sys
from functools import partial
from threading import current_thread
from typing import TYPE_CHECKING, Any

from txaio_common._logging.event import make_event
from txaio_common._logging.handler import ROOT_HANDLER
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
            if _we_alone_hear(native):
                event = make_event(logger, level, message, fields)
                text = message_text(event)
                ROOT_HANDLER.sink.write(level, text, event, self._origin)
            else:
                self._emit_record(logger, level, message, fields)
        except Exception as error:  # noqa: BLE001 - no caller is to hear of it
            if logging.raiseExceptions:
                print_logging_error(error)

    def _emit_record(
        self, logger: Logger, level: str, message: object, fields: dict[str, Any]
    ) -> None:
        """Hand *message* on to all that may hear it."""
        number = NUMBERS[level]
        deliver = _delivery(logger.native, number)
        if deliver is not None and not _nobody_hears(logger.native, number):
            event = make_event(logger, level, message, fields)
            deliver(
                make_record(event, number, _call_site(sys._getframe(3)), self._origin)
            )

    def replay(
        self, event: dict[str, Any], level: str, frame: FrameType, *, to_all: bool
    ) -> None:
        """Hand on *event*, made in *frame* before; else only write it."""
        native, number = logging.getLogger(event["log_namespace"]), NUMBERS[level]
        ours = partial(_hand_to_us, native)
        deliver = _delivery(native, number) if to_all else ours
        if deliver is not None:
            deliver(make_record(event, number, _call_site(frame), self._origin))

    def origin(self) -> tuple[str | None, str | None]:
        """Return the names of the thread and of the task that run."""
        return current_thread().name, self._task_name()


def _call_site(frame: FrameType) -> tuple[str, int, str]:
    code = frame.f_code
    return code.co_filename, frame.f_lineno, code.co_name


def _we_alone_hear(native: logging.Logger) -> bool:
    """Tell whether what *native* logs reaches our handler, and nobody else.

    If so it needs no record, which costs as much as all the rest.
    """
    node = native
    root = native.root
    while node is not root:
        if node.handlers or not node.propagate or node.parent is None:
            return False
        node = node.parent
    return (
        node.handlers == _OURS
        and not (native.disabled or native.manager.disable or native.filters)
        and not (ROOT_HANDLER.filters or ROOT_HANDLER.level)
        # Who watches all records replaces the method that hands them to the handlers.
        and type(native).callHandlers is _CALL_HANDLERS
    )


def _nobody_hears(native: logging.Logger, number: int) -> bool:
    """Tell whether all handlers that records of that *number* reach ignore them.

    If so it is not worth a record, as of a library that has but a `NullHandler`.
    """
    node: logging.Logger | None = native
    found = False
    while node is not None:
        for handler in node.handlers:
            if number >= handler.level and type(handler) is not logging.NullHandler:
                return False
            found = True
        node = node.parent if node.propagate else None
    # Without any handler there is the last resort, and filters and factories may count.
    return (
        found
        and not native.filters
        and logging.getLogRecordFactory() is logging.LogRecord
        and type(native).callHandlers is _CALL_HANDLERS
        and type(native).handle is _HANDLE
    )


_OURS = [ROOT_HANDLER]
_CALL_HANDLERS = logging.Logger.callHandlers
_HANDLE = logging.Logger.handle


def _we_hear(native: logging.Logger) -> bool:
    """Tell whether what *native* logs reaches our handler."""
    node: logging.Logger | None = native
    while node is not None:
        if ROOT_HANDLER in node.handlers:
            return True
        node = node.parent if node.propagate else None
    return False


def _delivery(
    native: logging.Logger, number: int
) -> Callable[[logging.LogRecord], object] | None:
    """Return what brings records of that *number* to all that may hear *native*."""
    if native.isEnabledFor(number):
        return native.handle
    if native.disabled or native.manager.disable >= number or not _we_hear(native):
        return None
    return partial(_hand_to_us, native)


def _hand_to_us(native: logging.Logger, record: logging.LogRecord) -> None:
    """Hand *record* to our handler alone, past the filters that it would pass."""
    if record.levelno >= ROOT_HANDLER.level:
        kept: Any = native.filter(record)
        if kept:
            ROOT_HANDLER.handle(record if kept is True else kept)


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
