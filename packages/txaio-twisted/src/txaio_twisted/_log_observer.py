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

from txaio_common import LEVELS, NUMBERS, Nowhere, message_text


if TYPE_CHECKING:
    from txaio_common import Output


class OwnLogger(Logger):
    """The `log_logger` of our own events."""


class LogObserver:
    """Writes our events and those of others, while `start_logging` holds."""

    def __init__(self) -> None:
        """Write nowhere yet."""
        self._output: Output | Nowhere = Nowhere()
        self._replaced: Any = None
        """What had critical events printed, until logging would begin."""

    def write_to(self, output: Output | None) -> None:
        """Write to *output* from now on, or leave the publisher as it was."""
        before, self._output = self._output, output or Nowhere()
        this: Any = self  # Callable is all that an observer has to be.
        if output is not None:
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

    def __call__(self, event: dict[str, Any]) -> None:
        """Write *event*."""
        output = self._output
        if type(event.get("log_logger")) is OwnLogger:
            level = "trace" if "txaio_trace" in event else event["log_level"].name
            if "{log_level" in event["log_format"]:
                event = {**event, "log_level": level}
            output.write(level, message_text(event), event, _origin)
            return
        level = getattr(event.get("log_level"), "name", "info")
        namespace = str(event.get("log_namespace", "-"))
        if LEVELS.allow(namespace, NUMBERS[level]):
            event = {"log_time": time(), "log_format": None, **event}
            event["log_namespace"] = namespace
            output.write(level, _text_of(event), event, _origin)


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
