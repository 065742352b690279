"""The formats of written messages: text, coloured text and JSON."""

from __future__ import annotations

from collections.abc import Callable
from json import JSONEncoder, dumps, loads
from time import localtime
from typing import Any, cast

from txaio_common._failures import format_traceback, text_of
from txaio_common._logging.event import Event, failure_in, traceback_in
from txaio_common._logging.text import (
    FEWEST_FIELDS,
    FIELD_COUNTS,
    OWN_FIELDS,
    TWISTED_FIELDS,
    indented,
    one_line,
    repr_of,
    several_lines,
    with_fields,
)


ThreadAndTask = Callable[[], tuple[str | None, str | None]]
"""Returns the names of the thread and of the task in which a message was logged.

It is a function, as only one format writes them and to find them takes time.
"""

Render = Callable[[str, str, Event, ThreadAndTask], str]
"""Returns the lines for a level, a message, its event, and its thread and task."""

COLORS = {
    "critical": "\x1b[1;31m",
    "error": "\x1b[31m",
    "warn": "\x1b[33m",
    "info": "\x1b[32m",
    "debug": "\x1b[36m",
    "trace": "\x1b[2m",
}
"""The escape sequence that switches on the colour of each level."""


class _Timestamps:
    """Formats times, and caches what is the same within a second."""

    def __init__(self) -> None:
        self._last = (-1.0, "", "")

    def of(self, when: float) -> str:
        """Return *when*, in seconds since the epoch, as ISO 8601 with UTC offset."""
        second, head, tail = self._last
        if not 0 <= when - second < 1:
            second, head, tail = self._last = self._format_second(when // 1)
        return f"{head}{_THOUSANDTHS[int((when - second) * 1000)]}{tail}"

    def _format_second(self, second: float) -> tuple[float, str, str]:
        t = localtime(second)
        date = f"{t.tm_year:04d}-{t.tm_mon:02d}-{t.tm_mday:02d}"
        clock = f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"
        hours, minutes = divmod(abs(t.tm_gmtoff) // 60, 60)
        sign = "-" if t.tm_gmtoff < 0 else "+"
        return second, f"{date}T{clock}.", f"{sign}{hours:02d}:{minutes:02d}"


_THOUSANDTHS = tuple(f"{n:03d}" for n in range(1000))
TIMESTAMPS = _Timestamps()


def render_text(
    level: str, text: str, event: Event, _thread_and_task: ThreadAndTask
) -> str:
    """Return lines for people: the message and, indented, the traceback if any."""
    namespace = event["log_namespace"]
    others = len(event) - FIELD_COUNTS.get(event["log_format"], FEWEST_FIELDS)
    if others and not (
        # An event of Twisted without unnamed fields has these two more.
        others == len(TWISTED_FIELDS)
        and "log_logger" in event
        and "log_source" in event
    ):
        text = with_fields(text, event)
    if not (text.isprintable() and namespace.isprintable()):
        text, namespace = several_lines(text), one_line(namespace)
    line = f"{TIMESTAMPS.of(event['log_time'])} {level} {namespace}: {text}\n"
    if "log_failure" in event or "log_stack" in event:
        return line + _details(event)
    return line


def render_color(
    level: str, text: str, event: Event, _thread_and_task: ThreadAndTask
) -> str:
    """Return the same, coloured for a terminal."""
    stamp = TIMESTAMPS.of(event["log_time"])
    text, namespace = with_fields(text, event), one_line(event["log_namespace"])
    lead = f"\x1b[2m{stamp}\x1b[0m {COLORS[level]}{level}\x1b[0m {namespace}"
    return f"{lead}: {several_lines(text)}\n{_details(event)}"


def render_json(
    level: str, text: str, event: Event, thread_and_task: ThreadAndTask
) -> str:
    """Return a JSON object on one line of ASCII, for programs."""
    thread, task = thread_and_task()
    record = {
        "time": TIMESTAMPS.of(event["log_time"]),
        "level": level,
        "namespace": event["log_namespace"],
        "message": text,
        "format": event["log_format"],
        "fields": {k: v for k, v in event.items() if k not in _NO_JSON_FIELDS},
        "failure": _failure_object(event),
        "thread": thread,
        "task": task,
    }
    return _json(record) + "\n"


_NO_JSON_FIELDS = OWN_FIELDS | {"log_failure"}
# `dumps` with options makes an encoder for each call.
_encode = JSONEncoder(default=repr_of, allow_nan=False).encode


def _json(record: dict[str, Any]) -> str:
    fields = record["fields"]
    try:
        line = _encode(record)
        is_clear = _STRINGS.issuperset(map(type, fields)) and (
            _SCALARS.issuperset(map(type, fields.values())) or _has_clear_keys(fields)
        )
    except Exception:  # noqa: BLE001 - a key or a number that JSON lacks
        is_clear = False
    if is_clear:
        return line
    values = {
        key if type(key) is str else f"({repr_of(key)})": _json_value(value)
        for key, value in fields.items()
    }
    return dumps({**record, "fields": values})


def _json_value(value: object) -> object:
    """Return *value* if JSON can represent it, else its repr."""
    try:
        text = _encode(value)
        return loads(text) if _has_clear_keys(value) else repr_of(value)
    except Exception:  # noqa: BLE001 - whatever the value contains
        return repr_of(value)


def _has_clear_keys(value: object) -> bool:
    """Tell whether no two keys in *value* are one in JSON, as 1 and "1" are."""
    kind = type(value)
    if kind in _SCALARS:
        return True
    if issubclass(kind, dict):
        members: dict[Any, object] = cast("Any", value)
        names = {key if type(key) is str else _key_of(key) for key in members}
        return len(names) == len(members) and all(
            map(_has_clear_keys, members.values())
        )
    if issubclass(kind, list | tuple):
        return all(map(_has_clear_keys, cast("Any", value)))
    return True


def _key_of(key: object) -> str:
    """Return the string that *key* is in JSON."""
    return str(*loads(_encode({key: None})))


_STRINGS = frozenset((str,))
_SCALARS = frozenset((str, int, float, bool, type(None)))


def _failure_object(event: Event) -> dict[str, str] | None:
    failure = failure_in(event)
    if failure is None:
        other = event.get("log_failure")
        return None if other is None else {"type": repr_of(other)}
    return {
        "type": type(failure.value).__name__,
        "message": text_of(failure.value),
        "traceback": format_traceback(failure.value, traceback_in(failure)),
    }


def _details(event: Event) -> str:
    """Return the traceback and stack of *event*.

    Their lines are indented, so that none can be taken for a message.
    """
    failure = failure_in(event)
    if failure is not None:
        text = format_traceback(failure.value, traceback_in(failure))
    else:
        other = event.get("log_failure")
        text = "" if other is None else repr_of(other)
    stack = event.get("log_stack")
    return indented(text) + ("" if stack is None else indented(text_of(stack)))
