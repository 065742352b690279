"""Messages as events of Twisted's log."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.task import Clock
from twisted.logger import (
    Logger,
    LogLevel,
    STDLibLogObserver,
    capturedLogs,
    eventAsText,
    globalLogPublisher,
    jsonFileLogObserver,
)
from twisted.python import log as legacy
from twisted.python.failure import Failure

from txaio_common import FailedFuture
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


def event_of(log: Any, level: str, *args: Any, **fields: Any) -> dict[str, Any]:
    """Return the event that a call of the method *level* of *log* makes."""
    with capturedLogs() as events:
        getattr(log, level)(*args, **fields)
    (event,) = events
    return event


@pytest.mark.parametrize("level", ["critical", "error", "warn", "info", "debug"])
def test_event_is_native(txa: TwistedBackend, level: str):
    """O3: An event has the keys that `twisted.logger` sets, and its fields."""
    txa.set_global_log_level("trace")
    log = txa.make_logger("some")
    event = event_of(log, level, "peer {peer}", peer=3, log_time="x", log_logger="x")
    assert event["log_level"] is LogLevel.lookupByName(level)
    assert event["log_namespace"] == "some"
    assert event["log_format"] == "peer {peer}"
    assert isinstance(event["log_logger"], Logger)
    assert isinstance(event["log_time"], float)
    assert event["peer"] == 3
    assert eventAsText(event).endswith(f" [some#{level}] peer 3")


def test_trace_is_debug_with_a_key(txa: TwistedBackend):
    """O3: A key marks trace, as debug is the lowest level that Twisted has."""
    txa.set_global_log_level("trace")
    log = txa.make_logger("some")
    trace = event_of(log, "trace", "x")
    debug = event_of(log, "debug", "x", txaio_trace=True)
    assert (trace["log_level"], debug["log_level"]) == (LogLevel.debug, LogLevel.debug)
    assert trace["txaio_trace"] is True
    assert "txaio_trace" not in debug


def failed() -> ValueError:
    """Return an exception that was raised."""
    try:
        int("x")
    except ValueError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize("wrap", [Failure, FailedFuture, lambda error: error])
def test_failure_is_native(txa: TwistedBackend, wrap: Any):
    """O6: In the event, a failure of any kind is a `Failure` of Twisted."""
    caught = failed()
    event = event_of(txa.make_logger("some"), "failure", "oh", wrap(caught))
    assert type(event["log_failure"]) is Failure
    assert event["log_failure"].value is caught
    assert "int(" in eventAsText(event)


def test_log_failure_that_is_not_a_failure(txa: TwistedBackend):
    """O6: The event keeps it as it is."""
    event = event_of(txa.make_logger("some"), "error", "oh", log_failure="text")
    assert event["log_failure"] == "text"


def test_json_observer(txa: TwistedBackend):
    """O3: Twisted's JSON observer can write our events."""
    out = StringIO()
    observer: Any = jsonFileLogObserver(out, recordSeparator="")
    globalLogPublisher.addObserver(observer)
    txa.make_logger("some").failure("peer {peer}", ValueError("x"), peer=3)
    globalLogPublisher.removeObserver(observer)
    record = json.loads(out.getvalue())
    assert (record["log_format"], record["peer"]) == ("peer {peer}", 3)
    assert record["log_level"]["name"] == "critical"


def test_legacy_observer(txa: TwistedBackend):
    """O3: Observers of `twisted.python.log` get our events as text and failure."""
    seen: list[dict[str, Any]] = []
    legacy.addObserver(seen.append)
    log = txa.make_logger("some")
    log.info("peer {peer} {message}", peer=3, message="x")
    log.failure("oh", ValueError("x"))
    legacy.removeObserver(seen.append)
    texts = [legacy.textFromEventDict(event) for event in seen]
    assert texts[0] == "peer 3 x"
    assert texts[1] is not None
    assert texts[1].startswith("oh\n")
    assert [event["isError"] for event in seen] == [0, 1]


@pytest.mark.parametrize("level", ["critical", "error", "warn", "failure"])
def test_observer_that_passes_events_to_logging(txa: TwistedBackend, level: str):
    """O3: `STDLibLogObserver` finds the caller as deep as for a logger of Twisted."""
    found: list[tuple[str, str]] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append((record.pathname, record.funcName))

    native, keeper = logging.getLogger("of.twisted"), Keeper()
    native.addHandler(keeper)
    # The publisher and two methods of the logger are between.
    depth = STDLibLogObserver.defaultStackDepth + 3
    observer: Any = STDLibLogObserver("of.twisted", stackDepth=depth)
    globalLogPublisher.addObserver(observer)
    getattr(txa.make_logger("some"), level)("x")
    Logger("some").critical("x")
    globalLogPublisher.removeObserver(observer)
    native.removeHandler(keeper)
    name = "test_observer_that_passes_events_to_logging"
    assert found == [(__file__, name)] * 2


TRIAL = """
from twisted.internet.task import Clock
from twisted.trial.unittest import TestCase
from txaio_twisted import TwistedBackend

class Tests(TestCase):
    def test_flushed(self):
        TwistedBackend(Clock()).make_logger().failure("oh", ValueError())
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_failed(self):
        TwistedBackend(Clock()).make_logger().failure("oh", ValueError())
"""


def test_trial(tmp_path: Any):
    """O3: Trial collects the failures that we log."""
    (tmp_path / "test_it.py").write_text(TRIAL)
    # As a module, trial needs setuptools up to Twisted 22.10.
    trial = "from twisted.scripts.trial import run; run()"
    command = [sys.executable, "-c", trial, "test_it"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert b"(errors=1, successes=1)" in run.stdout


@pytest.mark.parametrize("trace", ["hostile", None, []])
def test_field_that_twisted_uses_itself(txa: TwistedBackend, trace: Any):
    """O1: `log_trace` is left out if it is not the list that Twisted expects."""
    event = event_of(txa.make_logger("some"), "info", "x", log_trace=trace)
    assert ("log_trace" in event) is isinstance(trace, list)


def test_publisher_that_raises(
    txa: TwistedBackend,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    """O1: A log call raises nothing, and prints the error."""

    def fail(_event: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("txaio_twisted._emitter.globalLogPublisher", fail)
    txa.make_logger("some").info("x")
    assert capsys.readouterr().err.endswith("RuntimeError: broken\n")
