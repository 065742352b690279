"""Fields that a message does not name, which are written after it."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from txaio_common._logging import text as text_module
from txaio_common._logging.text import FIELD_COUNTS


if TYPE_CHECKING:
    from conftest import LogStream
    from txaio_common import Backend


def test_fields_of_context_logger_and_call(txa: Backend, out: LogStream):
    """O10: They follow the message, in this order; each of them once."""
    txa.start_logging(out)
    log = txa.make_logger("some").bind(peer="ada", count=1)
    with txa.log_context(request=7, count=0):
        log.info("hello", size=2.5)
        log.info("hello {peer}", count=3)
        log.info("{request} {peer} {count}")
    assert out.lines == [
        "info some: hello [request=7 count=1 peer='ada' size=2.5]",
        "info some: hello ada [request=7 count=3]",
        "info some: 7 ada 1",
    ]


@pytest.mark.parametrize(
    "message",
    [
        "{a}",
        "{a!r}",
        "{a:>4}",
        "{a.real}",
        "{a.imag.real}",
        "{b[0]}",
        "{b[0].real}",
        "{c[x.y]}",
        "{a:{e}}",
        "{a!r:>{e}}",
        "{{}} {a}",
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_field_that_is_named(txa: Backend, out: LogStream, message: str, times: int):
    """O10: A field that the message refers to in any way is not repeated."""
    FIELD_COUNTS.clear()
    text_module._known_fields.clear()
    txa.start_logging(out)
    fields = {"a": 1, "b": [1], "c": {"x.y": 1}, "e": 4}
    named = {name: fields[name] for name in fields if f"{{{name}" in message}
    for _time in range(times):
        txa.make_logger("some").info(message, **named)
        txa.make_logger("some").info(message, **named, other=1)
    assert [line.endswith(" [other=1]") for line in out.lines] == [False, True] * times
    assert not any("=" in line for line in out.lines[::2])


def test_keys_that_are_left_out(txa: Backend, out: LogStream):
    """O10: Keys that begin with `log_` or `_`, and that of trace, are not written."""
    txa.start_logging(out, "trace")
    log = txa.make_logger("some")
    log.trace("x", log_category="A", log_x=1, _x=1, __y=1, txaio_trace=True)
    log.trace("x", log_source=1, log_logger=2)
    log.trace("x", log=1)
    assert out.lines == [
        "trace some: x",
        "trace some: x",
        "trace some: x [log=1]",
    ]


def test_added_fields_that_are_named(txa: Backend, out: LogStream):
    """O10: Other fields are written, too, each time."""
    txa.start_logging(out)
    for _time in range(2):
        txa.make_logger("some").info("{log_level}", a=1)
        txa.make_logger("some").info("{log_source}", log_source=1, log_logger=2, a=3)
    assert out.lines == ["info some: info [a=1]", "info some: 1 [a=3]"] * 2


@pytest.mark.parametrize(
    ("message", "written"),
    [
        ("", "[a=1]"),
        (None, "a=1"),
        (7, "7 [a=1]"),
        ("x\n", "x [a=1]"),
        ("x\ny\n\n", "x\n    y [a=1]"),
        ("\n", " [a=1]"),
        ("{missing}", "{missing} [a=1, not formatted: KeyError: 'missing']"),
        ("{", "{ [a=1, not formatted: ValueError: Single '{' encountered in format"),
    ],
)
def test_message(txa: Backend, out: LogStream, message: object, written: str):
    """O10: Fields follow the last line, and are not listed twice."""
    txa.start_logging(out)
    txa.make_logger("some").info(message, a=1)
    assert out.getvalue().partition(" info some: ")[2].startswith(written)
    assert out.getvalue().count("a=1") == 1


def test_fields_of_a_call_with_positional_arguments(txa: Backend, out: LogStream):
    """O10: They follow the explanation."""
    txa.start_logging(out)
    log: Any = txa.make_logger("some")
    log.info("%s", 3, a=1)
    assert out.lines[0].startswith("info some: %s [not formatted: 3 came by position")
    assert out.lines[0].endswith("] [a=1]")


class Awkward:
    """An object with a repr of several lines, and one whose repr raises."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def __repr__(self) -> str:
        if self.text is None:
            raise ValueError
        return self.text


