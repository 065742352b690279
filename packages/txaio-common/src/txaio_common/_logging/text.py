"""The text of messages and of their fields, whatever those are."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from string import Formatter
from types import FrameType
from typing import Any

from txaio_common._failures import message_of, text_of


ADDED_FIELDS = ("log_time", "log_level", "log_namespace", "log_format")
"""Fields that every event has."""

TWISTED_FIELDS = ("log_logger", "log_source")
"""Fields that every event of `twisted.logger` has, too."""

OWN_FIELDS = frozenset((*ADDED_FIELDS, *TWISTED_FIELDS, "txaio_trace"))
"""Fields that are not the caller's, so that no text lists them."""

MAX_FORMATTING_DEPTH = 4
"""How deeply messages may be logged while others are being formatted."""

MAX_KNOWN_FORMATS = 1_000
"""The number of formats whose fields are remembered."""

MAX_KNOWN_LENGTH = 1_000
"""The length up to which they are: a longer one may be a text from outside."""

_CONTROLS = (
    *range(0x20),  # C0: line feed, escape and the like
    *range(0x7F, 0xA0),  # Delete and C1, where some terminals have a second escape
    0x2028,  # Line and paragraph separators, at which Python splits lines
    0x2029,
    *range(0x202A, 0x202F),  # Overrides of the direction, which reorder a line
    *range(0x2066, 0x206A),
)
ESCAPES = {code: ascii(chr(code))[1:-1] for code in _CONTROLS}
"""The escapes for characters that end a line or control a terminal."""

_COLORS = re.compile(r"\x1b\[[0-9;]*m")
"""The sequences that set colours, with which Autobahn and Crossbar mark names."""


_in_progress: list[None] = []
"""An entry for each message that any thread is formatting now.

Formatting a field can log a message with that same field, and so on without end.
The depth of this thread is what counts, but to find it takes a walk over its frames.
So the walk is left to the rare case that many messages are in progress at all; to
append and pop needs no lock, in contrast to a number that is increased.
"""


def message_text(
    event: Mapping[str, Any],
    format_otherwise: Callable[[Mapping[str, Any]], str] | None = None,
) -> str:
    """Return the message of *event* with its fields filled in; never raises.

    If `str.format` cannot format it, *format_otherwise* is called with the event.
    If that raises, too, return the raw text with the fields and the reason.
    """
    _in_progress.append(None)
    try:
        if len(_in_progress) > MAX_FORMATTING_DEPTH and _depth() > MAX_FORMATTING_DEPTH:
            return CompleteText(f"{event['log_format']} [{_TOO_DEEP}]")
        text: str = event["log_format"].format_map(event)
    except Exception as error:  # noqa: BLE001 - whatever the fields raise
        if format_otherwise is not None:
            with suppress(Exception):
                return format_otherwise(event)
        return _unformatted(event, error)
    else:
        return text
    finally:
        _in_progress.pop()


_TOO_DEEP = "not formatted: logged while being logged"


class CompleteText(str):
    """The text of a message after which no fields are written.

    It lists them already, or other code has logged it and they are not known.
    """

    __slots__ = ()


class PositionalArgsMessage:
    """A *message* that was logged with positional *args*, which no field refers to.

    Its text is the raw message with the arguments; it is made only if it is written.
    """

    __slots__ = ("_args", "_message")

    def __init__(self, message: object, args: tuple[object, ...]) -> None:
        self._message = message
        self._args = args

    def __str__(self) -> str:
        args = ", ".join(map(repr_of, self._args))
        return (
            f"{text_of(self._message)} [not formatted: {args} came by position, and"
            " values are fields: log.info('{x}', x=x)]"
        )

    __repr__ = __str__


def _depth() -> int:
    """Return how many messages, and lists of fields, this thread is formatting."""
    depth = 0
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - to count
    while frame is not None:
        depth += frame.f_code in _FORMATTING
        frame = frame.f_back
    return depth


