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


def test_record_is_native(txa: Backend, kept: list[Any]):
    """O3: A record has the caller's file, line and function, and its fields."""
    log = txa.make_logger("some")
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
def test_levels_are_native(txa: Backend, kept: list[Any], level: str):
    """O3: Each level is the standard library's of that name."""
    txa.set_global_log_level("trace")
    getattr(txa.make_logger("some"), level)("x")
    name = {"warn": "warning"}.get(level, level)
    assert [record.levelname for record in kept] == [name.upper()]


def test_trace_is_a_level(txa: Backend, native: logging.Logger, kept: list[Any]):
    """O3: Trace is a level of its own, below debug."""
    txa.set_global_log_level("trace")
    log = txa.make_logger("some")
    log.trace("lost")
    native.setLevel(5)
    log.trace("x")
    assert [(record.levelname, record.levelno) for record in kept] == [("TRACE", 5)]


def test_failure_is_exc_info(txa: Backend, kept: list[Any]):
    """O6: A failure is the record's exc_info, with its traceback."""
    log = txa.make_logger("some")
    caught = KeyError("x")
    log.failure("oh", caught)
    log.info("none", log_failure="text")
    assert kept[0].exc_info == (KeyError, caught, None)
    assert kept[1].exc_info is None


def test_message_is_formatted_once(
    txa: Backend, native: logging.Logger, kept: list[Any]
):
    """O4: A message is formatted when its text is needed, and only once."""
    native.propagate = False
    formatted: list[str] = []

    class Field:
        def __str__(self) -> str:
            formatted.append("field")
            return "field"

    txa.make_logger("some").info("{x}", x=Field())
    assert formatted == []
    assert kept[0].getMessage() == kept[0].getMessage() == "field"
    assert formatted == ["field"]


def test_levels_of_the_application_apply(txa: Backend, native: logging.Logger):
    """O7: The application's own handlers get the records that its levels allow."""
    keeper = BufferingHandler(9)
    native.addHandler(keeper)
    log = txa.make_logger("some")
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


def test_fields_survive_pickling(txa: Backend, kept: list[Any]):
    """O3: A record can be pickled, whatever its fields are."""
    txa.make_logger("some").failure("{a}", ValueError("x"), a=1, b=lambda: None)
    record = kept[0]
    record.exc_info = None
    unpickled = pickle.loads(pickle.dumps(record))  # noqa: S301 - our own
    assert unpickled.msg == "1"
    assert unpickled.fields["a"] == 1
    assert unpickled.fields["b"].startswith("<function")
    assert unpickled.fields["log_failure"].args == ("x",)


def test_logger_of_another_class(txa: Backend, monkeypatch: pytest.MonkeyPatch):
    """O3: The methods of the application's logger class are called."""
    seen: list[str] = []

    class Watching(logging.Logger):
        def callHandlers(self, record: logging.LogRecord) -> None:  # noqa: N802
            seen.append(record.getMessage())
            super().callHandlers(record)

    watching = Watching("watched")
    watching.parent = logging.getLogger()
    watching.setLevel(logging.INFO)
    monkeypatch.setattr(logging, "getLogger", lambda *_args: watching)
    log = txa.make_logger("watched")
    log.info("x")
    assert seen == ["x"]


def test_replaced_call_handlers(
    txa: Backend, out: Any, bare_root: Any, monkeypatch: Any
):
    """O3: A replacement of `Logger.callHandlers` gets each record."""
    seen: list[str] = []
    call = logging.Logger.callHandlers

    def watch(native: logging.Logger, record: logging.LogRecord) -> None:
        seen.append(record.getMessage())
        call(native, record)

    with bare_root():
        txa.start_logging(out)
        log = txa.make_logger("some")
        log.info("a")
        monkeypatch.setattr(logging.Logger, "callHandlers", watch)
        log.info("b")
        txa.stop_logging()
    assert seen == ["b"]
    assert out.lines == ["info some: a", "info some: b"]


class Broken(logging.Handler):
    """A handler that raises."""

    def emit(self, record: logging.LogRecord) -> None:
        raise RuntimeError(record.getMessage())


@pytest.mark.parametrize("prints", [True, False])
def test_handler_that_raises(
    txa: Backend,
    native: logging.Logger,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    prints: bool,
):
    """O1: Its error is printed, if `logging.raiseExceptions` is set."""
    monkeypatch.setattr(logging, "raiseExceptions", prints)
    native.addHandler(Broken())
    txa.make_logger("some").info("x")
    assert capsys.readouterr().err[-16:] == ("RuntimeError: x\n" if prints else "")
