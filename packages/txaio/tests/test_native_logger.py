"""Loggers that write to those of Twisted, or to those of a factory."""

from __future__ import annotations

from unittest.mock import Mock, call

import pytest
from twisted.logger import LogLevel, formatEvent
from twisted.python.failure import Failure


@pytest.fixture
def txa(txaio):
    """Select Twisted."""
    txaio.use_twisted()
    return txaio


def in_module(txaio):
    """Make a logger in the body of a module."""
    names = {"__name__": "client", "Mock": Mock, "txaio": txaio}
    exec("log = txaio.make_logger('info', logger=Mock)", names)  # noqa: S102 - see above
    return names["log"]


def test_factory_creates_the_logger_to_write_to(txa):
    """The factory is called like Twisted's `Logger`, with the name of the caller."""
    log = txa.make_logger("info", logger=Mock)
    name = f"{__name__}.test_factory_creates_the_logger_to_write_to"
    assert log._logger.namespace == name
    assert log._logger.observer is None

    class Client:
        log = txa.make_logger("info", logger=Mock)

    assert Client.log._logger.namespace.endswith("Client")
    assert in_module(txa)._logger.namespace == "client"


def test_loggers_cannot_be_instantiated(txa):
    """Programs test for this type of error."""
    log = txa.make_logger("info", logger=Mock)
    with pytest.raises(AssertionError, match="made by txaio"):
        type(log)("warn")
    with pytest.raises(AssertionError, match="made by txaio"):
        type(log)()


def test_values_by_position(txa):
    """They are written after the unformatted message."""
    log = txa.make_logger("info", logger=Mock)
    log.info("{a} %s", 3, a=1)
    log.debug("%s", 3)
    (made,) = log._logger.emit.mock_calls
    assert (
        made.args[1].format(**made.kwargs).startswith("{a} %s [not formatted: 3 came")
    )


def test_messages_are_passed_on(txa):
    """Each level becomes one of Twisted's, and trace adds a field."""
    log = txa.make_logger("trace", logger=Mock)
    for level in ("critical", "error", "warn", "info", "debug", "trace"):
        getattr(log, level)("said {x}", x=1)
    native = [level.name for level in (e.args[0] for e in log._logger.emit.mock_calls)]
    assert native == ["critical", "error", "warn", "info", "debug", "debug"]
    assert log._logger.emit.mock_calls[3] == call(LogLevel.info, "said {x}", x=1)
    assert log._logger.emit.mock_calls[5] == call(
        LogLevel.debug, "said {x}", x=1, txaio_trace=True
    )


def test_level_may_be_an_argument(txa):
    """`emit` takes the name of a level or Twisted's constant."""
    log = txa.make_logger("info", logger=Mock)
    log.emit("warn", "said", x=1)
    log.emit(LogLevel.error, "said")
    log.emit("debug", "not said")
    assert log._logger.emit.mock_calls == [
        call(LogLevel.warn, "said", x=1),
        call(LogLevel.error, "said"),
    ]


def test_levels_apply(txa):
    """The global level applies until the logger has its own."""
    log = txa.make_logger(logger=Mock)
    log.debug("no")
    txa.set_global_log_level("debug")
    log.debug("yes")
    log.set_log_level("warn")
    log.info("no")
    assert log._log_level == "warn"
    assert [e.args[1] for e in log._logger.emit.mock_calls] == ["yes"]
    with pytest.raises(ValueError, match="level must be one of"):
        log.set_log_level("loud")


def test_failures_are_passed_on(txa):
    """A failure may be native, an exception, or the exception being handled."""
    log = txa.make_logger("info", logger=Mock)
    native = Failure(KeyError())
    log.failure("given", native)
    log.failure("raised", failure=ValueError("x"), x=1)
    log.failure("handled")
    calls = log._logger.failure.mock_calls
    assert calls[0] == call("given", failure=native)
    assert calls[1].kwargs["failure"].type is ValueError
    assert calls[1].kwargs["x"] == 1
    assert calls[2] == call("handled")


def test_message_as_a_field(txa):
    """It may be passed as `format`, which is the name that Twisted gives it."""
    events = []
    log = txa.make_logger("info", observer=events.append)
    log.info(format="said {x}", x=1)
    log.failure(format="failed {x}", failure=ValueError("y"), x=2)
    assert [formatEvent(event) for event in events] == ["said 1", "failed 2"]


def test_aliases(txa):
    """`warning` and `exception` are those of the interface, and take any arguments."""
    log = txa.make_logger("info", logger=Mock)
    warning, exception = log.warning, log.exception
    warning("%s", 3)
    warning("said", x=1)
    exception("not handled")
    try:
        int("x")
    except ValueError:
        exception("handled", x=1)
        exception("%s", 3, exc_info=KeyError())
    calls = [(e.args[0].name, e.args[1]) for e in log._logger.emit.mock_calls]
    assert calls == [
        ("warn", "{log_text}"),
        ("warn", "said"),
        ("error", "not handled"),
        ("error", "handled"),
        ("error", "{log_text}"),
    ]
    fields = [e.kwargs for e in log._logger.emit.mock_calls]
    assert fields[2] == {"log_failure": None}
    assert fields[3]["log_failure"].type is ValueError
    assert fields[3]["log_failure"].getTracebackObject() is not None
    assert fields[4]["log_failure"].type is KeyError


def test_failure_as_a_field(txa):
    """An exception becomes a failure of Twisted's; all else stays as it is."""
    log = txa.make_logger("info", logger=Mock)
    native = Failure(KeyError())
    for given in (ValueError("x"), native, "text"):
        log.info("x", log_failure=given)
    log.info("x", exc_info=native)
    found = [e.kwargs["log_failure"] for e in log._logger.emit.mock_calls]
    assert found[0].type is ValueError
    assert found[1:] == [native, "text", native]


def test_level_none_applies_to_failures(txa):
    """At level none nothing is logged."""
    log = txa.make_logger("none", logger=Mock)
    log.failure("x")
    log.critical("x")
    assert log._logger.mock_calls == []


def test_bound_fields_are_added(txa):
    """A bound logger has the level and the fields of the original."""
    log = txa.make_logger("info", logger=Mock).bind(x=1, y=1)
    log.info("said", y=2)
    log.debug("not said")
    log.failure("failed", y=3)
    assert log._logger.emit.mock_calls == [call(LogLevel.info, "said", x=1, y=2)]
    assert log._logger.failure.mock_calls == [call("failed", x=1, y=3)]


def test_observer_alone_gets_the_events(txa):
    """The events are those of a logger of Twisted's."""
    seen = []
    log = txa.make_logger(observer=seen.append, log_level="debug")
    log.debug("said {x}", x=1)
    (event,) = seen
    assert event["log_format"] == "said {x}"
    assert event["log_level"] is LogLevel.debug
    assert event["log_namespace"].startswith(__name__)
    assert event["x"] == 1


def test_twisted_is_needed(txaio, blocked):
    """If Twisted is not installed, the error names the command that installs it."""
    blocked("twisted")
    with pytest.raises(ImportError, match=r"pip install 'txaio\[twisted\]'"):
        txaio.make_logger(observer=print)
