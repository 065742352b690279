"""What `start_logging` puts on the root logger of the standard library."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from txaio_common._logging.levels import LEVELS
from txaio_common._logging.record import Message, event_of, text_of_record
from txaio_common._logging.sink import NullSink


if TYPE_CHECKING:
    from txaio_common._logging.event import Event
    from txaio_common._logging.sink import LineSink


class RootHandler(logging.Handler):
    """Writes our messages and the records of others, while `start_logging` holds."""

    def __init__(self) -> None:
        super().__init__()
        self.sink: LineSink | NullSink = NullSink()
        self._levels: tuple[int, int] | None = None
        """The level that the root logger had before, and the one that it got."""
        LEVELS.subscribe(self)

    def write_to(self, sink: LineSink | None) -> None:
        """Write to *sink* from now on, or leave the root logger as it was."""
        root = logging.getLogger()
        before, self.sink = self.sink, sink or NullSink()
        root.removeHandler(self)
        if sink is None:
            self._give_level_back(root)
        else:
            if self._levels is None and not root.handlers:
                self._levels = (root.level, root.level)
            root.addHandler(self)
            self.refresh()
        before.close()

    def refresh(self) -> None:
        """Let the root logger pass what the levels allow, if nobody else listens.

        Where the application has handlers of its own, it has its own say as well.
        """
        if self._levels is not None:
            root = logging.getLogger()
            lowest = LEVELS.lowest()
            self._levels = (self._levels[0], lowest)
            root.setLevel(lowest)

    def _give_level_back(self, root: logging.Logger) -> None:
        if self._levels is not None:
            before, ours = self._levels
            self._levels = None
            if root.level == ours:
                root.setLevel(before)

    def handle(self, record: logging.LogRecord) -> Any:
        # Without the handler's lock: the sink has its own, formatting needs none.
        kept: Any = self.filter(record)
        if kept:
            self.emit(record if kept is True else kept)
        return kept

    def emit(self, record: logging.LogRecord) -> None:
        try:
            _write(record, self.sink)
        except Exception:  # noqa: BLE001 - a record can be made of anything
            self.handleError(record)


def _write(record: logging.LogRecord, sink: LineSink | NullSink) -> None:
    message = record.msg
    if isinstance(message, Message):
        event: Event = message.event
        sink.write(event["log_level"], str(message), event, message.thread_and_task)
    elif LEVELS.allows(record.name, record.levelno):
        event = event_of(record)
        text = text_of_record(record)
        sink.write(event["log_level"], text, event, partial(_thread_and_task, record))


def _thread_and_task(record: logging.LogRecord) -> tuple[str | None, str | None]:
    return record.threadName, getattr(record, "taskName", None)


ROOT_HANDLER = RootHandler()
"""The process has one root logger, and so one handler of ours."""
