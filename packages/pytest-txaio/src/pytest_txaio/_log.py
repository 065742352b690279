"""Log messages of all backends in one form."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


LOWEST_LEVEL = 1
"""The lowest level of the standard library; 0 means that none is set."""

ADDED_FIELDS = frozenset(
    (
        "log_failure",
        "log_flattened",
        "log_format",
        "log_level",
        "log_logger",
        "log_namespace",
        "log_source",
        "log_time",
        "log_trace",
        "txaio_trace",
    )
)
"""Fields that backends and frameworks add to those of the caller."""


@dataclass(frozen=True)
class LogEvent:
    """A message that was logged."""

    level: str
    """One of `log_levels`."""
    namespace: str
    """The name of the logger."""
    format: str
    """The message, with the names of fields in braces."""
    fields: dict[str, Any]
    """The keywords of the call, and the fields from `bind` and `log_context`."""
    failure: BaseException | None
    """The exception that was logged, if any."""
    text: str
    """The formatted message."""


class TxaioLog(list[LogEvent]):
    """The messages that were logged, in order."""

    @property
    def texts(self) -> list[str]:
        """The formatted messages."""
        return [event.text for event in self]

    def of(self, namespace: str) -> list[LogEvent]:
        """Return the messages of the logger *namespace* and of its children."""
        return [
            event for event in self if f"{event.namespace}.".startswith(f"{namespace}.")
        ]


class CaptureHandler(logging.Handler):
    """Passes the messages of the backend's loggers to a function."""

    def __init__(self, on_event: Callable[[LogEvent], object]) -> None:
        super().__init__()
        self._on_event = on_event

    def emit(self, record: logging.LogRecord) -> None:
        """Pass *record* on if a logger of the backend made it."""
        fields: dict[str, Any] | None = getattr(record, "fields", None)
        if fields is None or "log_format" not in fields:
            return
        event = LogEvent(
            level=record.levelname.lower().replace("warning", "warn"),
            namespace=record.name,
            format=str(fields["log_format"]),
            fields=caller_fields(fields),
            failure=record.exc_info[1] if record.exc_info else None,
            text=record.getMessage(),
        )
        self._on_event(event)


class PriorLevelFilter(logging.Filter):
    """Passes the records that the root logger passed before its level was lowered."""

    def __init__(self, level: int) -> None:
        super().__init__()
        self._level = level

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether *record* would have been made at the prior level."""
        logger: logging.Logger | None = logging.getLogger(record.name)
        while logger is not None and not logger.level:
            logger = logger.parent
        level = LOWEST_LEVEL if logger is None else logger.level
        if logger is logging.root and level == LOWEST_LEVEL:
            level = self._level
        return record.levelno >= level


@contextmanager
def capture_records(on_event: Callable[[LogEvent], object]) -> Generator[None]:
    """Call *on_event* with each message that becomes a record of the standard library.

    The root logger has the lowest level meanwhile; other handlers get the records that
    they got before.
    """
    root, handler = logging.root, CaptureHandler(on_event)
    before, prior_level = root.level, PriorLevelFilter(root.level)
    # The handler of txaio itself is left alone, as it applies levels of its own.
    others = [
        each for each in root.handlers if type(each).__module__ != TXAIO_HANDLER_MODULE
    ]
    for other in others:
        other.addFilter(prior_level)
    root.addHandler(handler)
    root.setLevel(LOWEST_LEVEL)
    try:
        yield
    finally:
        # The test may have set another level, which stays.
        if root.level == LOWEST_LEVEL:
            root.setLevel(before)
        root.removeHandler(handler)
        for other in others:
            other.removeFilter(prior_level)


TXAIO_HANDLER_MODULE = "txaio_common._logging.handler"


def caller_fields(event: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of *event* that the caller gave."""
    return {name: value for name, value in event.items() if name not in ADDED_FIELDS}
