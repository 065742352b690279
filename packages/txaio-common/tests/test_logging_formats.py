"""What records look like: a line for people, an object for machines."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from txaio_interfaces import IFailedFuture


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Written

    from txaio_common import Backend


def first() -> None:
    """Fail."""
    raise KeyError("first")


def failed() -> ValueError:
    """Return an exception that was raised, of another."""
    try:
        try:
            first()
        except KeyError as error:
            raise ValueError("bad\nforged") from error
    except ValueError as error:
        return error
    raise AssertionError


def test_line(txl: Backend, out: Written):
    """O7: A record is a line of time, level, namespace and message."""
    txl.start_logging(out)
    txl.make_logger("mod.Class").info("peer {peer} is gone", peer=3)
    line = out.getvalue()
    assert re.fullmatch(r"\S+ info mod\.Class: peer 3 is gone\n", line)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d ", line)
    told = datetime.fromisoformat(line.partition(" ")[0])
    assert timedelta(0) <= datetime.now(told.tzinfo) - told < timedelta(seconds=5)


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, float], None]]:
    """Move to a time zone, where it is some time."""

    def move(zone: str, now: float) -> None:
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setattr("txaio_common._logging.event.time", lambda: now)
        time.tzset()

    yield move
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
def test_offset(txl: Backend, out: Written, in_zone, zone, now, stamp):  # noqa: PLR0913, PLR0917
    """O7: The time bears the offset of where the program runs."""
    in_zone(zone, now)
    txl.start_logging(out)
    txl.make_logger("some").info("x")
    assert out.getvalue() == f"{stamp} info some: x\n"


def test_forged_line(txl: Backend, out: Written):
    """O8: Neither a message nor a namespace can end a line."""
    txl.start_logging(out)
    txl.make_logger("na\nme").info("ok\n2026-11-23 info root: {x}", x="\x1b[1mfake")
    txl.make_logger("na\nme").info("ok")
    assert out.lines == [
        "info na\\nme: ok\\n2026-11-23 info root: \\x1b[1mfake",
        "info na\\nme: ok",
    ]


def test_failure_has_its_whole_traceback(txl: Backend, out: Written):
    """O6: The traceback follows, with its cause, indented and escaped."""
    txl.start_logging(out)
    txl.make_logger("some").failure("oh {x}", failed(), x=1)
    first, *rest = out.getvalue().splitlines()
    assert first.endswith(" critical some: oh 1")
    assert rest[0] == "    Traceback (most recent call last):"
    assert "    KeyError: 'first'" in rest
    assert rest[-2:] == ["    ValueError: bad", "    forged"]


def test_failure_at_any_level(txl: Backend, out: Written):
    """O6: The field log_failure prints the traceback, too."""
    txl.start_logging(out)
    txl.make_logger("some").info("oh", log_failure=failed())
    assert out.lines[0] == "info some: oh"
    assert out.getvalue().endswith("    ValueError: bad\n    forged\n")


def test_failure_is_the_one_being_handled(txl: Backend, out: Written):
    """O6: Left out, it is the exception being handled; with none, nothing follows."""
    log = txl.make_logger("some")
    txl.start_logging(out)
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
    """A failure whose traceback cannot be had."""

    def getTracebackObject(self) -> Any:  # noqa: N802 - Twisted's name for it
        raise RuntimeError


class Cleaned(Other):
    """A failure that has kept another traceback than its exception."""

    def getTracebackObject(self) -> Any:  # noqa: N802 - Twisted's name for it
        return None


@pytest.mark.parametrize(
    ("kind", "traced"), [(Other, True), (Broken, True), (Cleaned, False)]
)
def test_failure_of_another_backend(
    txl: Backend, out: Written, kind: Any, traced: bool
):
    """O6: A failure of any backend is printed with the traceback that it has."""
    txl.start_logging(out)
    txl.make_logger("some").failure("oh", kind())
    assert out.getvalue().endswith("    ValueError: bad\n    forged\n")
    assert ("raise ValueError" in out.getvalue()) is traced


def test_failure_that_is_none(txl: Backend, out: Written):
    """O6: What is no failure is written as what it is."""
    txl.start_logging(out)
    txl.make_logger("some").error("oh", log_failure="text")
    assert out.getvalue().endswith(" error some: oh\n    'text'\n")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, out: Written) -> pytest.MonkeyPatch:
    """Have the stream be a terminal, in an environment that says nothing of it."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.setattr(out, "isatty", lambda: True, raising=False)
    return monkeypatch


def test_color(txl: Backend, out: Written, terminal: pytest.MonkeyPatch):
    """O7: On a terminal the level has a colour; the message can have none."""
    assert terminal
    txl.start_logging(out, format="color")
    txl.make_logger("some").warn("x\x1b", log_failure=failed())
    assert " \x1b[33mwarn\x1b[0m some: x\\x1b\n" in out.getvalue()
    assert out.getvalue().endswith("    ValueError: bad\n    forged\n")


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_refused_color(
    txl: Backend, out: Written, terminal: Any, name: str, value: str
):
    """O7: The environment may refuse colours."""
    terminal.setenv(name, value)
    txl.start_logging(out, format="color")
    txl.make_logger("some").warn("x")
    assert out.lines == ["warn some: x"]


def test_no_color_in_a_file(txl: Backend, tmp_path: Any):
    """O7: A file is no terminal."""
    txl.start_logging(tmp_path / "log", format="color")
    txl.make_logger("some").warn("x")
    assert "\x1b" not in (tmp_path / "log").read_text()


def test_unknown_format(txl: Backend):
    """O7: A format that there is not is refused, and nothing changes."""
    with pytest.raises(ValueError, match="format must be one of text, json, color"):
        txl.start_logging(None, "debug", "xml")
    assert txl.get_global_log_level() == "info"
