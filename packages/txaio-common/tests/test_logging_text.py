"""The text of messages: any object, any format, and no forged line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from txaio_common import message_text
from txaio_common._logging.text import indented, one_line, repr_of


if TYPE_CHECKING:
    from conftest import LogStream
    from txaio_common import Backend


class Hostile:
    """An object whose `str` and `repr` raise."""

    def __str__(self) -> str:
        raise ValueError("no\nwords")

    __repr__ = __str__


def text(log_format: str, **fields: object) -> str:
    """Return the text of an event."""
    return message_text({**fields, "log_format": log_format})


def test_format_with_fields():
    """O2: A message is a format string for its fields."""
    assert text("{a} {b!r:>4} {{}}", a=1, b="x") == "1  'x' {}"


@pytest.mark.parametrize(
    ("log_format", "reason"),
    [
        ("lone {", "ValueError"),
        ("lone }", "ValueError"),
        ("{}", "ValueError"),
        ("{missing}", "KeyError: 'missing'"),
        ("{x:bad spec}", "ValueError"),
        ("{x.missing}", "AttributeError"),
        ("{x[0]}", "TypeError"),
        ("{x!z}", "ValueError"),
    ],
)
def test_unformattable_message_is_raw_with_the_reason(log_format: str, reason: str):
    """O1: The text is the raw format, with the fields and the reason."""
    result = text(log_format, x=7)
    assert result.startswith(f"{log_format} [x=7, not formatted: {reason}")


def test_field_whose_str_raises():
    """O1: The text names the field and the error."""
    assert text("hello {x}", x=Hostile(), y=1) == (
        "hello {x} [x=<Hostile: ValueError in __repr__>, y=1,"
        " not formatted: ValueError: no\\nwords]"
    )


def test_added_fields_are_not_listed():
    """O1: An unformatted message lists only the fields of the caller."""
    assert "log_time" not in text("{", log_time=1.0, log_level="info")


def test_event_without_a_format():
    """O1: It has a text, with its fields and the reason."""
    assert message_text({"x": 1}) == "None [x=1, not formatted: KeyError: 'log_format']"


class Recursive:
    """An object whose `str` formats a message that contains it twice."""

    count = 0

    def __str__(self) -> str:
        self.count += 1
        return text("<{x} {x}>", x=self)


def test_recursion_is_limited():
    """O1: Formatting a message that contains itself ends before the stack does."""
    recursive = Recursive()
    assert "logged while being logged" in text("{x}", x=recursive)
    assert recursive.count < 100


@pytest.mark.parametrize(
    ("raw", "escaped"),
    [
        ("a\nb", "a\\nb"),
        ("a\r\n", "a\\r\\n"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b2J", "\\x9b2J"),
        ("\x00\x7f\x85", "\\x00\\x7f\\x85"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("tab\t", "tab\\t"),
    ],
)
def test_control_characters_are_escaped(raw: str, escaped: str):
    """O8: Characters that end a line or control a terminal are escaped."""
    assert one_line(raw) == escaped


@pytest.mark.parametrize("text", ["plain", "grün \U0001f469\u200d\U0001f4bb", "a\xa0b"])
def test_other_characters_are_kept(text: str):
    """O8: Letters of all languages are written as they are."""
    assert one_line(text) == text


def test_indented_lines_cannot_look_like_records():
    """O8: Each line begins with spaces, whatever its text is."""
    lines = indented("one\n2026-01-01 info root: two\rx\n")
    assert lines == "    one\n    2026-01-01 info root: two\\rx\n"
    assert indented("") == ""


class NoAttributes:
    """An object that has no attributes, not even `__class__`."""

    def __getattribute__(self, name: str) -> Any:
        raise ValueError(name)


def test_object_without_attributes(txa: Backend, out: LogStream):
    """O1: It can be a message and a failure."""
    txa.start_logging(out)
    log = txa.make_logger("some")
    log.info(NoAttributes())
    log.failure("x", NoAttributes())  # type: ignore[arg-type]
    assert "NoAttributes" in out.lines[0]
    assert out.lines[1] == "critical some: x"


def test_repr_that_does_not_return_a_str():
    """O1: Its error is written instead."""

    class Bad:
        def __repr__(self) -> str:
            return 3  # type: ignore[return-value]

    assert repr_of(Bad()) == "<Bad: TypeError in __repr__>"


def test_text_that_is_formatted_otherwise():
    """O1: The fallback of an emitter is used, unless it raises as well."""
    event = {"a": 1, "log_format": "{a()}"}
    assert message_text(event, lambda event: f"<{event['a']}>") == "<1>"
    raw = "{a()} [a=1, not formatted: KeyError: 'a()']"
    assert message_text(event, lambda event: event["b"]) == raw
    assert message_text(event) == raw


@pytest.mark.parametrize("level", ["critical", "error", "warn", "info", "debug"])
def test_positional_arguments(txa: Backend, out: LogStream, level: str):
    """O1: They are written after the unformatted message."""
    txa.start_logging(out, "info")
    log: Any = txa.make_logger("some")
    getattr(log, level)("{a} %s is here", Hostile(), {"b"}, a=1)
    text = (
        "{a} %s is here [not formatted: <Hostile: ValueError in __repr__>, {'b'} came"
    )
    shown = [] if level == "debug" else [f"{level} some: {text} by position"]
    assert [line.partition(", and values")[0] for line in out.lines] == shown
