"""Messages put into words, whatever they are made of."""

from __future__ import annotations

import sys
from contextlib import suppress
from string import Formatter
from typing import TYPE_CHECKING, Any

from txaio_common._failures import message_of, text_of


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

OWN_FIELDS = frozenset(
    (
        "log_time",
        "log_level",
        "log_namespace",
        "log_format",
        "log_logger",
        "log_source",
        "txaio_trace",
    )
)
"""Fields that are added to each message, and say nothing about it."""

MAX_FORMATTING_DEPTH = 4
"""So deep may messages be made while others are put into words."""

_CONTROLS = (
    *range(0x20),  # C0: line feed, escape and the like
    *range(0x7F, 0xA0),  # Delete and C1, where some terminals have a second escape
    0x2028,  # Line and paragraph separators, at which Python splits lines
    0x2029,
    *range(0x202A, 0x202F),  # Overrides of the direction, which reorder a line
    *range(0x2066, 0x206A),
)
ESCAPES = {code: ascii(chr(code))[1:-1] for code in _CONTROLS}
"""What characters that a reader of lines or a terminal obeys are written as."""


_formatted: list[None] = []
"""As long as there are messages that all threads put into words right now."""


def message_text(event: Mapping[str, Any]) -> str:
    """Return the message of *event* with its fields in place; never raises.

    Of one that cannot be formatted it is the raw text, the fields and the reason.
    """
    _formatted.append(None)
    try:
        if len(_formatted) > MAX_FORMATTING_DEPTH and _depth() > MAX_FORMATTING_DEPTH:
            return f"{event['log_format']} [not formatted: logged while being logged]"
        text: str = event["log_format"].format_map(event)
    except Exception as error:  # noqa: BLE001 - whatever the fields raise
        said = _called(event)
        return _unformatted(event, error) if said is None else said
    else:
        return text
    finally:
        _formatted.pop()


class PositionalArgsMessage:
    """A *message* as it stands, and *args*, which fit nowhere: text, once written."""

    __slots__ = ("_args", "_message")

    def __init__(self, message: object, args: tuple[object, ...]) -> None:
        self._message = message
        self._args = args

    def __str__(self) -> str:
        given = ", ".join(map(repr_of, self._args))
        return (
            f"{text_of(self._message)} [not formatted: {given} came by position, and"
            " values are fields: log.info('{x}', x=x)]"
        )


def _depth() -> int:
    """Return how many messages this thread is putting into words."""
    depth = 0
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        depth += frame.f_code is message_text.__code__
        frame = frame.f_back
    return depth


class _Calling(Formatter):
    """Calls what it is told to, as `twisted.logger` does: ``{name()}``."""

    def get_field(
        self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        bare = field_name.removesuffix("()")
        value, first = super().get_field(bare, args, kwargs)
        return (value if bare == field_name else value()), first


def _called(event: Mapping[str, Any]) -> str | None:
    """Return the message of an *event* whose format has calls, if that can be done."""
    raw = event.get("log_format")
    if isinstance(raw, str) and "()" in raw:
        with suppress(Exception):
            return _Calling().vformat(raw, (), event)
    return None


def _unformatted(event: Mapping[str, Any], error: Exception) -> str:
    fields = "".join(
        f"{key}={repr_of(value)}, "
        for key, value in event.items()
        if key not in OWN_FIELDS
    )
    raw = event.get("log_format")
    return f"{raw} [{fields}not formatted: {message_of(error)}]"


def repr_of(value: object) -> str:
    """Return ``repr(value)``, or what can be said of a value that refuses."""
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001 - whatever __repr__ raises
        return f"<{type(value).__name__}: {type(error).__name__} in __repr__>"


def one_line(text: str) -> str:
    """Return *text* with its control characters escaped."""
    return text if text.isprintable() else text.translate(ESCAPES)


def indented(text: str) -> str:
    """Return the lines of *text*, each indented, with controls escaped and an end."""
    lines = text.rstrip("\n").split("\n") if text else ()
    return "".join(f"    {one_line(line)}\n" for line in lines)