def test_values_are_on_one_line(txa: Backend, out: LogStream):
    """O10, O8: Controls in reprs and in names are escaped, and a repr may raise."""
    txa.start_logging(out)
    fields = {"a": Awkward("x\n2026"), "b\n": 1, "c": Awkward(None), "d": "\x1b"}
    txa.make_logger("some").info("x", **fields)
    assert out.lines == [
        "info some: x [a=x\\n2026 b\\n=1 c=<Awkward: ValueError in __repr__> d='\\x1b']"
    ]


def test_failure_follows_the_fields(txa: Backend, out: LogStream):
    """O10: A traceback begins on the next line, and the failure is no such field."""
    txa.start_logging(out)
    txa.make_logger("some").failure("x {b}", ValueError("y"), a=1, b=2)
    assert out.getvalue().endswith(" critical some: x 2 [a=1]\n    ValueError: y\n")


def test_colored_message(txa: Backend, out: LogStream, monkeypatch: Any):
    """O10: Coloured messages have their fields, too."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.setattr(out, "isatty", lambda: True, raising=False)
    txa.start_logging(out, format="color")
    txa.make_logger("some").info("x", a=1)
    assert out.getvalue().endswith("\x1b[0m some: x [a=1]\n")


def test_message_as_json(txa: Backend, out: LogStream):
    """O10: In JSON they are fields, and not part of the message."""
    txa.start_logging(out, format="json")
    with txa.log_context(request=7):
        txa.make_logger("some").bind(peer="ada").info("x", a=1)
    record = json.loads(out.getvalue())
    assert record["message"] == "x"
    assert record["fields"] == {"request": 7, "peer": "ada", "a": 1}


def test_record_of_a_message(txa: Backend, out: LogStream, kept: list[Any]):
    """O3: The text of a record is that of the message alone, and a plain `str`."""
    txa.start_logging(out)
    txa.make_logger("some").info("x", a=1)
    txa.make_logger("some").info("{", a=1)
    assert kept[0].getMessage() == "x"
    assert {type(record.getMessage()) for record in kept} == {str}
    assert out.lines[0] == "info some: x [a=1]"
    assert out.lines[1].count("a=1") == 1


def test_record_of_other_code(txa: Backend, out: LogStream, native: logging.Logger):
    """O7: Its attributes are not written after its message."""
    txa.start_logging(out)
    native.error("%s", 1, extra={"a": 1})
    assert out.lines == ["error some: 1"]


def test_number_of_formats_that_are_remembered(
    txa: Backend, out: LogStream, monkeypatch: pytest.MonkeyPatch
):
    """It is limited, as a program may make a new format for each message."""
    monkeypatch.setattr(text_module, "MAX_KNOWN_FORMATS", 10)
    FIELD_COUNTS.clear()
    text_module._known_fields.clear()
    txa.start_logging(out)
    log = txa.make_logger("some")
    for number in range(25):
        for message in (f"{number}", f"{number} {{b}}"):
            log.info(message, a=1, b=2)
        assert f"{number}" not in text_module._known_fields
        assert len(text_module._known_fields) <= 10
        assert len(FIELD_COUNTS) <= 10
    expected = [(f"{n} [a=1 b=2]", f"{n} 2 [a=1]") for n in range(25)]
    assert [line.partition(": ")[2] for line in out.lines] == [*sum(expected, ())]


class Logging:
    """An object whose repr logs a message with the object as a field."""

    def __init__(self, log: Any) -> None:
        self.log = log

    def __repr__(self) -> str:
        self.log.info("within", it=self)
        return "it"


def test_field_whose_repr_logs(txa: Backend, out: LogStream):
    """O1: Messages that are logged while fields are formatted come to an end."""
    txa.start_logging(out)
    log = txa.make_logger("some")
    log.info("x", it=Logging(log))
    assert out.lines == [
        "info some: within [not formatted: logged while being logged]",
        *["info some: within [it=it]"] * 3,
        "info some: x [it=it]",
    ]


class Loud:
    """An object whose repr logs the object itself."""

    def __init__(self, log: Any) -> None:
        self.log = log

    def __repr__(self) -> str:
        self.log.info("again", me=self)
        return "loud"


def test_field_whose_repr_logs_it(txa: Backend, out: LogStream):
    """O10, O2: The recursion ends, and each message is written."""
    txa.start_logging(out)
    log = txa.make_logger("some")
    log.info("x", me=Loud(log))
    assert out.lines[-1] == "info some: x [me=loud]"
    assert out.lines[0] != "info some: again [me=loud]"
