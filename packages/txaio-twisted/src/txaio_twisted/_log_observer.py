"""What `start_logging` adds to the publisher of Twisted's log."""

from __future__ import annotations

from threading import current_thread
from time import time
from typing import TYPE_CHECKING, Any

from twisted.logger import (
    Logger,
    formatEvent,
    globalLogBeginner,
    globalLogPublisher,
)
from twisted.python.failure import Failure

from txaio_common import LEVELS, NUMBERS, NullSink, message_text


if TYPE_CHECKING:
    from txaio_common import LineSink


class OwnLogger(Logger):
    """The `log_logger` of our own events."""


class LogObserver:
    """Writes our events and those of others, while `start_logging` holds."""

    def __init__(self) -> None:
        """Write nowhere yet."""
        self._sink: LineSink | NullSink = NullSink()
        self._replaced: Any = None
        """What had critical events printed, until logging would begin."""
        self._caught_up: dict[int, dict[str, Any]] = {}
        """The events that Twisted kept and that were written, by their identity."""

    def write_to(self, sink: LineSink | None) -> None:
        """Write to *sink* from now on, or leave the publisher as it was."""
        before, self._sink = self._sink, sink or NullSink()
        this: Any = self  # Callable is all that an observer has to be.
        if sink is not None:
            self._begin()
            globalLogPublisher.addObserver(this)
        else:
            globalLogPublisher.removeObserver(this)
            self._give_back()
        before.close()

    def _begin(self) -> None:
        # Until logging begins, Twisted prints critical events to standard error,
        # and `beginLoggingTo` could not be undone.
        initial: Any = getattr(globalLogBeginner, "_temporaryObserver", None)
        if initial is not None:
            globalLogPublisher.removeObserver(initial)
            self._replaced = initial

    def _give_back(self) -> None:
        initial, self._replaced = self._replaced, None
        begun = getattr(globalLogBeginner, "_temporaryObserver", None) is not initial
        if initial is not None and not begun:
            globalLogPublisher.addObserver(initial)

    def missed(self) -> list[dict[str, Any]]:
        """Return what Twisted keeps until logging begins, and was not written yet."""
        return [event for event in _kept() if id(event) not in self._caught_up]

    def catch_up(self, missed: list[dict[str, Any]]) -> None:
        """Write the *missed* events that the levels allow, and none of them again."""
        for event in missed:
            if LEVELS.allows(_namespace_of(event), NUMBERS[_level_of(event)]):
                self(event)
        # Whoever begins logging later has all that is kept published anew.
        self._caught_up = {id(event): event for event in _kept()}

    def __call__(self, event: dict[str, Any]) -> None:
        """Write *event*."""
        if id(event) in self._caught_up:
            return
        sink, level = self._sink, _level_of(event)
        if type(event.get("log_logger")) is OwnLogger:
            if "{log_level" in event["log_format"]:
                event = {**event, "log_level": level}
            sink.write(level, message_text(event), event, _origin)
            return
        namespace = _namespace_of(event)
        if LEVELS.allows(namespace, NUMBERS[level]):
            event = {"log_time": time(), "log_format": None, **event}
            event["log_namespace"] = namespace
            sink.write(level, _text_of(event), event, _origin)


def _kept() -> list[dict[str, Any]]:
    """Return the events that Twisted keeps, as long as logging has not begun."""
    kept: list[dict[str, Any]] = []
    buffer: Any = getattr(globalLogBeginner, "_initialBuffer", None)
    begun = getattr(globalLogBeginner, "_temporaryObserver", None) is None
    if buffer is not None and not begun:
        buffer.replayTo(kept.append)
    return kept


def _level_of(event: dict[str, Any]) -> str:
    if "txaio_trace" in event and type(event.get("log_logger")) is OwnLogger:
        return "trace"
    return getattr(event.get("log_level"), "name", "info")


def _namespace_of(event: dict[str, Any]) -> str:
    return str(event.get("log_namespace", "-"))


def _text_of(event: dict[str, Any]) -> str:
    """Return the message of *event*, one of another's making."""
    failure = event.get("failure")
    if isinstance(failure, Failure) and "log_failure" not in event:
        # The text of an old event has the traceback in it, and nothing of its causes.
        event["log_failure"] = failure
        return str(event.get("why") or "Unhandled Error")
    return formatEvent(event).rstrip("\n")


def _origin() -> tuple[str | None, str | None]:
    return current_thread().name, None


OBSERVER = LogObserver()
"""The process has one publisher, and so one observer of ours."""
