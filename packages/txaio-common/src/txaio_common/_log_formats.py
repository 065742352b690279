"""What a record looks like where it is written."""

from __future__ import annotations

from json import dumps
from time import localtime
from typing import TYPE_CHECKING, Any

from txaio_common._failures import format_traceback, message_of, text_of
from txaio_common._log_events import failure_in
from txaio_common._log_text import OWN_FIELDS, indented, one_line, repr_of


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from txaio_interfaces import IFailedFuture

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
    """Times in words; the words for a second are found once."""

    def __init__(self) -> None:
        self._last = (0, "", "")

    def of(self, when: float) -> str:
        """Return *when*, in seconds since the epoch, as ISO 8601 with its UTC offset."""
        second, head, tail = self._last
        if second != int(when) or not head:
            second, head, tail = self._last = self._words(int(when))
        return f"{head}.{int((when - second) * 1000):03d}{tail}"

    def _words(self, second: int) -> tuple[int, str, str]:
        t = localtime(second)
        date = f"{t.tm_year:04d}-{t.tm_mon:02d}-{t.tm_mday:02d}"
        clock = f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"
        hours, minutes = divmod(abs(t.tm_gmtoff) // 60, 60)
        sign = "-" if t.tm_gmtoff < 0 else "+"
        return second, f"{date}T{clock}", f"{sign}{hours:02d}:{minutes:02d}"


STAMPS = _Stamps()


def render_text(level: str, text: str, event: Event, _origin: Origin) -> str:
    """Return a line for people, with the traceback after it, indented."""
    stamp = STAMPS.of(event["log_time"])
    namespace = one_line(event["log_namespace"])
    line = f"{stamp} {level} {namespace}: {one_line(text)}\n"
    return line + _failure_text(event) if "log_failure" in event else line


def render_color(level: str, text: str, event: Event, _origin: Origin) -> str:
    """Return a line for people at a terminal."""
    stamp = STAMPS.of(event["log_time"])
    namespace = one_line(event["log_namespace"])
    lead = f"\x1b[2m{stamp}\x1b[0m {COLORS[level]}{level}\x1b[0m {namespace}"
    return f"{lead}: {one_line(text)}\n{_failure_text(event)}"


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
    return _json(record).replace("\x7f", "\\u007f") + "\n"


_NO_JSON_FIELDS = OWN_FIELDS | {"log_failure"}


def _json(record: dict[str, Any]) -> str:
    try:
        return dumps(record, default=repr_of, allow_nan=False)
    except Exception:  # noqa: BLE001 - no key, or no number, that JSON has
        fields = record["fields"]
        return dumps({**record, "fields": {k: _holdable(fields[k]) for k in fields}})


def _holdable(value: object) -> object:
    """Return *value* if JSON can hold it, else its repr."""
    try:
        dumps(value, default=repr_of, allow_nan=False)
    except Exception:  # noqa: BLE001 - whatever the value has inside
        return repr_of(value)
    return value


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


def _failure_text(event: Event) -> str:
    failure = failure_in(event)
    if failure is not None:
        return indented(format_traceback(failure.value, traceback_in(failure)))
    other = event.get("log_failure")
    return "" if other is None else indented(repr_of(other))


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
