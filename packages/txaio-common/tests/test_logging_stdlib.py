"""Messages as records of the standard library."""

from __future__ import annotations

import logging
import pickle
import sys
from logging.handlers import BufferingHandler
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from txaio_common import Backend


def line_of_caller() -> int:
    """Return the line of the code that called this."""
    return sys._getframe(1).f_lineno


def test_record_is_native(txl: Backend, kept: list[Any]):
    """O3: A record has the caller's file, line and function, and its fields."""
    log = txl.make_logger("some")
    line = line_of_caller() + 1
    log.warn("peer {peer}", peer=3)
    (record,) = kept
    assert isinstance(record, logging.LogRecord)
    assert (record.name, record.levelname) == ("some", "WARNING")
    assert (record.pathname, record.lineno) == (__file__, line)
    assert record.funcName == "test_record_is_native"
    assert record.fields["peer"] == 3
    assert record.fields["log_level"] == "warn"
    assert record.getMessage() == "peer 3"
    assert repr(record).endswith('"peer 3">')


@pytest.mark.parametrize("level", ["critical", "error", "warn", "info", "debug"])
def test_levels_are_native(txl: Backend, kept: list[Any], level: str):
    """O3: Each level is the standard library's of that name."""
    txl.set_global_log_level("trace")
    getattr(txl.make_logger("some"), level)("x")
    name = {"warn": "warning"}.get(level, level)
    assert [record.levelname for record in kept] == [name.upper()]


def test_trace_is_a_level(txl: Backend, native: logging.Logger, kept: list[Any]):
    """O3: Trace is a level of its own, below debug."""
    txl.set_global_log_level("trace")
    log = txl.make_logger("some")
    log.trace("lost")
    native.setLevel(5)
    log.trace("x")
    assert [(record.levelname, record.levelno) for record in kept] == [("TRACE", 5)]


def test_failure_is_exc_info(txl: Backend, kept: list[Any]):
    """O6: A failure is the record's exc_info, with its traceback."""
    log = txl.make_logger("some")
    caught = KeyError("x")
    log.failure("oh", caught)
    log.info("none", log_failure="text")
    assert kept[0].exc_info == (KeyError, caught, None)
    assert kept[1].exc_info is None


def test_message_is_formatted_once(
    txl: Backend, native: logging.Logger, kept: list[Any]
):
    """O4: A message is formatted when somebody asks, and once."""
    native.propagate = False
    asked: list[str] = []

    class Field:
        def __str__(self) -> str:
            asked.append("asked")
            return "field"

    txl.make_logger("some").info("{x}", x=Field())
    assert asked == []
    assert kept[0].getMessage() == kept[0].getMessage() == "field"
    assert asked == ["asked"]


def test_levels_of_the_application_hold(txl: Backend, native: logging.Logger):
    """O7: Its own handlers get what the application lets them have."""
    keeper = BufferingHandler(9)
    native.addHandler(keeper)
    log = txl.make_logger("some")
    native.setLevel(logging.ERROR)
    log.warn("a")
    logging.disable(logging.ERROR)
    log.error("b")
    logging.disable(logging.NOTSET)
    native.disabled = True
    log.error("c")
    native.disabled = False
    keeper.setLevel(logging.CRITICAL)
    log.error("d")
    log.critical("e")
    assert [record.getMessage() for record in keeper.buffer] == ["e"]


def test_fields_survive_pickling(txl: Backend, kept: list[Any]):
    """O3: A record can be sent elsewhere, whatever its fields are."""
    txl.make_logger("some").failure("{a}", ValueError("x"), a=1, b=lambda: None)
    record = kept[0]
    record.exc_info = None
    sent = pickle.loads(pickle.dumps(record))  # noqa: S301 - our own
    assert sent.msg == "1"
    assert sent.fields["a"] == 1
    assert sent.fields["b"].startswith("<function")
    assert sent.fields["log_failure"].args == ("x",)


def test_class_of_loggers(txl: Backend, monkeypatch: pytest.MonkeyPatch):
    """O3: A logger that the application has made handles records its own way."""
    seen: list[str] = []

    class Watching(logging.Logger):
        def callHandlers(self, record: logging.LogRecord) -> None:  # noqa: N802
            seen.append(record.getMessage())
            super().callHandlers(record)

    watching = Watching("watched")
    watching.parent = logging.getLogger()
    watching.setLevel(logging.INFO)
    monkeypatch.setattr(logging, "getLogger", lambda *_args: watching)
    log = txl.make_logger("watched")
    log.info("x")
    assert seen == ["x"]


def test_watched_handlers(txl: Backend, out: Any, bare_root: Any, monkeypatch: Any):
    """O3: Who replaces the method that calls the handlers sees each record."""
    seen: list[str] = []
    call = logging.Logger.callHandlers

    def watch(native: logging.Logger, record: logging.LogRecord) -> None:
        seen.append(record.getMessage())
        call(native, record)

    with bare_root():
        txl.start_logging(out)
        log = txl.make_logger("some")
        log.info("a")
        monkeypatch.setattr(logging.Logger, "callHandlers", watch)
        log.info("b")
        txl.stop_logging()
    assert seen == ["b"]
    assert out.lines == ["info some: a", "info some: b"]


class Broken(logging.Handler):
    """A handler that raises."""

    def emit(self, record: logging.LogRecord) -> None:
        raise RuntimeError(record.getMessage())


@pytest.mark.parametrize("told", [True, False])
def test_handler_that_raises(
    txl: Backend,
    native: logging.Logger,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    told: bool,
):
    """O1: What a handler of the application raises is printed, as Python does it."""
    monkeypatch.setattr(logging, "raiseExceptions", told)
    native.addHandler(Broken())
    txl.make_logger("some").info("x")
    assert capsys.readouterr().err[-16:] == ("RuntimeError: x\n" if told else "")
