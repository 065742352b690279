"""Events of Twisted's log publisher."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from twisted.logger import (
    ILogObserver,
    LogLevel,
    formatEvent,
    globalLogBeginner,
    globalLogPublisher,
)
from zope.interface import implementer, provider

from pytest_txaio._log import LogEvent, caller_fields


# Until logging begins, the publisher keeps every event, and so every failure.
globalLogBeginner.beginLoggingTo([], discardBuffer=True, redirectStandardIO=False)

# pyright does not see that zope.interface makes a class an observer.
PUBLISHER: Any = globalLogPublisher

REPORTING_NAMESPACES = ("log_legacy", "twisted.", "txaio.")
"""Prefixes of the namespaces that report errors that were never retrieved."""


@implementer(ILogObserver)  # pyright: ignore[reportUntypedClassDecorator]
class CriticalEvents:
    """Passes on the failure of each critical event that Twisted logs."""

    def __init__(self, report: Callable[[BaseException], object]) -> None:
        self._report = report
        PUBLISHER.addObserver(self)

    def __call__(self, event: dict[str, Any]) -> None:
        """Report the failure of *event* if it is critical and not the program's own."""
        critical = event.get("log_level") is LogLevel.critical
        namespace = str(event.get("log_namespace"))
        # `twisted.python.log.err`, which reactors called up to Twisted 24.3, has
        # another field, and a text that contains the traceback.
        is_legacy = "log_failure" not in event
        failure: Any = event.get("failure" if is_legacy else "log_failure")
        if critical and failure and namespace.startswith(REPORTING_NAMESPACES):
            error: BaseException = failure.value
            text = event.get("why") if is_legacy else formatEvent(event)
            error.add_note(str(text or "Unhandled Error"))
            self._report(error)

    def close(self) -> None:
        """Remove the observer."""
        PUBLISHER.removeObserver(self)


@contextmanager
def capture_events(on_event: Callable[[LogEvent], object]) -> Generator[None]:
    """Call *on_event* with each message of the backend's loggers in the block."""

    @provider(ILogObserver)  # pyright: ignore[reportUntypedFunctionDecorator]
    def observe(event: dict[str, Any]) -> None:
        if not _is_from_backend(event):
            return
        failure: Any = event.get("log_failure")
        on_event(
            LogEvent(
                level="trace" if "txaio_trace" in event else event["log_level"].name,
                namespace=event["log_namespace"],
                format=str(event["log_format"]),
                fields=caller_fields(event),
                failure=getattr(failure, "value", None),
                text=formatEvent(event),
            )
        )

    PUBLISHER.addObserver(observe)
    try:
        yield
    finally:
        PUBLISHER.removeObserver(observe)


def _is_from_backend(event: dict[str, Any]) -> bool:
    made_by = type(event.get("log_logger")).__module__
    return made_by.startswith("txaio_twisted")
