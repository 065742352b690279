"""What Twisted's log publisher hands on."""

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


# Until logging begins, the publisher keeps every event, and with it what failed.
globalLogBeginner.beginLoggingTo([], discardBuffer=True, redirectStandardIO=False)

# What an interface of Zope's makes an observer of, pyright cannot see.
PUBLISHER: Any = globalLogPublisher

REPORTING_NAMESPACES = ("log_legacy", "twisted.", "txaio.")
"""How the namespaces begin of those who report what nobody looked at."""


@implementer(ILogObserver)  # pyright: ignore[reportUntypedClassDecorator]
class CriticalEvents:
    """Hands on the failure of each critical event that Twisted logs."""

    def __init__(self, report: Callable[[BaseException], object]) -> None:
        self._report = report
        PUBLISHER.addObserver(self)

    def __call__(self, event: dict[str, Any]) -> None:
        """Hand *event* on if it is critical; what a program logs is not a report."""
        critical = event.get("log_level") is LogLevel.critical
        namespace = str(event.get("log_namespace"))
        if (
            critical
            and "log_failure" in event
            and namespace.startswith(REPORTING_NAMESPACES)
        ):
            failure: Any = event["log_failure"]
            error: BaseException = failure.value
            error.add_note(formatEvent(event))
            self._report(error)

    def close(self) -> None:
        """Stop listening."""
        PUBLISHER.removeObserver(self)


@contextmanager
def capture_events(heard: Callable[[LogEvent], object]) -> Generator[None]:
    """Hand on every message of the backend's loggers meanwhile."""

    @provider(ILogObserver)  # pyright: ignore[reportUntypedFunctionDecorator]
    def observe(event: dict[str, Any]) -> None:
        if not _is_from_backend(event):
            return
        failure: Any = event.get("log_failure")
        heard(
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
