"""What `start_logging` writes on Twisted: our events and foreign ones."""

from __future__ import annotations

import gc
import json
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import fail
from twisted.internet.task import Clock
from twisted.logger import (
    LogBeginner,
    Logger,
    LoggingFile,
    LogLevel,
    LogPublisher,
    globalLogPublisher,
)
from twisted.python import log as legacy
from twisted.python.failure import Failure

from txaio_twisted import TwistedBackend


if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def txa() -> Iterator[TwistedBackend]:
    """A backend whose logging is reset after the test."""
    txa = TwistedBackend(Clock())
    yield txa
    txa.stop_logging()
    txa.set_global_log_level("info")
    txa.set_log_level("other", None)


class LogStream(StringIO):
    """A stream whose lines a test reads."""

    @property
    def lines(self) -> list[str]:
        """What was written, without the times."""
        return [line.partition(" ")[2] for line in self.getvalue().splitlines()]


@pytest.fixture
def out() -> LogStream:
    """A stream to log to."""
    return LogStream()


def failed() -> ValueError:
    """Return an exception that has a cause."""
    error = ValueError("bad")
    error.__cause__ = KeyError("first")
    return error


def test_text(txa: TwistedBackend, out: LogStream):
    """O7: A message is the same line as on any other backend."""
    txa.start_logging(out, "trace")
    log = txa.make_logger("some")
    log.info("peer {peer} {log_level} {log_namespace}", peer=3)
    log.trace("{log_level}")
    log.trace("x {log_level} {y}", x=1)
    log.warn("ok\nforged {y}")
    assert out.lines == [
        "info some: peer 3 info some",
        "trace some: trace",
        "trace some: x {log_level} {y} [x=1, not formatted: KeyError: 'y']",
        "warn some: ok",
        "   forged {y} [not formatted: KeyError: 'y']",
    ]


def test_failure(txa: TwistedBackend, out: LogStream):
    """O6: The whole traceback follows, with its cause."""
    txa.start_logging(out)
    txa.make_logger("some").failure("oh", failed())
    assert out.lines[0] == "critical some: oh"
    assert "    KeyError: 'first'\n" in out.getvalue()
    assert out.getvalue().endswith("    ValueError: bad\n")


def test_json(txa: TwistedBackend, out: LogStream):
    """O7: A message is one object, whose fields are the caller's."""
    txa.start_logging(out, format="json")
    txa.make_logger("some").failure("peer {peer}", failed(), peer=3)
    record = json.loads(out.getvalue())
    assert record.pop("time")
    assert record.pop("failure")["message"] == "bad"
    assert record == {
        "level": "critical",
        "namespace": "some",
        "message": "peer 3",
        "format": "peer {peer}",
        "fields": {"peer": 3},
        "thread": "MainThread",
        "task": None,
    }


def test_started_again_and_stopped(txa: TwistedBackend, out: LogStream):
    """O7: A second start does not double the lines, and a stop ends them."""
    log = txa.make_logger("some")
    txa.start_logging(StringIO())
    txa.start_logging(out)
    log.info("a")
    txa.stop_logging()
    log.info("b")
    txa.start_logging(None)
    log.info("c")
    assert out.lines == ["info some: a"]


class Warnings:
    """A fake of the module of that name."""

    showwarning = None


