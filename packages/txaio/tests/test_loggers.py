"""Loggers that are made before the selection, and the messages of that time."""

from __future__ import annotations

import io
import logging
import subprocess
import sys

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogLevel

from txaio_interfaces import ILogger
from txaio_twisted import TwistedBackend


@pytest.fixture(autouse=True)
def _unwatched():
    """Remove pytest's own handlers from the root logger."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def records():
    """Return the list of the records that a handler of the application gets."""
    records = []

    class Handler(logging.Handler):
        def emit(self, record):
            records.append(record)

    handler = Handler()
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(1)
    return records


class Made:
    """Makes a logger in a method."""

    @classmethod
    def logger_of(cls, txaio):
        """Return a logger that is made in a class method."""
        return txaio.make_logger()


def line():
    """Return the line number of the caller."""
    return sys._getframe(1).f_lineno


def test_message_becomes_a_record(txaio, records):
    """The application's handlers get an early message with its call site and time."""
    log = txaio.make_logger()
    log.warn("early {x}", x=1)
    where = line() - 1
    txaio.use_asyncio()
    log.info("late")
    later = line() - 1
    early, late = [record for record in records if record.name == __name__]
    assert (early.msg, late.msg) == ("early 1", "late")
    assert (early.getMessage(), early.levelname) == ("early 1", "WARNING")
    assert (early.filename, early.lineno) == ("test_loggers.py", where)
    assert early.created < late.created
    assert early.fields["x"] == 1
    assert (late.filename, late.lineno) == ("test_loggers.py", later)


def test_message_becomes_an_event(txaio, events):
    """Twisted's observers get an early message without `start_logging`."""
    txaio.set_global_log_level("trace")
    log = txaio.make_logger()
    log.info("early {x}", x=1)
    log.trace("fine")
    log.failure("failed", KeyError("x"))
    txaio.use_twisted()
    early, fine, failed = [e for e in events if e["log_namespace"] == __name__]
    assert early["log_format"] == "early {x}"
    assert early["log_level"].name == "info"
    assert early["x"] == 1
    assert fine["txaio_trace"]
    assert fine["log_level"].name == "debug"
    assert failed["log_failure"].type is KeyError


@pytest.mark.parametrize("name", ["asyncio", "twisted"])
def test_message_is_written_when_logging_starts(txaio, name):
    """The first `start_logging` writes the early messages, and the second does not."""
    log = txaio.make_logger()
    log.info("early")
    getattr(txaio, f"use_{name}")()
    for expected in ("early late", "late"):
        out = io.StringIO()
        txaio.start_logging(out)
        log.info("late")
        written = [line.split()[-1] for line in out.getvalue().splitlines()]
        assert [word for word in written if word in ("early", "late")] == (
            expected.split()
        )
    txaio.with_config().stop_logging()


def test_message_is_kept_until_there_is_an_output(txaio):
    """With None as the output, early messages are kept for the next call."""
    log = txaio.make_logger()
    log.info("early")
    txaio.use_asyncio()
    txaio.start_logging(None, "warn")
    assert txaio.get_global_log_level() == "warn"
    txaio.start_logging(out := io.StringIO())
    txaio.with_config().stop_logging()
    assert "early" in out.getvalue()


def test_every_logger_emits_to_the_backend(txaio, records):
    """Loggers of any level, and bound ones, emit to the backend."""
    log = txaio.make_logger()
    bound = log.bind(x=1)
    quiet = txaio.make_logger("error")
    txaio.use_asyncio()
    bound.info("bound {x}")
    quiet.info("not logged")
    quiet.error("logged")
    said = [record.getMessage() for record in records if record.name == __name__]
    assert said == ["bound 1", "logged"]
    assert {record.filename for record in records} == {"test_loggers.py"}


def test_method_bound_before_the_selection_works_after(txaio, records):
    """A method that was bound before the selection emits to the backend after it."""
    log = txaio.make_logger()
    emit = log.emitter.emit
    txaio.use_asyncio()
    emit(log, "info", "in between", {})
    assert records[-1].getMessage() == "in between"


def test_level_may_be_an_argument(txaio, records, events):
    """`emit` takes the name of a level or Twisted's constant, on each backend."""
    log = txaio.make_logger()
    log.emit("warn", "early")
    txaio.use_asyncio()
    log.emit("error", "late {x}", x=1)
    log.emit(LogLevel.critical, "last")
    log.emit("debug", "not said")
    with pytest.raises(ValueError, match="level must be one of"):
        log.emit("loud", "not said")
    ours = [record for record in records if record.name == __name__]
    assert [record.getMessage() for record in ours] == ["early", "late 1", "last"]
    assert {record.filename for record in ours} == {"test_loggers.py"}
    sys.modules["txaio._selection"].import_backend("twisted").make_logger("a.b").emit(
        LogLevel.warn, "event", log_system="x"
    )
    assert events[-1]["log_level"] is LogLevel.warn
    assert events[-1]["log_system"] == "x"


