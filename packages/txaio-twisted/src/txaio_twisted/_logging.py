"""Logging through `twisted.logger`."""

from __future__ import annotations

import sys
from contextlib import suppress
from threading import current_thread
from typing import TYPE_CHECKING, Any

from twisted.logger import (
    Logger as NativeLogger,
    LogLevel,
    formatEvent,
    globalLogBeginner,
    globalLogPublisher,
)
from twisted.python.failure import Failure

from txaio_common import (
    LEVELS,
    NUMBERS,
    Logging,
    failure_in,
    make_event,
    message_text,
)
from txaio_twisted._failures import failure_of


if TYPE_CHECKING:
    from txaio_common import Emit, Logger, Output

_NATIVE = {
    "critical": LogLevel.critical,
    "error": LogLevel.error,
    "warn": LogLevel.warn,
    "info": LogLevel.info,
    "debug": LogLevel.debug,
    "trace": LogLevel.debug,
}


class _OwnLogger(NativeLogger):
    """The `log_logger` of our own events."""


class LogObserver:
    """The observer of Twisted's log, there while `start_logging` holds."""

    def __init__(self) -> None:
        self._output: Output | None = None
        self._replaced: Any = None
        """What printed critical events before."""

    def write_to(self, output: Output | None) -> None:
        """Write to *output* from now on, or leave the publisher as it was."""
        before, self._output = self._output, output
        if before is not None:
            globalLogPublisher.removeObserver(self)
            before.close()
        self._replace(output is not None)
        if output is not None:
            globalLogPublisher.addObserver(self)

    def _replace(self, start: bool) -> None:
        # Until logging begins, Twisted prints critical events to standard error;
        # to begin it could not be undone.
        initial: Any = getattr(globalLogBeginner, "_temporaryObserver", None)
        if start and initial is not None:
            globalLogPublisher.removeObserver(initial)
        elif initial is not None:
            globalLogPublisher.addObserver(initial)

    def __call__(self, event: dict[str, Any]) -> None:
        """Write *event*, one of ours or another's."""
        output = self._output
        if output is None:
            return
        if type(event.get("log_logger")) is _OwnLogger:
            level = "trace" if "txaio_trace" in event else event["log_level"].name
            if "log_level" in event["log_format"]:
                event = {**event, "log_level": level}
            output.write(level, message_text(event), event, _origin)
        else:
            self._write_foreign(output, event)

    def _write_foreign(self, output: Output, event: dict[str, Any]) -> None:
        named: Any = event.get("log_level", LogLevel.info)
        namespace = str(event.get("log_namespace"))
        if LEVELS.allow(namespace, NUMBERS[named.name]):
            event = {"log_format": None, **event, "log_namespace": namespace}
            output.write(named.name, formatEvent(event), event, _origin)


OBSERVER = LogObserver()
"""The process has one publisher, and so one observer of ours."""


def _origin() -> tuple[str | None, str | None]:
    return current_thread().name, None


def emit(logger: Logger, level: str, message: object, fields: dict[str, Any]) -> None:
    """Hand *message* on as an event of Twisted's."""
    try:
        event = make_event(logger, _NATIVE[level], message, fields)
        native = logger.native
        if native is None:
            native = logger.native = _OwnLogger(logger.namespace)
        event["log_logger"] = native
        event["log_source"] = None
        if level == "trace":
            event["txaio_trace"] = True
        if "log_failure" in event:
            _make_native(event)
        globalLogPublisher(event)
    except Exception:  # noqa: BLE001 - no caller is to hear of it
        with suppress(Exception):
            sys.stderr.write(f"{message!r} could not be logged\n")


def _make_native(event: dict[str, Any]) -> None:
    failure = failure_in(event)
    if failure is not None and not isinstance(failure, Failure):
        event["log_failure"] = failure_of(failure.value)


class TwistedLogging(Logging):
    """Logging through `twisted.logger`."""

    @property
    def _emit(self) -> Emit:
        return emit

    def _write_to(self, output: Output | None) -> None:
        OBSERVER.write_to(output)
