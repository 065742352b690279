"""Messages on Twisted from before `start_logging`, which are written later."""

from __future__ import annotations

import io
import sys

import pytest
from twisted.internet.task import Clock
from twisted.logger import Logger, LoggingFile
from twisted.python.failure import Failure

from txaio_twisted import TwistedBackend


pytestmark = pytest.mark.usefixtures("beginner")


@pytest.fixture
def lib(beginner):
    """Return a logger of Twisted's."""
    return Logger("lib", observer=beginner._publisher)


@pytest.fixture
def txa(txaio):
    """Select Twisted, and stop logging after the test."""
    txaio.use_twisted()
    yield txaio
    txaio.with_config().stop_logging()


def started(start_logging, *args):
    """Start logging and return the lines that this writes, without the time."""
    start_logging(out := io.StringIO(), *args)
    return lines(out)


def lines(out):
    """Return the lines in *out*, without the time."""
    return [line.partition(" ")[2] for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("where", ["txaio", "tx", "config", "on a clock"])
def test_earlier_messages_are_written(txa, lib, where):
    """Each `start_logging` writes the messages of all loggers, in order."""
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


def test_earlier_messages_are_written_once(txa, lib, beginner):
    """Messages are not repeated when logging is started or begun again."""
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
    assert [e["log_format"] for e in kept] == ["one", "two", "three", "four"]


def test_earlier_messages_below_the_level_are_left_out(txa, lib):
    """The level is that of `start_logging`, or that of a prefix."""
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


def test_messages_are_kept_until_there_is_an_output(txa):
    """With None as the output, messages are kept for the next call."""
    txa.make_logger("any.name").info("one")
    txa.start_logging(None)
    assert started(txa.start_logging) == ["info any.name: one"]


def test_events_without_a_level_are_written(txa, beginner):
    """Events of `twisted.python.log`, without a level or a time, are written."""
    failure = Failure(KeyError("x"))
    beginner._publisher({"isError": 1, "failure": failure, "why": "because"})
    assert started(txa.start_logging) == ["info -: because", "   KeyError: 'x'"]


def test_nothing_is_written_if_logging_has_begun(txa, lib, beginner):
    """If the application has begun logging, it has already got the events."""
    lib.info("one")
    beginner.beginLoggingTo([], redirectStandardIO=False)
    assert started(txa.start_logging) == []


def test_messages_from_before_the_selection_are_written_once(txaio, lib):
    """Twisted's log keeps the early messages as well, after they are replayed."""
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


def test_messages_that_twisted_has_dropped_come_first(txaio):
    """Twisted keeps only the last 200 events; the early log has the others."""
    log = txaio.make_logger("any.name")
    for number in range(201):
        log.info(str(number))
    txaio.use_twisted()
    log.info("last")
    expected = [f"info any.name: {text}" for text in (*range(201), "last")]
    assert started(txaio.start_logging) == expected
    txaio.with_config().stop_logging()


def test_messages_replayed_into_another_backend_stay_there(txaio, lib):
    """A module of one backend does not write what another backend has got."""
    tx = sys.modules["txaio._selection"].import_backend("twisted")
    txaio.make_logger("any.name").info("early")
    lib.info("one")
    txaio.use_asyncio()
    assert started(tx.start_logging) == ["info lib: one"]
    tx.stop_logging()
    assert started(txaio.start_logging) == ["info any.name: early"]
    txaio.with_config().stop_logging()


def test_backend_of_the_application_writes_new_messages_only(txaio, lib):
    """Its `start_logging` writes no earlier messages."""
    backend = TwistedBackend(Clock())
    txaio.use(backend)
    lib.info("one")
    assert started(txaio.start_logging) == []
    backend.stop_logging()


def test_log_is_not_written_to_itself(txa, lib, monkeypatch):
    """If `sys.stdout` writes to the log, the original standard output is used."""
    monkeypatch.setattr(sys, "__stdout__", before := io.StringIO())
    monkeypatch.setattr(sys, "stdout", LoggingFile(lib))
    txa.start_logging()
    txa.make_logger("any.name").info("one")
    print("printed")  # noqa: T201 - what a program does
    assert lines(before) == ["info any.name: one", "info lib: printed"]


def test_standard_output_is_that_of_the_call(txa, capsys):
    """A replaced `sys.stdout` is used as it is."""
    txa.start_logging()
    txa.make_logger("any.name").info("one")
    assert capsys.readouterr().out.endswith(" info any.name: one\n")