def test_loggers_emit_to_a_second_backend(txaio, events):
    """If the application replaces its backend, loggers emit to the new one."""
    log = txaio.make_logger()
    txaio.use(TwistedBackend(Clock()))
    txaio.use(TwistedBackend(Clock()))
    log.info("once")
    assert [e["log_format"] for e in events if e["log_namespace"] == __name__] == (
        ["once"]
    )


def test_logger_is_named_after_its_caller(txaio):
    """A logger is named after the module and class that makes it."""
    for _time in range(2):
        assert txaio.make_logger().namespace == __name__
        assert Made.logger_of(txaio).namespace == f"{__name__}.Made"

        class Inner:
            log = txaio.make_logger()

        assert Inner.log.namespace.endswith("Inner")
        txaio.use_asyncio()
    assert isinstance(Inner.log, ILogger)


def test_name_may_be_an_argument(txaio):
    """A name with a dot may be the first argument; others need the keyword."""
    assert txaio.make_logger("any.name").namespace == "any.name"
    assert txaio.make_logger(namespace="name").namespace == "name"


def test_logger_may_have_its_own_level(txaio):
    """A logger's own level takes precedence over the global one."""
    for log in (txaio.make_logger("debug"), txaio.make_logger(log_level="debug")):
        assert log.is_enabled_for("debug")
        assert log._log_level == "debug"
        txaio.set_global_log_level("warn")
        assert log.is_enabled_for("debug")
    assert txaio.make_logger()._log_level == "warn"


@pytest.mark.parametrize("wrong", ["nonsense", "not a suitable level"])
def test_unknown_level_is_refused(txaio, wrong):
    """A misspelt level is not taken for a name."""
    with pytest.raises(ValueError, match="level must be one of"):
        txaio.make_logger(wrong)


def test_oldest_messages_are_dropped(txaio, records):
    """Only the last messages are kept."""
    early = sys.modules["txaio._early_log"]
    log = txaio.make_logger()
    for number in range(early.MAX_EARLY_MESSAGES + 1):
        log.info(number)
    txaio.use_asyncio()
    said = [record.getMessage() for record in records if record.name == __name__]
    assert said == [str(number) for number in range(1, early.MAX_EARLY_MESSAGES + 1)]


def test_message_of_a_program_that_selects_nothing():
    """The standard library gets the early messages when the program ends."""
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "import txaio; log = txaio.make_logger()\n"
        "log.info('not said'); log.warn('said {x}', x=1)\n"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    assert run.stderr == "said 1\n"
    assert run.stdout == ""


def test_messages_are_flushed_only_without_a_backend(txaio, records):
    """Nothing is flushed at exit if a backend was attached."""
    early = sys.modules["txaio._early_log"].EARLY
    txaio.make_logger().info("early")
    early.flush_at_exit()
    assert [record.getMessage() for record in records] == ["early"]
    early.attach(object())
    records.clear()
    early.flush_at_exit()
    assert records == []


def test_loggers_survive_a_backend_with_another_logging(txaio, records):
    """Loggers that were made before use the standard library."""
    log = txaio.make_logger()
    log.info("early")
    sys.modules["txaio._early_log"].EARLY.attach(object())
    log.info("late")
    assert [record.getMessage() for record in records] == ["early", "late"]


@pytest.mark.parametrize("name", ["asyncio", "twisted", "anyio"])
@pytest.mark.parametrize("early", [False, True])
def test_format_names_the_field_of_the_level_trace(txaio, name, early):
    """A message at level trace has the field `txaio_trace`, others do not."""
    log = txaio.make_logger("trace")
    txaio.set_global_log_level("trace")
    if early:
        log.trace("early {txaio_trace}")
    getattr(txaio, f"use_{name}")()
    out = io.StringIO()
    txaio.start_logging(out, "trace")
    log.bind(n=1).trace("bound {txaio_trace}{n}")
    log.emit("trace", "emitted {txaio_trace}")
    log.trace("{what} {txaio_trace}", what="late")
    log.debug("{txaio_trace}")
    txaio.with_config().stop_logging()
    texts = [line.partition(": ")[2] for line in out.getvalue().splitlines()]
    assert texts[-4:-1] == ["bound True1", "emitted True", "late True"]
    assert texts[-1].startswith("{txaio_trace} [not formatted: KeyError")
    assert ("early True" in texts) == early