def _unformatted(event: Mapping[str, Any], error: Exception) -> str:
    fields = "".join(
        f"{key}={repr_of(value)}, "
        for key, value in event.items()
        if key not in OWN_FIELDS
    )
    raw = event.get("log_format")
    return CompleteText(f"{raw} [{fields}not formatted: {message_of(error)}]")


# `render_text` calls `with_fields` only if there may be unnamed fields, which it finds
# out by their number.
# An event whose message could be formatted has all fields that its format names; if it
# has only as many as these and `ADDED_FIELDS`, it has no others.
FIELD_COUNTS: dict[str, int] = {}
"""The number of fields of an event that has no unnamed ones, by its format.

For a format that is not here, it is at least `FEWEST_FIELDS`.
"""

FEWEST_FIELDS = len(ADDED_FIELDS)

_known_fields: dict[str, frozenset[str]] = {}
"""The fields that a format names, and those that are never listed, by format."""


def with_fields(text: str, event: Mapping[str, Any]) -> str:
    """Return *text*, the message of *event*, followed by its unnamed fields.

    Fields whose names begin with ``log_`` or ``_`` are left out.
    """
    if type(text) is not str:
        return text
    fields = _unnamed_fields(event)
    if not fields:
        return text
    return f"{text.rstrip(_LINE_ENDS)} [{fields}]" if text else f"[{fields}]"


_LINE_ENDS = "\r\n"


def _unnamed_fields(event: Mapping[str, Any]) -> str:
    """Return the fields of *event* that its format does not name, on one line."""
    log_format = event["log_format"]
    known = _known_fields.get(log_format)
    if known is None:
        known = _learn_fields(log_format) if "{" in log_format else _NEVER_LISTED
    if known.issuperset(event):
        return ""
    # Counted for `message_text`, which ends a recursion: it comes first in each round.
    _in_progress.append(None)
    try:
        listed = [
            f"{name}={repr_of(value)}"
            for name, value in event.items()
            if name not in known and not name.startswith(("log_", "_"))
        ]
        return one_line(" ".join(listed))
    finally:
        _in_progress.pop()


_NEVER_LISTED = OWN_FIELDS | {"log_failure"}
_FORMATTING = (message_text.__code__, _unnamed_fields.__code__)


def _learn_fields(log_format: str) -> frozenset[str]:
    """Remember the fields that *log_format* names, and return its known fields."""
    names = _names_in(log_format)
    if len(log_format) > MAX_KNOWN_LENGTH:
        return _NEVER_LISTED | names
    if len(_known_fields) >= MAX_KNOWN_FORMATS:
        _known_fields.clear()
        FIELD_COUNTS.clear()
    known = _known_fields[log_format] = _NEVER_LISTED | names
    if names.isdisjoint(TWISTED_FIELDS):
        FIELD_COUNTS[log_format] = len({*ADDED_FIELDS, *names})
    return known


def _names_in(log_format: str) -> set[str]:
    """Return the names of the fields in *log_format*: ``a`` for ``{a.b[0]()}``."""
    names: set[str] = set()
    for _literal, field, spec, _conversion in Formatter().parse(log_format):
        if field is not None:
            name = field.partition(".")[0].partition("[")[0]
            names |= {name.removesuffix("()"), *_names_in(spec or "")}
    return names


def repr_of(value: object) -> str:
    """Return ``repr(value)``, or a substitute for a value whose repr raises."""
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - whatever __repr__ raises
        return f"<{type(value).__name__}: {type(error).__name__} in __repr__>"


def one_line(text: str) -> str:
    """Return *text* without colours, and with its control characters escaped."""
    if text.isprintable():
        return text
    # Removing one sequence can make another: what is left is escaped.
    return _COLORS.sub("", text).translate(ESCAPES)


def several_lines(text: str) -> str:
    """Return *text* escaped, with all lines but the first one indented.

    Lines of protocols such as HTTP end with a carriage return as well.
    """
    lines = text.rstrip(_LINE_ENDS).replace("\r\n", "\n").split("\n")
    return "\n    ".join(map(one_line, lines))


def indented(text: str) -> str:
    """Return the lines of *text* indented, escaped, and each ended by a line feed."""
    return f"    {several_lines(text)}\n" if text else ""
