"""The formats of messages: lines of text, and their tracebacks and colours."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from txaio_interfaces import IFailedFuture


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import LogStream
    from txaio_common import Backend


def first() -> None:
    """Fail."""
    raise KeyError("first")


def failed() -> ValueError:
    """Return an exception that has a cause."""
    try:
        try:
            first()
        except KeyError as error:
            raise ValueError("bad\nforged") from error
    except ValueError as error:
        return error
    raise AssertionError


def test_line(txa: Backend, out: LogStream):
    """O7: A message is a line of time, level, namespace and text."""
    txa.start_logging(out)
    txa.make_logger("mod.Class").info("peer {peer} is gone", peer=3)
    line = out.getvalue()
    assert re.fullmatch(r"\S+ info mod\.Class: peer 3 is gone\n", line)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d ", line)
    stamp = datetime.fromisoformat(line.partition(" ")[0])
    assert timedelta(0) <= datetime.now(stamp.tzinfo) - stamp < timedelta(seconds=5)


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, float], None]]:
    """A function that sets the time zone and the time."""

    def set_zone(zone: str, now: float) -> None:
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setattr("txaio_common._logging.event.time", lambda: now)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("zone", "now", "stamp"),
    [
        ("UTC0", 1_000_000_000.25, "2001-09-09T01:46:40.250+00:00"),
        ("IST-5:30", 1_000_000_001.0, "2001-09-09T07:16:41.000+05:30"),
        ("NST3:30", 1_000_000_002.5, "2001-09-08T22:16:42.500-03:30"),
    ],
)
def test_offset(txa: Backend, out: LogStream, in_zone, zone, now, stamp):  # noqa: PLR0913, PLR0917
    """O7: The time has the UTC offset of the local time zone."""
    in_zone(zone, now)
    txa.start_logging(out)
    txa.make_logger("some").info("x")
    assert out.getvalue() == f"{stamp} info some: x\n"


def test_forged_line(txa: Backend, out: LogStream):
    """O8: Neither a message nor a namespace can start a new record."""
    txa.start_logging(out)
    txa.make_logger("na\nme").info("ok\n2026-11-23 info root: {x}", x="\x1b[2Jfake")
    txa.make_logger("na\nme").info("ok")
    assert out.lines == [
        "info na\\nme: ok",
        "   2026-11-23 info root: \\x1b[2Jfake",
        "info na\\nme: ok",
    ]


def test_failure_has_its_whole_traceback(txa: Backend, out: LogStream):
    """O6: The traceback follows, with its cause, indented and escaped."""
    txa.start_logging(out)
    txa.make_logger("some").failure("oh {x}", failed(), x=1)
    first, *rest = out.getvalue().splitlines()
    assert first.endswith(" critical some: oh 1")
    assert rest[0] == "    Traceback (most recent call last):"
    assert "    KeyError: 'first'" in rest
    assert rest[-2:] == ["    ValueError: bad", "    forged"]


def test_failure_at_any_level(txa: Backend, out: LogStream):
    """O6: The field `log_failure` prints the traceback, too."""
    txa.start_logging(out)
    txa.make_logger("some").info("oh", log_failure=failed())
    assert out.lines[0] == "info some: oh"
    assert out.getvalue().endswith("    ValueError: bad\n    forged\n")


def test_failure_is_the_one_being_handled(txa: Backend, out: LogStream):
    """O6: By default it is the exception being handled, if there is one."""
    log = txa.make_logger("some")
    txa.start_logging(out)
    log.failure("none")
    log.failure("some", log_failure=ValueError("y"))
    try:
        first()
    except KeyError:
        log.failure("handled")
    heads = [line.split()[-1] for line in out.getvalue().split("\n") if "some:" in line]
    assert heads == ["none", "some", "handled"]
    assert out.getvalue().endswith("    KeyError: 'first'\n")


class Other(IFailedFuture):
    """The failure of another backend."""

    value = failed()


class Broken(Other):
    """A failure whose traceback cannot be read."""

    def getTracebackObject(self) -> Any:  # noqa: N802 - Twisted's name for it
        raise RuntimeError


class Cleaned(Other):
    """A failure that has another traceback than its exception: none."""

    def getTracebackObject(self) -> Any:  # noqa: N802 - Twisted's name for it
        return None


@pytest.mark.parametrize(
    ("kind", "traced"), [(Other, True), (Broken, True), (Cleaned, False)]
)
def test_failure_of_another_backend(
    txa: Backend, out: LogStream, kind: Any, traced: bool
):
    """O6: A failure of any backend is printed with the traceback that it has."""
    txa.start_logging(out)
    txa.make_logger("some").failure("oh", kind())
    assert out.getvalue().endswith("    ValueError: bad\n    forged\n")
    assert ("raise ValueError" in out.getvalue()) is traced


def test_log_failure_that_is_not_a_failure(txa: Backend, out: LogStream):
    """O6: Its repr is written."""
    txa.start_logging(out)
    txa.make_logger("some").error("oh", log_failure="text")
    assert out.getvalue().endswith(" error some: oh\n    'text'\n")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, out: LogStream) -> pytest.MonkeyPatch:
    """Have the stream be a terminal, in an environment without settings for it."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.setattr(out, "isatty", lambda: True, raising=False)
    return monkeypatch


def test_several_lines(txa: Backend, out: LogStream):
    """O8: All lines but the first are indented, and line ends at the end left out."""
    txa.start_logging(out)
    log = txa.make_logger("some")
    log.info("a {x}\n  b\t\n\nc\r\nd\r\n\r\n", x=1)
    log.info("\ne")
    log.info("\n")
    lines = out.getvalue().split("\n")[:-1]
    heads = [line.partition(" info some: ")[2] for line in lines]
    assert (heads[0], heads[5], heads[7]) == ("a 1", "", "")
    rest = ["      b\\t", "    ", "    c", "    d", "    e"]
    assert [*lines[1:5], lines[6]] == rest
    assert len(lines) == 8


def test_color_of_several_lines(
    txa: Backend, out: LogStream, terminal: pytest.MonkeyPatch
):
    """O8: Coloured messages are indented in the same way."""
    assert terminal
    txa.start_logging(out, format="color")
    txa.make_logger("so\nme").warn("a\nb")
    assert out.getvalue().endswith(" so\\nme: a\n    b\n")


def test_color(txa: Backend, out: LogStream, terminal: pytest.MonkeyPatch):
    """O7: On a terminal the level has a colour; the message cannot add escapes."""
    assert terminal
    txa.start_logging(out, format="color")
    txa.make_logger("some").warn("x\x1b", log_failure=failed())
    assert " \x1b[33mwarn\x1b[0m some: x\\x1b\n" in out.getvalue()
    assert out.getvalue().endswith("    ValueError: bad\n    forged\n")


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_color_disabled(
    txa: Backend, out: LogStream, terminal: Any, name: str, value: str
):
    """O7: The environment may disable colours."""
    terminal.setenv(name, value)
    txa.start_logging(out, format="color")
    txa.make_logger("some").warn("x")
    assert out.lines == ["warn some: x"]


def test_no_color_in_a_file(txa: Backend, tmp_path: Any):
    """O7: The format `color` writes plain text to a file."""
    txa.start_logging(tmp_path / "log", format="color")
    txa.make_logger("some").warn("x")
    assert "\x1b" not in (tmp_path / "log").read_text()


def test_unknown_format(txa: Backend):
    """O7: `ValueError` names the formats, and nothing changes."""
    with pytest.raises(ValueError, match="format must be one of text, json, color"):
        txa.start_logging(None, "debug", "xml")
    assert txa.get_global_log_level() == "info"
