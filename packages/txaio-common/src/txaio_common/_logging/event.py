"""Events: the fields of a message, together with those that are added.

An event is a dictionary like those of `twisted.logger`: in addition to the caller's
fields it has `log_time`, `log_level`, `log_namespace`, `log_format` and, if it is about
a failure, `log_failure`.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from time import time
from types import TracebackType
from typing import Any, cast

from txaio_common._failures import FailedFuture
from txaio_common._logging.logger import NO_FIELDS, Logger
from txaio_common._logging.names import check_str
from txaio_common._logging.replacement_fields import (
    NAMES_ONLY,
    NO_FIELDS_OF_A_CALL,
    WITH_FIELDS,
    allowed_format,
)
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
    logger: Logger,
    level: object,
    message: object,
    fields: dict[str, Any],
    *,
    calls: bool = False,
) -> dict[str, Any]:
    """Return the event of *message*: *fields*, with those of the context added.

    *fields* are the keyword arguments of the call, and are changed.
    With *calls*, the message may call fields, as in ``{name()}``, and the text of the
    event is to be formatted accordingly.
    """
    if "exc_info" in fields:
        add_exc_info(fields)
    given: Collection[str] = fields
    context = CONTEXT.get()
    if context is not NO_FIELDS or logger.bound is not NO_FIELDS:
        fields = {**context, **logger.bound, **fields}
    if type(message) is not str or not message:
        message, given = _format_for(message, fields, given)
    if (
        "{" in message
        and message not in NAMES_ONLY
        and (message not in WITH_FIELDS or NO_FIELDS_OF_A_CALL.issuperset(given))
    ):
        message = allowed_format(message, given, fields, calls=calls)
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


def _format_for(
    message: object, fields: dict[str, Any], given: Collection[str]
) -> tuple[str, Collection[str]]:
    """Return the format of a *message* that is empty, or not a plain string.

    Return the names of the fields with it that the call has *given* for this format.
    """
    kind = type(message)  # An object may raise when `isinstance` asks for its class.
    if issubclass(kind, str):
        text = str.__str__(cast("str", message))
        return (text, given) if text else _format_in(fields, given) or ("", given)
    if issubclass(kind, bytes):
        return cast("bytes", message).decode(errors="backslashreplace"), given
    if message is not None:
        fields["log_text"] = message
        return "{log_text}", given
    found = _format_in(fields, given)
    if found is not None:
        return found
    names = [name for name in fields if name != "log_failure"]
    listed = " ".join(f"{name}={{{name}!r}}" for name in names)
    # Names may come from outside, too, with attributes in them.
    given = names if all(map(str.isidentifier, names)) else ()
    return listed or ("" if "log_failure" in fields else "None"), given


def _format_in(
    fields: dict[str, Any], given: Collection[str]
) -> tuple[str, Collection[str]] | None:
    """Return the format that *fields* name or contain, and the fields given for it."""
    category = fields.get("log_category")
    if type(category) is str and category in CATEGORIES:
        return CATEGORIES[category], fields
    # Twisted's loggers take the message as an argument of this name, too.
    message = fields.get("format")
    if type(message) is str:
        del fields["format"]
        return message, [name for name in given if name != "format"]
    return None


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
