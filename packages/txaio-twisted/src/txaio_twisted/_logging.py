"""Logging through `twisted.logger`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from twisted.logger import LoggingFile, LogLevel, globalLogPublisher
from twisted.python.failure import Failure

from txaio_common import Logging, failure_in, make_event, print_logging_error
from txaio_twisted._failures import failure_of
from txaio_twisted._log_observer import OBSERVER, OwnLogger


if TYPE_CHECKING:
    from types import FrameType

    from txaio_common import Emit, LineSink, Logger

_NATIVE = {
    "critical": LogLevel.critical,
    "error": LogLevel.error,
    "warn": LogLevel.warn,
    "info": LogLevel.info,
    "debug": LogLevel.debug,
    "trace": LogLevel.debug,
}


def emit(
    logger: Logger, level: str, message: object, fields: dict[str, Any], /
) -> None:
    """Hand *message* on as an event of Twisted's."""
    try:
        event = make_event(logger, _NATIVE[level], message, fields)
        native = logger.native
        if native is None:
            native = logger.native = OwnLogger(logger.namespace)
        _make_native(event, level, native)
        _publish(event)
    except Exception as error:  # noqa: BLE001 - no caller is to hear of it
        print_logging_error(error)


def _make_native(event: dict[str, Any], level: str, native: OwnLogger) -> None:
    """Make *event* one that the logger *native* might have made."""
    event["log_logger"] = native
    event["log_source"] = None
    if level == "trace":
        event["txaio_trace"] = True
    else:
        event.pop("txaio_trace", None)
    if "log_failure" in event:
        _make_failure_native(event)


def _publish(event: dict[str, Any]) -> None:
    try:
        globalLogPublisher(event)
    except Exception:
        # What is called so has to be a list, and a publisher fails on all else.
        if "log_trace" not in event:
            raise
        del event["log_trace"]
        globalLogPublisher(event)


def _make_failure_native(event: dict[str, Any]) -> None:
    failure: Any = failure_in(event)
    if failure is not None and not isinstance(failure, Failure):
        event["log_failure"] = failure_of(failure.value)


class TwistedLogging(Logging):
    """Logging through `twisted.logger`."""

    @property
    def _emit(self) -> Emit:
        return emit

    def _stream_of(self, out: Any) -> Any:
        # Twisted's own hands what is written there to the log.
        return sys.__stdout__ if isinstance(out, LoggingFile) else out

    def _write_to(self, output: LineSink | None) -> None:
        OBSERVER.write_to(output)

    def _replay(
        self, event: dict[str, Any], level: str, frame: FrameType, *, to_all: bool
    ) -> None:
        del frame
        event = {**event, "log_level": _NATIVE[level]}
        _make_native(event, level, OwnLogger(event["log_namespace"]))
        if to_all:
            _publish(event)
        else:
            OBSERVER(event)
