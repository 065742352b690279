"""The observer that `start_logging` adds to Twisted's log publisher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from threading import current_thread
from time import time
from typing import Any

from twisted.logger import (
    Logger,
    formatEvent,
    globalLogBeginner,
    globalLogPublisher,
)
from twisted.python.failure import Failure

from txaio_common import (
    LEVELS,
    NUMBERS,
    CompleteText,
    LineSink,
    NullSink,
    message_text,
)
from txaio_twisted._log_history import History


class OwnLogger(Logger):
    """The `log_logger` of the events that `EventEmitter` makes."""


class LogObserver:
    """Writes our events and foreign ones to the sink of `start_logging`."""

    def __init__(self) -> None:
        """Have no sink yet."""
        self._sink: LineSink | NullSink = NullSink()
        self._history = History()

    def write_to(self, sink: LineSink | None) -> None:
        """Write to *sink* from now on; with None, restore the publisher."""
        this: Any = self  # An observer only has to be callable.
        if sink is None:
            globalLogPublisher.removeObserver(this)
            self._history.give_back(globalLogPublisher)
        before, self._sink = self._sink, sink or NullSink()
        if sink is not None:
            self._history.take_over(globalLogBeginner, globalLogPublisher)
            globalLogPublisher.addObserver(this)
        before.close(sink)

    def missed(self) -> list[dict[str, Any]]:
        """Return the events that Twisted has kept and that were not written yet."""
        return self._history.missed()

    def catch_up(self, missed: list[dict[str, Any]]) -> None:
        """Write the *missed* events that the levels allow, each of them once."""
        for event in missed:
            if LEVELS.allows(_namespace_of(event), NUMBERS[_level_of(event)]):
                self(event, is_new=False)
        self._history.deal_with(missed)

    def __call__(self, event: dict[str, Any], *, is_new: bool = True) -> None:
        """Write *event*; if it *is_new*, keep it as Twisted does."""
        history = self._history
        keep = history.keep
        if keep is None:
            if history.replayed and id(event) in history.replayed:
                return
        elif history.beginner._temporaryObserver is None:  # noqa: SLF001 - not public
            # Logging has begun, without the events from before.
            history.keep = None
        elif is_new:
            keep(event)
        sink = self._sink
        if type(event.get("log_logger")) is OwnLogger:
            level = "trace" if "txaio_trace" in event else event["log_level"].name
            if "{log_level" in event["log_format"]:
                event = {**event, "log_level": level}
            text = message_text(event, _format_with_calls)
            if "log_legacy" in event:
                event = _without_legacy_keys(event)
            sink.write(level, text, event, _thread_and_task)
            return
        namespace, level = _namespace_of(event), _level_of(event)
        if LEVELS.allows(namespace, NUMBERS[level]):
            event = {"log_time": time(), "log_format": None, **event}
            event["log_namespace"] = namespace
            text = CompleteText(_text_of(event))
            sink.write(level, text, event, _thread_and_task)


def _level_of(event: dict[str, Any]) -> str:
    if "txaio_trace" in event and type(event.get("log_logger")) is OwnLogger:
        return "trace"
    return getattr(event.get("log_level"), "name", "info")


def _namespace_of(event: dict[str, Any]) -> str:
    return str(event.get("log_namespace", "-"))


def _text_of(event: dict[str, Any]) -> str:
    """Return the message of *event*, which was not made by `EventEmitter`."""
    failure = event.get("failure")
    if isinstance(failure, Failure) and "log_failure" not in event:
        # The text of a legacy event contains the traceback, but not its causes.
        event["log_failure"] = failure
        return str(event.get("why") or "Unhandled Error")
    return formatEvent(event).rstrip("\n")


class _CallFormatter(Formatter):
    """Calls fields with parentheses, as `twisted.logger` does: ``{name()}``."""

    def get_field(
        self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        bare = field_name.removesuffix("()")
        value, first = super().get_field(bare, args, kwargs)
        return (value if bare == field_name else value()), first


def _format_with_calls(event: Mapping[str, Any]) -> str:
    """Return the message of *event*, which may call fields if it was made so.

    Raises any error that these raise.
    """
    return _CallFormatter().vformat(event["log_format"], (), event)


def _without_legacy_keys(event: dict[str, Any]) -> dict[str, Any]:
    """Return *event* without the keys that it has for legacy observers.

    Twisted adds them to the event itself, if there is such an observer.
    Those that have another value than it gives them are the caller's own fields.
    """
    added = {
        "message": (),
        "time": event["log_time"],
        "system": event.get("log_system", "-"),
        "failure": event.get("log_failure", event),
    }
    return {
        name: value
        for name, value in event.items()
        if name not in _LEGACY_KEYS and value is not added.get(name, event)
    }


_LEGACY_KEYS = frozenset(("log_legacy", "format", "isError", "why"))
"""Keys whose values do not tell what has added them."""


def _thread_and_task() -> tuple[str | None, str | None]:
    return current_thread().name, None


OBSERVER = LogObserver()
"""The process has one publisher, and so one observer of ours."""
