"""What `start_logging` writes: our messages and the records of others."""

from __future__ import annotations

import json
import logging
from io import StringIO
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    import pytest
    from conftest import Written

    from txaio_common import Backend


def ours() -> list[logging.Handler]:
    """Return the handlers that txaio has on the root logger."""
    handlers = logging.getLogger().handlers
    return [h for h in handlers if type(h).__module__.startswith("txaio")]


def test_records_are_not_doubled(
    txl: Backend, native: logging.Logger, kept: list[Any], out: Written
):
    """O7: Our output and the application's handlers get each record once."""
    log = txl.make_logger("some")
    txl.start_logging(StringIO())
    txl.start_logging(out, "debug")
    native.setLevel(logging.INFO)
    log.info("a")
    log.debug("b")
    assert [record.getMessage() for record in kept] == ["a"]
    assert out.lines == ["info some: a", "debug some: b"]
    assert len(ours()) == 1


def test_out_of_none_adds_nothing(txl: Backend, kept: list[Any]):
    """O7: Without an output only the level is set."""
    handlers = logging.getLogger().handlers[:]
    txl.start_logging(None, "debug")
    assert logging.getLogger().handlers == handlers
    txl.make_logger("some").debug("x")
    assert [record.levelname for record in kept] == ["DEBUG"]


def test_without_any_setup(
    txl: Backend, bare_root: Any, capsys: pytest.CaptureFixture[str]
):
    """O7: In a program that set nothing up, warnings go where Python sends them."""
    log = txl.make_logger("some")
    with bare_root():
        log.info("a")
        log.warn("b")
    assert capsys.readouterr().err == "b\n"


def test_stop_leaves_the_root_logger_as_it_was(
    txl: Backend, bare_root: Any, out: Written
):
    """O7: Where nobody else listens the root logger has our level, until the end."""
    with bare_root() as root:
        before = root.level
        txl.start_logging(out, "debug")
        logging.getLogger("other").debug("a")
        txl.set_global_log_level("info")
        assert root.level == logging.INFO
        txl.set_log_level("other", "trace")
        logging.getLogger("other").log(5, "b")
        logging.getLogger("another").debug("c")
        txl.start_logging(out, "error")
        txl.stop_logging()
        assert (root.level, root.handlers) == (before, [])
    assert out.lines == ["debug other: a", "trace other: b"]


def test_level_that_was_set_meanwhile_stays(txl: Backend, bare_root: Any, out: Written):
    """O7: The root logger's level is not given back once another has set it."""
    with bare_root() as root:
        txl.start_logging(out, "debug")
        root.setLevel(logging.CRITICAL)
        txl.stop_logging()
        assert root.level == logging.CRITICAL


def test_level_of_an_application_with_handlers(
    txl: Backend, bare_root: Any, out: Written
):
    """O7: Where the application has handlers, the root logger's level is its own."""
    keeper = logging.handlers.BufferingHandler(9)
    with bare_root() as root:
        root.addHandler(keeper)
        before = root.level
        txl.start_logging(out, "debug")
        logging.getLogger("other").debug("a")
        txl.make_logger("another").debug("b")
        assert (root.level, keeper.buffer) == (before, [])
        txl.stop_logging()
    assert out.lines == ["debug another: b"]


def test_records_of_others(txl: Backend, out: Written):
    """O7: Records of other loggers come out in the same format, at our levels."""
    txl.start_logging(out, "warn")
    other = logging.getLogger("other")
    other.error("a %s\n", 1, exc_info=KeyError("x"))
    other.warning("b", stack_info=True)
    other.warning({"c": 1})
    txl.set_log_level("other", "error")
    other.warning("d")
    lines = out.getvalue().splitlines()
    heads = [line.partition(" ")[2] for line in lines if line[0] != " "]
    assert heads == ["error other: a 1\\n", "warn other: b", "warn other: {'c': 1}"]
    assert "    KeyError: 'x'" in lines
    assert "    Stack (most recent call last):" in lines


def test_broken_record_of_another(txl: Backend, bare_root: Any, out: Written):
    """O1: A record that cannot be formatted is written as what it is."""
    with bare_root():
        txl.start_logging(out)
        logging.getLogger("other").error("%d", "x")
        logging.getLogger("other").error(3, "x")
        txl.stop_logging()
    first, second = out.lines
    assert first.startswith("error other: %d [args=('x',), not formatted: TypeError: ")
    assert second.startswith("error other: 3 [args=('x',), not formatted: TypeError: ")


def test_worst_record_of_another(
    txl: Backend, out: Written, capsys: pytest.CaptureFixture[str]
):
    """O1: A record that is none is reported as the standard library does."""
    txl.start_logging(out)
    record = logging.makeLogRecord({"name": "other", "created": "now", "levelno": 40})
    logging.getLogger("other").handle(record)
    assert "--- Logging error ---" in capsys.readouterr().err
    assert out.lines == []


def test_record_that_was_sent(txl: Backend, out: Written):
    """O6: A record from another process has its traceback as text."""
    txl.start_logging(out)
    text = "Traceback\n  x"
    record = {"name": "other", "msg": "a", "levelno": 40, "exc_text": text}
    logging.getLogger("other").handle(logging.makeLogRecord(record))
    assert out.getvalue().endswith(" error other: a\n    Traceback\n      x\n")


def test_record_of_another_as_json(txl: Backend, out: Written):
    """O7: What a record of another has of its own are its fields."""
    txl.start_logging(out, format="json")
    logging.getLogger("other").error("a %s", 1, extra={"peer": 3})
    record = json.loads(out.getvalue())
    assert (record["message"], record["format"]) == ("a 1", "a %s")
    assert record["fields"] == {"peer": 3}
    assert record["thread"] == "MainThread"
