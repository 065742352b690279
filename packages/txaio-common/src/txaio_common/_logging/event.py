"""Events: a message's fields, with what is added to them.

An event is a dictionary, in the shape that `twisted.logger` gave it: beside the
caller's fields it has `log_time`, `log_level`, `log_namespace`, `log_format` and,
of a failure, `log_failure`.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from contextvars import ContextVar
from time import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from txaio_common._failures import FailedFuture
from txaio_interfaces import IFailedFuture


if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from types import TracebackType

    from txaio_common._logging.logger import Logger

NO_FIELDS: Mapping[str, Any] = MappingProxyType({})

CONTEXT: ContextVar[Mapping[str, Any]] = ContextVar("txaio_log", default=NO_FIELDS)
"""The fields that all messages get that are made in this context."""

CATEGORIES: dict[str, str] = {}
"""Formats by name, which are the process's."""


@contextmanager
def log_context(fields: Mapping[str, Any]) -> Generator[None]:
    """Add *fields* to the messages made inside."""
    token = CONTEXT.set({**CONTEXT.get(), **fields})
    try:
        yield
    finally:
        with suppress(ValueError):  # Left in another context, which is none the worse.
            CONTEXT.reset(token)


def make_event(
    logger: Logger, level: object, message: object, fields: dict[str, Any]
) -> dict[str, Any]:
    """Return *fields*, the keywords of a call, as the event of its *message*."""
    context = CONTEXT.get()
    if context or logger.bound:
        fields = {**context, **logger.bound, **fields}
    if type(message) is not str or not message:
        message = _format_for(message, fields)
    fields["log_time"] = time()
    fields["log_level"] = level
    fields["log_namespace"] = logger.namespace
    fields["log_format"] = message
    return fields


def _format_for(message: object, fields: dict[str, Any]) -> str:
    """Return the format of a *message* that is no plain string, or an empty one."""
    kind = type(message)  # An object may raise when it is asked for its class.
    if kind is str:
        return _format_in(fields) or ""
    if issubclass(kind, str):
        return str.__str__(cast("str", message))
    if issubclass(kind, bytes):
        return cast("bytes", message).decode(errors="backslashreplace")
    if message is not None:
        fields["log_text"] = message
        return "{log_text}"
    found = _format_in(fields)
    if found is not None:
        return found
    said = [f"{name}={{{name}!r}}" for name in fields if name != "log_failure"]
    return " ".join(said) or ("" if "log_failure" in fields else "None")


def _format_in(fields: dict[str, Any]) -> str | None:
    """Return the format that *fields* give a message without one of its own."""
    category = fields.get("log_category")
    if type(category) is str and category in CATEGORIES:
        return CATEGORIES[category]
    # Loggers of Twisted's are given the message by this name, too.
    given = fields.get("format")
    return given if type(given) is str else None


def failure_in(event: Mapping[str, Any]) -> IFailedFuture | None:
    """Return the failure that *event* is about, if it is about one."""
    failure = event.get("log_failure")
    try:
        # A Failure of Twisted's is an exception too: this has to be asked first.
        if isinstance(failure, IFailedFuture):
            return failure
        return FailedFuture(failure) if isinstance(failure, BaseException) else None
    except Exception:  # noqa: BLE001 - anything can be a field
        return None


def traceback_in(failure: IFailedFuture) -> TracebackType | None:
    """Return the traceback that *failure*, of any backend, has kept."""
    try:
        kept: Any = failure
        if hasattr(kept, "getTracebackObject"):
            found: TracebackType | None = kept.getTracebackObject()
        else:
            found = kept.traceback
    except Exception:  # noqa: BLE001 - another's failure may have neither
        return failure.value.__traceback__
    return found
