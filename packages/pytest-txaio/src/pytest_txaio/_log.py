"""Messages of every backend, in one form."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


LOWEST_LEVEL = 1
"""The level of the standard library below which there is none but "not set"."""

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
"""What backends and frameworks add to a message's own fields."""


@dataclass(frozen=True)
class LogEvent:
    """A message that was logged."""

    level: str
    """One of `log_levels`."""
    namespace: str
    """The name of the logger."""
    format: str
    """The message, with the names of its fields in braces."""
    fields: dict[str, Any]
    """The keywords of the call, and what `bind` and `log_context` added."""
    failure: BaseException | None
    """The exception that it is about."""
    text: str
    """The message in words."""


class TxaioLog(list[LogEvent]):
    """The messages that were logged, in their order."""

    @property
    def texts(self) -> list[str]:
        """Each of them in words."""
        return [event.text for event in self]

    def of(self, namespace: str) -> list[LogEvent]:
        """Return those of the loggers called *namespace*, and of those below it."""
        return [
            event for event in self if f"{event.namespace}.".startswith(f"{namespace}.")
        ]


class CaptureHandler(logging.Handler):
    """Hands on what it hears."""

    def __init__(self, heard: Callable[[LogEvent], object]) -> None:
        super().__init__()
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        """Hand on *record* if a logger of the backend's made it."""
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
        self._heard(event)


class PriorLevelFilter(logging.Filter):
    """Lets through what went through while the root logger had its own level."""

    def __init__(self, level: int) -> None:
        super().__init__()
        self._level = level

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether *record* would have been made."""
        logger: logging.Logger | None = logging.getLogger(record.name)
        while logger is not None and not logger.level:
            logger = logger.parent
        level = LOWEST_LEVEL if logger is None else logger.level
        if logger is logging.root and level == LOWEST_LEVEL:
            level = self._level
        return record.levelno >= level


@contextmanager
def capture_records(heard: Callable[[LogEvent], object]) -> Generator[None]:
    """Hand on every message that becomes a record; other handlers hear no more."""
    root, handler = logging.root, CaptureHandler(heard)
    before, prior_level = root.level, PriorLevelFilter(root.level)
    # Ours has levels of its own, and asks for what passes them.
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
        # The test may have set another, to stay.
        if root.level == LOWEST_LEVEL:
            root.setLevel(before)
        root.removeHandler(handler)
        for other in others:
            other.removeFilter(prior_level)


TXAIO_HANDLER_MODULE = "txaio_common._logging.handler"


def caller_fields(event: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of *event* that its caller gave."""
    return {name: value for name, value in event.items() if name not in ADDED_FIELDS}
