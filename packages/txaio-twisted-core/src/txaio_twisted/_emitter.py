"""The emitter for `twisted.logger`."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from twisted.logger import LoggingFile, LogLevel, globalLogPublisher
from twisted.python.failure import Failure

from txaio_common import (
    CallSite,
    Emitter,
    Event,
    LineSink,
    Logger,
    failure_in,
    make_event,
    print_logging_error,
)
from txaio_twisted._failures import failure_of
from txaio_twisted._log_observer import OBSERVER, OwnLogger


LOG_LEVELS: dict[str, Any] = {
    "critical": LogLevel.critical,
    "error": LogLevel.error,
    "warn": LogLevel.warn,
    "info": LogLevel.info,
    "debug": LogLevel.debug,
    "trace": LogLevel.debug,
}
"""Twisted's constants for the levels, by name; trace it does not have."""


class EventEmitter(Emitter):
    """Publishes messages as events of `twisted.logger`."""

    def emit(
        self, logger: Logger, level: str, message: object, fields: dict[str, Any], /
    ) -> None:
        try:
            event = make_event(
                logger, LOG_LEVELS[level], message, fields, calls=self.calls_fields
            )
            native = logger.native
            if native is None:
                native = logger.native = OwnLogger(logger.namespace)
            _make_native(event, level, native)
            if "log_trace" in event:
                _publish(event)
            else:
                # Called from here: the `STDLibLogObserver` of Twisted counts frames.
                globalLogPublisher(event)
        except Exception as error:  # noqa: BLE001 - logging never raises
            print_logging_error(error)

    def write_to(self, sink: LineSink | None) -> None:
        OBSERVER.write_to(sink)

    def replay(
        self, event: Event, level: str, call_site: CallSite, *, to_all: bool
    ) -> None:
        del call_site  # Events do not have one.
        native = {**event, "log_level": LOG_LEVELS[level]}
        _make_native(native, level, OwnLogger(event["log_namespace"]))
        if to_all:
            _publish(native)
        else:
            OBSERVER(native, is_new=False)

    def missed(self) -> list[dict[str, Any]]:
        """Return what Twisted keeps until logging begins, and was not written yet."""
        return OBSERVER.missed()

    def write_missed(self, missed: list[dict[str, Any]]) -> None:
        """Write the *missed* events that the levels allow, and none of them again."""
        OBSERVER.catch_up(missed)

    def resolve_stream(self, out: Any) -> Any:
        # Twisted replaces the standard streams by some that publish what is written.
        if isinstance(out, LoggingFile):
            return sys.__stderr__ if out.level is LogLevel.error else sys.__stdout__
        return out


def _make_native(event: dict[str, Any], level: str, native: OwnLogger) -> None:
    """Make *event* one that the logger *native* might have made."""
    event["log_logger"] = native
    event["log_source"] = None
    if level == "trace":
        event["txaio_trace"] = True
    elif "txaio_trace" in event:
        del event["txaio_trace"]
    if "log_failure" in event:
        _make_failure_native(event)


def _publish(event: dict[str, Any]) -> None:
    if "log_trace" in event:
        # A publisher takes this field for a list of its own, and fails otherwise.
        with suppress(Exception):
            globalLogPublisher(event)
            return
        del event["log_trace"]
    globalLogPublisher(event)


def _make_failure_native(event: dict[str, Any]) -> None:
    failure: Any = failure_in(event)
    if failure is not None and not isinstance(failure, Failure):
        event["log_failure"] = failure_of(failure.value)
