"""Messages in words: any object, any format, and no line that is not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from txaio_common import message_text
from txaio_common._logging.text import indented, one_line, repr_of


if TYPE_CHECKING:
    from conftest import Written

    from txaio_common import Backend


class Hostile:
    """An object that refuses to be put into words."""

    def __str__(self) -> str:
        raise ValueError("no\nwords")

    __repr__ = __str__


def text(log_format: str, **fields: object) -> str:
    """Return the message of an event."""
    return message_text({**fields, "log_format": log_format})


def test_fields_are_put_in_place():
    """O2: A message is a format string of its fields."""
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
    """O1: What cannot be formatted is its raw text, its fields and the reason."""
    said = text(log_format, x=7)
    assert said.startswith(f"{log_format} [x=7, not formatted: {reason}")


def test_hostile_field_is_named():
    """O1: A field that raises when put into words does not raise further."""
    assert text("hello {x}", x=Hostile(), y=1) == (
        "hello {x} [x=<Hostile: ValueError in __repr__>, y=1,"
        " not formatted: ValueError: no\\nwords]"
    )


def test_own_fields_are_no_part_of_the_raw_text():
    """O1: The fields of a raw text are those that the caller gave."""
    assert "log_time" not in text("{", log_time=1.0, log_level="info")


def test_nothing_raises_without_a_format():
    """O1: An event that lost its format is still put into words."""
    assert message_text({"x": 1}) == "None [x=1, not formatted: KeyError: 'log_format']"


class Recursive:
    """An object that is put into words by putting itself into words, twice."""

    count = 0

    def __str__(self) -> str:
        self.count += 1
        return text("<{x} {x}>", x=self)


def test_recursion_ends_soon():
    """O1: A message that is made by making it ends, long before the stack does."""
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
    """O8: What ends a line or drives a terminal is written in letters."""
    assert one_line(raw) == escaped


@pytest.mark.parametrize("said", ["plain", "grün \U0001f469\u200d\U0001f4bb", "a\xa0b"])
def test_other_characters_stay(said: str):
    """O8: Letters of all languages are written as they are."""
    assert one_line(said) == said


def test_indented_lines_cannot_look_like_records():
    """O8: Each line after the first begins with spaces, whatever it says."""
    said = indented("one\n2026-01-01 info root: two\rx\n")
    assert said == "    one\n    2026-01-01 info root: two\\rx\n"
    assert indented("") == ""


class Secretive:
    """An object that does not even say what it is."""

    def __getattribute__(self, name: str) -> Any:
        raise ValueError(name)


def test_what_does_not_say_what_it_is(txl: Backend, out: Written):
    """O1: An object that refuses even that is no trouble, whatever it stands for."""
    txl.start_logging(out)
    log = txl.make_logger("some")
    log.info(Secretive())
    log.failure("x", Secretive())  # type: ignore[arg-type]
    assert "Secretive" in out.lines[0]
    assert out.lines[1] == "critical some: x"


def test_repr_that_is_no_text():
    """O1: A repr that returns something else is told as its error."""

    class Bad:
        def __repr__(self) -> str:
            return 3  # type: ignore[return-value]

    assert repr_of(Bad()) == "<Bad: TypeError in __repr__>"


def test_format_with_calls():
    """A field may be called, as Twisted's loggers have it; what fails is said."""
    assert text("{who()} said {o.upper()!r:>4}", who=lambda: "Ann", o="x") == (
        "Ann said  'X'"
    )
    assert text("{who()} {o}", who=lambda: "Ann", o="x") == "Ann x"
    assert text("{a()}", a=str) == ""
    said = text("{o.missing()}", o="x")
    assert said.startswith("{o.missing()} [o='x', not formatted: ")


@pytest.mark.parametrize("level", ["critical", "error", "warn", "info", "debug"])
def test_values_by_position(txl: Backend, out: Written, level: str):
    """O1: They have no name: they are written with the message, as it stands."""
    txl.start_logging(out, "info")
    log: Any = txl.make_logger("some")
    getattr(log, level)("{a} %s is here", Hostile(), {"b"}, a=1)
    said = (
        "{a} %s is here [not formatted: <Hostile: ValueError in __repr__>, {'b'} came"
    )
    shown = [] if level == "debug" else [f"{level} some: {said} by position"]
    assert [line.partition(", and values")[0] for line in out.lines] == shown
