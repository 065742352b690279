"""Events: the fields of a message, together with those that are added.

An event is a dictionary like those of `twisted.logger`: in addition to the caller's
fields it has `log_time`, `log_level`, `log_namespace`, `log_format` and, if it is about
a failure, `log_failure`.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from time import time
from types import TracebackType
from typing import Any, cast

from txaio_common._failures import FailedFuture
from txaio_common._logging.logger import NO_FIELDS, Logger
from txaio_common._logging.names import check_str
from txaio_interfaces import IFailedFuture


Event = Mapping[str, Any]

CONTEXT: ContextVar[Mapping[str, Any]] = ContextVar("txaio_log", default=NO_FIELDS)
"""The fields of all messages that are logged in this context."""

CATEGORIES: dict[str, str] = {}
"""The formats of the process, by the name of their category."""


def add_log_categories(categories: Mapping[str, str]) -> None:
    """Add formats by name, for messages logged with that ``log_category``.

    Raises `TypeError` if a format is not a string; then none is added.
    """
    for name, text in categories.items():
        check_str(text, f"the format of category {name!r}")
    CATEGORIES.update(categories)


@contextmanager
def log_context(fields: Mapping[str, Any]) -> Generator[None]:
    """Add *fields* to all messages logged inside the ``with`` block."""
    token = CONTEXT.set({**CONTEXT.get(), **fields})
    try:
        yield
    finally:
        with suppress(ValueError):  # Exited in another context.
            CONTEXT.reset(token)


def make_event(
    logger: Logger, level: object, message: object, fields: dict[str, Any]
) -> dict[str, Any]:
    """Return the event of *message*: *fields*, with those of the context added.

    *fields* are the keyword arguments of the call, and are changed.
    """
    if "exc_info" in fields:
        add_exc_info(fields)
    context = CONTEXT.get()
    if context is not NO_FIELDS or logger.bound is not NO_FIELDS:
        fields = {**context, **logger.bound, **fields}
    if type(message) is not str or not message:
        message = _format_for(message, fields)
    fields["log_time"] = time()
    fields["log_level"] = level
    fields["log_namespace"] = logger.namespace
    fields["log_format"] = message
    if level == "trace":
        # Twisted has no such level, so events have a field; formats name it.
        fields["txaio_trace"] = True
    return fields


def add_exc_info(fields: dict[str, Any]) -> None:
    """Make the exception that ``exc_info`` of *fields* stands for their `log_failure`.

    Its values are those that it has in ``logging``: an exception, a tuple with one as
    `sys.exc_info` returns it, or True for the exception being handled.
    It remains a field, as any other keyword does.
    """
    given = fields["exc_info"]
    kind = type(given)  # An object may raise when `isinstance` asks for its class.
    if kind is tuple:
        found = [part for part in given if issubclass(type(part), BaseException)]
        if found:
            given = fields["exc_info"] = found[0]
    elif kind is bool or kind is int:
        given = sys.exc_info()[1] if given else None
    is_failure = issubclass(type(given), (BaseException, IFailedFuture))
    if is_failure and fields.get("log_failure") is None:
        fields["log_failure"] = given


def _format_for(message: object, fields: dict[str, Any]) -> str:
    """Return the format of a *message* that is empty, or not a plain string."""
    kind = type(message)  # An object may raise when `isinstance` asks for its class.
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
    listed = [f"{name}={{{name}!r}}" for name in fields if name != "log_failure"]
    return " ".join(listed) or ("" if "log_failure" in fields else "None")


def _format_in(fields: dict[str, Any]) -> str | None:
    """Return the format that *fields* name or contain, if there is one."""
    category = fields.get("log_category")
    if type(category) is str and category in CATEGORIES:
        return CATEGORIES[category]
    # Twisted's loggers take the message as a field of this name, too.
    given = fields.get("format")
    return given if type(given) is str else None


def failure_in(event: Mapping[str, Any]) -> IFailedFuture | None:
    """Return the failure that *event* is about, if there is one."""
    failure = event.get("log_failure")
    try:
        # Twisted's Failure is an exception as well, so this check comes first.
        if isinstance(failure, IFailedFuture):
            return failure
        return FailedFuture(failure) if isinstance(failure, BaseException) else None
    except Exception:  # noqa: BLE001 - a field may be anything
        return None


def traceback_in(failure: IFailedFuture) -> TracebackType | None:
    """Return the traceback of *failure*, which may be of any backend."""
    try:
        kept: Any = failure
        if hasattr(kept, "getTracebackObject"):
            found: TracebackType | None = kept.getTracebackObject()
        else:
            found = kept.traceback
    except Exception:  # noqa: BLE001 - a foreign failure may have neither
        return failure.value.__traceback__
    return found
