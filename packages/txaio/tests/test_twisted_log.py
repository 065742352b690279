"""What was logged on Twisted before `start_logging`, which no program is to lose."""

from __future__ import annotations

import io
import sys

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogBeginner, Logger, LoggingFile, LogPublisher
from twisted.python.failure import Failure

from txaio_twisted import TwistedBackend


class Warnings:
    """Stands in for the module of that name."""

    showwarning = None


@pytest.fixture(autouse=True)
def beginner(monkeypatch):
    """Give what begins logging in a program that has not begun."""
    publisher = LogPublisher()
    beginner = LogBeginner(publisher, io.StringIO(), sys, Warnings())
    monkeypatch.setattr("txaio_twisted._log_observer.globalLogPublisher", publisher)
    monkeypatch.setattr("txaio_twisted._log_observer.globalLogBeginner", beginner)
    monkeypatch.setattr("txaio_twisted._logging.globalLogPublisher", publisher)
    return beginner


@pytest.fixture
def lib(beginner):
    """Give a logger of Twisted's own."""
    return Logger("lib", observer=beginner._publisher)


@pytest.fixture
def txa(txaio):
    """Select Twisted, and stop logging in the end."""
    txaio.use_twisted()
    yield txaio
    txaio.with_config().stop_logging()


def started(start_logging, *args):
    """Start logging and return the lines that this has written, without the time."""
    start_logging(out := io.StringIO(), *args)
    return lines(out)


def lines(out):
    """Return the lines that *out* has, without the time."""
    return [line.partition(" ")[2] for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("where", ["txaio", "tx", "config", "on a clock"])
def test_what_was_logged_before_is_written(txa, lib, where):
    """Ours and others', in order, whoever's `start_logging` it is."""
    log = txa.make_logger("any.name")
    log.info("one {x}", x=1)
    lib.info("two {x}", x=2)
    log.failure("three", KeyError("x"))
    start = {
        "txaio": txa.start_logging,
        "tx": sys.modules["txaio.tx"].start_logging,
        "config": txa.with_config().start_logging,
        "on a clock": txa.with_config(Clock()).start_logging,
    }
    assert started(start[where]) == [
        "info any.name: one 1",
        "info lib: two 2",
        "critical any.name: three",
        "   KeyError: 'x'",
    ]


def test_it_is_written_once(txa, lib, beginner):
    """Started again, or begun by the application, logging repeats nothing."""
    log = txa.make_logger("any.name")
    log.info("one")
    txa.start_logging(first := io.StringIO())
    lib.info("two")
    assert lines(first) == ["info any.name: one", "info lib: two"]
    assert started(txa.start_logging) == []
    txa.with_config().stop_logging()
    lib.info("three")
    txa.start_logging(last := io.StringIO())
    kept = []
    beginner.beginLoggingTo([kept.append], redirectStandardIO=False)
    lib.info("four")
    assert lines(last) == ["info lib: three", "info lib: four"]
    assert [e["log_format"] for e in kept] == ["one", "three", "four"]


def test_what_is_below_the_level_is_left_out(txa, lib):
    """It is the level that `start_logging` is given, or that of a prefix."""
    txa.set_global_log_level("trace")
    log = txa.make_logger("any.name")
    for said in (log, lib):
        said.debug("debug")
        said.warn("warn")
        said.error("error")
    txa.make_logger("other.name").trace("trace")
    txa.with_config().set_log_level("other", "trace")
    try:
        written = started(txa.start_logging, "error")
    finally:
        txa.with_config().set_log_level("other", None)
    assert written == [
        "error any.name: error",
        "error lib: error",
        "trace other.name: trace",
    ]


def test_nothing_is_written_to_nowhere(txa):
    """Where only the level is set, what is kept waits for an output."""
    txa.make_logger("any.name").info("one")
    txa.start_logging(None)
    assert started(txa.start_logging) == ["info any.name: one"]


def test_events_of_any_kind_are_written(txa, beginner):
    """Those of the older log, without a level or a time, as well."""
    failure = Failure(KeyError("x"))
    beginner._publisher({"isError": 1, "failure": failure, "why": "because"})
    assert started(txa.start_logging) == ["info -: because", "   KeyError: 'x'"]


def test_what_has_begun_is_left_alone(txa, lib, beginner):
    """An application that has begun logging has had what was kept."""
    lib.info("one")
    beginner.beginLoggingTo([], redirectStandardIO=False)
    assert started(txa.start_logging) == []


def test_what_was_logged_before_the_selection_is_written_once(txaio, lib):
    """It was handed to Twisted's log meanwhile, which keeps it, too."""
    lib.info("zero")
    log = txaio.make_logger("any.name")
    log.info("one")
    txaio.use_twisted()
    log.info("two")
    assert started(txaio.start_logging) == [
        "info lib: zero",
        "info any.name: one",
        "info any.name: two",
    ]
    assert started(txaio.start_logging) == []
    txaio.with_config().stop_logging()


def test_what_twisted_has_forgotten_comes_first(txaio):
    """Twisted keeps the last 200 events, and we more than that."""
    log = txaio.make_logger("any.name")
    for number in range(201):
        log.info(str(number))
    txaio.use_twisted()
    log.info("last")
    expected = [f"info any.name: {text}" for text in (*range(201), "last")]
    assert started(txaio.start_logging) == expected
    txaio.with_config().stop_logging()


def test_what_another_backend_has_taken_stays_there(txaio, lib):
    """The functions of one module write what its own backend was handed."""
    tx = sys.modules["txaio._selection"].import_backend("twisted")
    txaio.make_logger("any.name").info("early")
    lib.info("one")
    txaio.use_asyncio()
    assert started(tx.start_logging) == ["info lib: one"]
    tx.stop_logging()
    assert started(txaio.start_logging) == ["info any.name: early"]
    txaio.with_config().stop_logging()


def test_backend_of_the_application_is_as_ever(txaio, lib):
    """What it writes begins when it starts."""
    backend = TwistedBackend(Clock())
    txaio.use(backend)
    lib.info("one")
    assert started(txaio.start_logging) == []
    backend.stop_logging()


def test_log_is_not_written_into_the_log(txa, lib, monkeypatch):
    """Where standard output leads there, it is the one that the program began with."""
    monkeypatch.setattr(sys, "__stdout__", before := io.StringIO())
    monkeypatch.setattr(sys, "stdout", LoggingFile(lib))
    txa.start_logging()
    txa.make_logger("any.name").info("one")
    print("printed")  # noqa: T201 - what a program does
    assert lines(before) == ["info any.name: one", "info lib: printed"]


def test_standard_output_is_that_of_the_call(txa, capsys):
    """Whoever has replaced it means it."""
    txa.start_logging()
    txa.make_logger("any.name").info("one")
    assert capsys.readouterr().out.endswith(" info any.name: one\n")
