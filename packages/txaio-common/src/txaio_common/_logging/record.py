"""Events as records of the standard library, and the reverse."""

from __future__ import annotations

import logging
import pickle
from typing import TYPE_CHECKING, Any

from txaio_common._failures import FailedFuture, message_of
from txaio_common._logging.event import failure_in, traceback_in
from txaio_common._logging.levels import level_name
from txaio_common._logging.text import message_text, repr_of
from txaio_common._native_records import native_record


if TYPE_CHECKING:
    from types import FrameType

    from txaio_common._logging.emitter import RecordEmitter
    from txaio_common._logging.formats import ThreadAndTask


class Fields(dict[str, Any]):
    """The `fields` of a record: an event that can always be pickled."""

    def __reduce__(self) -> Any:
        """Be a plain dictionary elsewhere, with the reprs of what cannot be sent."""
        return dict, ({key: _sendable(value) for key, value in self.items()},)


class Message:
    """The `msg` of a record: put into words when somebody asks, and once."""

    __slots__ = ("_emitter", "_text", "event")

    def __init__(self, event: Fields, road: RecordEmitter) -> None:
        """Stand for the message of *event*, which comes along *road*."""
        self.event = event
        self._emitter = road
        self._text: str | None = None

    def __str__(self) -> str:
        text = self._text
        if text is None:
            text = self._text = message_text(self.event)
        return text

    __repr__ = __str__

    def __reduce__(self) -> Any:
        """Be plain text elsewhere."""
        return str, (str(self),)

    @property
    def origin(self) -> ThreadAndTask:
        """What tells the thread and the task."""
        return self._emitter.origin


def make_record(
    event: dict[str, Any], number: int, frame: FrameType, road: RecordEmitter
) -> logging.LogRecord:
    """Return *event* as a record at the level *number*, made by the code in *frame*."""
    fields = Fields(event)
    exc_info = _exc_info_of(event) if "log_failure" in event else None
    record = native_record(event, number, frame, Message(fields, road), exc_info)
    record.fields = fields
    return record


def _exc_info_of(event: dict[str, Any]) -> Any:
    failure = failure_in(event)
    if failure is None:
        return None
    return type(failure.value), failure.value, traceback_in(failure)


def event_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return *record*, one of another's making, as an event."""
    event = {k: v for k, v in vars(record).items() if k not in _NO_FIELDS}
    raw = record.msg
    event["log_time"] = record.created
    event["log_level"] = level_name(record.levelno)
    event["log_namespace"] = record.name
    event["log_format"] = raw if isinstance(raw, str) else repr_of(raw)
    if record.exc_info and record.exc_info[1] is not None:
        event["log_failure"] = FailedFuture(record.exc_info[1])
    elif record.exc_text:
        event["log_stack"] = record.exc_text
    if record.stack_info:
        event["log_stack"] = record.stack_info
    return event


_NO_FIELDS = frozenset(
    (*vars(logging.LogRecord("", 0, "", 0, "", (), None)), "message", "asctime")
)


def text_of_record(record: logging.LogRecord) -> str:
    """Return the message of *record*, one of another's making; never raises."""
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - whatever the arguments raise
        raw = record.msg if isinstance(record.msg, str) else repr_of(record.msg)
        args = repr_of(record.args)
        return f"{raw} [args={args}, not formatted: {message_of(error)}]"


def _sendable(value: object) -> object:
    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001 - whatever a value raises that cannot be sent
        return repr_of(value)
    return value
