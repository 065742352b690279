"""What a record looks like where it is written."""

from __future__ import annotations

from json import JSONEncoder, dumps, loads
from time import localtime
from typing import TYPE_CHECKING, Any

from txaio_common._failures import format_traceback, text_of
from txaio_common._logging.event import failure_in, traceback_in
from txaio_common._logging.text import OWN_FIELDS, indented, one_line, repr_of


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Event = Mapping[str, Any]
    Origin = Callable[[], tuple[str | None, str | None]]
    """Returns the names of the thread and of the task that a record was made in."""
    Render = Callable[[str, str, Event, Origin], str]
    """Returns the lines for a level, a message, its event and its origin."""

COLORS = {
    "critical": "\x1b[1;31m",
    "error": "\x1b[31m",
    "warn": "\x1b[33m",
    "info": "\x1b[32m",
    "debug": "\x1b[36m",
    "trace": "\x1b[2m",
}
"""What turns a terminal's colour on, for each level."""


class _Stamps:
    """Times in words; those for a second are found once."""

    def __init__(self) -> None:
        self._last = (-1.0, "", "")

    def of(self, when: float) -> str:
        """Return *when*, in seconds of the epoch, as ISO 8601 with its UTC offset."""
        second, head, tail = self._last
        if not 0 <= when - second < 1:
            second, head, tail = self._last = self._words(when // 1)
        return f"{head}{_THOUSANDTHS[int((when - second) * 1000)]}{tail}"

    def _words(self, second: float) -> tuple[float, str, str]:
        t = localtime(second)
        date = f"{t.tm_year:04d}-{t.tm_mon:02d}-{t.tm_mday:02d}"
        clock = f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"
        hours, minutes = divmod(abs(t.tm_gmtoff) // 60, 60)
        sign = "-" if t.tm_gmtoff < 0 else "+"
        return second, f"{date}T{clock}.", f"{sign}{hours:02d}:{minutes:02d}"


_THOUSANDTHS = tuple(f"{n:03d}" for n in range(1000))
STAMPS = _Stamps()


def render_text(level: str, text: str, event: Event, _origin: Origin) -> str:
    """Return a line for people, with the traceback after it, indented."""
    namespace = event["log_namespace"]
    if not (text.isprintable() and namespace.isprintable()):
        text, namespace = one_line(text), one_line(namespace)
    line = f"{STAMPS.of(event['log_time'])} {level} {namespace}: {text}\n"
    if "log_failure" in event or "log_stack" in event:
        return line + _more(event)
    return line


def render_color(level: str, text: str, event: Event, _origin: Origin) -> str:
    """Return a line for people at a terminal."""
    stamp = STAMPS.of(event["log_time"])
    namespace = one_line(event["log_namespace"])
    lead = f"\x1b[2m{stamp}\x1b[0m {COLORS[level]}{level}\x1b[0m {namespace}"
    return f"{lead}: {one_line(text)}\n{_more(event)}"


def render_json(level: str, text: str, event: Event, origin: Origin) -> str:
    """Return an object, on one line of ASCII, for machines."""
    thread, task = origin()
    record = {
        "time": STAMPS.of(event["log_time"]),
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
# `dumps` makes an encoder with each call.
_encode = JSONEncoder(default=repr_of, allow_nan=False).encode


def _json(record: dict[str, Any]) -> str:
    try:
        return _encode(record)
    except Exception:  # noqa: BLE001 - no key, or no number, that JSON has
        fields = {name: _held(value) for name, value in record["fields"].items()}
        return dumps({**record, "fields": fields})


def _held(value: object) -> object:
    """Return what JSON can hold of *value*, or its repr."""
    try:
        return loads(_encode(value))
    except Exception:  # noqa: BLE001 - whatever the value has inside
        return repr_of(value)


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


def _more(event: Event) -> str:
    """Return the lines that follow a message, indented so that none looks like one."""
    failure = failure_in(event)
    if failure is not None:
        more = format_traceback(failure.value, traceback_in(failure))
    else:
        other = event.get("log_failure")
        more = "" if other is None else repr_of(other)
    stack = event.get("log_stack")
    return indented(more) + ("" if stack is None else indented(text_of(stack)))