@pytest.fixture
def beginner(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A `LogBeginner` with its publisher, of a program that has not begun logging."""
    publisher = LogPublisher()
    stream = StringIO()
    beginner: Any = LogBeginner(publisher, stream, sys, Warnings())
    beginner.stream = stream
    monkeypatch.setattr("txaio_twisted._log_observer.globalLogPublisher", publisher)
    monkeypatch.setattr("txaio_twisted._log_observer.globalLogBeginner", beginner)
    monkeypatch.setattr("txaio_twisted._emitter.globalLogPublisher", publisher)
    return beginner


def test_publisher_is_restored(txa: TwistedBackend, out: LogStream, beginner: Any):
    """O7: `stop_logging` leaves the publisher the observers that it had."""
    before = beginner._publisher._observers[:]
    txa.start_logging(out)
    txa.start_logging(out)
    assert len(beginner._publisher._observers) == 1
    txa.stop_logging()
    assert beginner._publisher._observers == before
    txa.stop_logging()
    assert beginner._publisher._observers == before


@pytest.mark.parametrize("begun_first", [True, False])
def test_program_that_begins_logging(
    txa: TwistedBackend, out: LogStream, beginner: Any, begun_first: bool
):
    """O7: The observers of a program that begins logging itself are kept."""
    seen: list[Any] = []
    observers = [seen.append]
    if begun_first:
        beginner.beginLoggingTo(observers, redirectStandardIO=False)
    txa.start_logging(out)
    if not begun_first:
        beginner.beginLoggingTo(observers, redirectStandardIO=False)
    txa.make_logger("some").info("x")
    txa.stop_logging()
    assert beginner._publisher._observers == observers
    assert [event["log_format"] for event in seen] == ["x"]
    assert out.lines == ["info some: x"]


def test_foreign_events(txa: TwistedBackend, out: LogStream):
    """O7: Events of other loggers are written in the same format, at our levels."""
    txa.start_logging(out, "info")
    other = Logger("other")
    other.info("a {x()}", x=lambda: 1)
    other.debug("b")
    txa.set_log_level("other", "error")
    other.warn("c")
    other.failure("d\n", Failure(failed()))
    assert out.lines[:2] == ["info other: a 1", "critical other: d"]
    assert "    KeyError: 'first'\n" in out.getvalue()


def test_unhandled_error_in_a_deferred(txa: TwistedBackend, out: LogStream):
    """O6: Errors that Twisted reports itself have their tracebacks."""
    txa.start_logging(out)
    deferred: Any = fail(failed())
    del deferred
    gc.collect()
    assert "critical twisted.internet.defer: Unhandled error in Deferred:" in out.lines
    assert out.getvalue().endswith("    ValueError: bad\n")


def test_legacy_events(txa: TwistedBackend, out: LogStream):
    """O7: Events of `twisted.python.log` are written, errors with their tracebacks."""
    txa.start_logging(out)
    legacy.msg("a", 1)
    legacy.err(Failure(failed()), "why")
    legacy.err(Failure(failed()))
    lines = out.getvalue().splitlines()
    heads = [line.partition(" ")[2] for line in lines if line[0] != " "]
    assert heads == [
        "info log_legacy: a 1",
        "critical log_legacy: why",
        "critical log_legacy: Unhandled Error",
    ]
    assert lines.count("    ValueError: bad") == 2


def test_unnamed_fields(txa: TwistedBackend, out: LogStream):
    """O10: They follow the message; those that Twisted has added do not."""
    txa.start_logging(out, "trace")
    log = txa.make_logger("some").bind(peer="ada")
    with txa.log_context(request=7):
        log.info("x {a}", a=1, b=2)
        log.trace("{peer}{request}")
        for _time in range(2):
            log.info("{log_source}{peer}{request}", a=1)
    Logger("other").info("x {a}", a=1, b=2)
    assert out.lines == [
        "info some: x 1 [request=7 peer='ada' b=2]",
        "trace some: ada7",
        *["info some: Noneada7 [a=1]"] * 2,
        "info other: x 1",
    ]


@pytest.fixture
def legacy_observer() -> Iterator[None]:
    """Twisted's log has an observer of the old kind, as in many programs."""
    seen: list[Any] = []
    legacy.addObserver(seen.append)
    yield
    legacy.removeObserver(seen.append)
    assert seen


@pytest.mark.usefixtures("legacy_observer")
def test_keys_for_a_legacy_observer(txa: TwistedBackend, out: LogStream):
    """O10: What Twisted adds to an event for it is no field, in text and in JSON."""
    own = {"time": 3, "system": "x", "message": ("y",)}
    txa.start_logging(out)
    log = txa.make_logger("some")
    log.error("a", b=1)
    log.info("c", **own)
    log.failure("d", failed())
    heads = [line for line in out.lines if ": " in line and line[0] != " "]
    assert heads == [
        "error some: a [b=1]",
        "info some: c [time=3 system='x' message=('y',)]",
        "critical some: d",
    ]
    objects = StringIO()
    txa.start_logging(objects, format="json")
    log.error("a", b=1)
    log.failure("d", failed())
    records = map(json.loads, objects.getvalue().splitlines())
    assert [record["fields"] for record in records] == [{"b": 1}, {}]


def test_bare_event(txa: TwistedBackend, out: LogStream):
    """O1: An event without any of the usual keys is written."""
    txa.start_logging(out)
    globalLogPublisher({})
    globalLogPublisher({"log_level": LogLevel.warn, "log_namespace": 3})
    assert out.lines == ["info -: ", "warn 3: "]


def test_critical_events_are_printed_once(
    txa: TwistedBackend, out: LogStream, beginner: Any
):
    """O7: While we write them, Twisted does not print critical events as well."""
    txa.start_logging(out)
    txa.make_logger("some").critical("x")
    assert out.lines == ["critical some: x"]
    txa.stop_logging()
    txa.make_logger("some").critical("y")
    assert beginner.stream.getvalue() == "y\n"


@pytest.mark.parametrize("left_out", [True, False])
def test_redirected_standard_output(
    txa: TwistedBackend, monkeypatch: pytest.MonkeyPatch, left_out: bool
):
    """O7: If Twisted has redirected it, messages go to the original stream."""
    original = StringIO()
    redirected: Any = LoggingFile(Logger("stdout"))
    monkeypatch.setattr(sys, "__stdout__", original)
    monkeypatch.setattr(sys, "stdout", redirected)
    if left_out:
        txa.start_logging()
    else:
        txa.start_logging(redirected)
    txa.make_logger("some").info("x")
    sys.stdout.write("printed\n")
    lines = [line.partition(" ")[2] for line in original.getvalue().splitlines()]
    assert lines == ["info some: x", "info stdout: printed"]
