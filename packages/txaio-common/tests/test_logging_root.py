"""What `start_logging` writes: our messages and foreign records."""

from __future__ import annotations

import json
import logging
import logging.config
import logging.handlers
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from conftest import LogStream
    from txaio_common import Backend


def ours() -> list[logging.Handler]:
    """Return the handlers that txaio has on the root logger."""
    handlers = logging.getLogger().handlers
    return [h for h in handlers if type(h).__module__.startswith("txaio")]


def test_records_are_not_doubled(
    txa: Backend, native: logging.Logger, kept: list[Any], out: LogStream
):
    """O7: Our sink and the application's handlers get each record once."""
    log = txa.make_logger("some")
    txa.start_logging(StringIO())
    txa.start_logging(out, "debug")
    native.setLevel(logging.INFO)
    log.info("a")
    log.debug("b")
    assert [record.getMessage() for record in kept] == ["a"]
    assert out.lines == ["info some: a", "debug some: b"]
    assert len(ours()) == 1


def test_out_of_none_adds_nothing(txa: Backend, kept: list[Any]):
    """O7: With out=None only the level is set."""
    handlers = logging.getLogger().handlers[:]
    txa.start_logging(None, "debug")
    assert logging.getLogger().handlers == handlers
    txa.make_logger("some").debug("x")
    assert [record.levelname for record in kept] == ["DEBUG"]


def test_without_any_configuration(
    txa: Backend, bare_root: Any, capsys: pytest.CaptureFixture[str]
):
    """O7: If logging is not configured, Python's last resort prints warnings."""
    log = txa.make_logger("some")
    with bare_root():
        log.info("a")
        log.warn("b")
    assert capsys.readouterr().err == "b\n"


def test_stop_restores_the_root_logger(txa: Backend, bare_root: Any, out: LogStream):
    """O7: Without other handlers, the root logger has our level until the stop."""
    with bare_root() as root:
        before = root.level
        txa.start_logging(out, "debug")
        logging.getLogger("other").debug("a")
        txa.set_global_log_level("info")
        assert root.level == logging.INFO
        txa.set_log_level("other", "trace")
        logging.getLogger("other").log(5, "b")
        logging.getLogger("another").debug("c")
        txa.start_logging(out, "error")
        txa.stop_logging()
        assert (root.level, root.handlers) == (before, [])
    assert out.lines == ["debug other: a", "trace other: b"]


def test_level_that_was_set_meanwhile_is_kept(
    txa: Backend, bare_root: Any, out: LogStream
):
    """O7: The root logger's level is not restored if the program has changed it."""
    with bare_root() as root:
        txa.start_logging(out, "debug")
        root.setLevel(logging.CRITICAL)
        txa.stop_logging()
        assert root.level == logging.CRITICAL


def with_dict_config(level: str, own: logging.Handler) -> None:
    """Configure the root logger by `dictConfig`."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"own": {"()": lambda: own}},
            "root": {"level": level, "handlers": ["own"]},
        }
    )


def with_basic_config(level: str, own: logging.Handler) -> None:
    """Configure the root logger by `basicConfig`."""
    logging.basicConfig(force=True, level=level, handlers=[own])


def by_hand(level: str, own: logging.Handler) -> None:
    """Configure the root logger by its methods, and keep our handler."""
    logging.getLogger().addHandler(own)
    logging.getLogger().setLevel(level)


@pytest.mark.parametrize("configure", [with_dict_config, with_basic_config, by_hand])
@pytest.mark.parametrize("level", ["WARNING", "INFO"])
def test_application_that_configures_logging_later(
    txa: Backend, bare_root: Any, out: LogStream, configure: Any, level: str
):
    """O7: The level of the root logger is the application's, even if it was ours."""
    keeper = logging.handlers.BufferingHandler(99)
    with bare_root() as root:
        txa.start_logging(out, "info")
        configure(level, keeper)
        txa.set_global_log_level("debug")
        logging.getLogger("other").debug("a")
        txa.set_log_level("other", "trace")
        txa.start_logging(out, "debug")
        logging.getLogger("other").debug("a")
        assert (logging.getLevelName(root.level), keeper.buffer) == (level, [])
        txa.stop_logging()
        assert logging.getLevelName(root.level) == level
        assert root.handlers == [keeper]


def test_application_that_sets_the_level_later(
    txa: Backend, bare_root: Any, out: LogStream
):
    """O7: It is left as it is, also by a further start, though there is no handler."""
    with bare_root() as root:
        before = root.level
        txa.start_logging(out, "info")
        root.setLevel(logging.INFO)
        txa.start_logging(out, "debug")
        assert root.level == logging.INFO
        txa.stop_logging()
        assert root.level == logging.INFO
        root.setLevel(before)
        txa.start_logging(out, "debug")
        assert root.level == logging.DEBUG
        txa.stop_logging()
        assert root.level == before


def test_handlers_that_an_application_adds_for_a_while(
    txa: Backend, bare_root: Any, out: LogStream
):
    """O7: The level stays while there are others, and is restored at the end."""
    keeper = logging.handlers.BufferingHandler(99)
    with bare_root() as root:
        before = root.level
        txa.start_logging(out, "info")
        root.addHandler(keeper)
        txa.set_global_log_level("debug")
        assert root.level == logging.INFO
        root.removeHandler(keeper)
        txa.set_global_log_level("error")
        assert root.level == logging.ERROR
        root.handlers.clear()  # As `dictConfig` does, here without a level.
        txa.start_logging(out, "debug")
        assert root.level == logging.DEBUG
        txa.stop_logging()
        assert (root.level, root.handlers) == (before, [])


def test_level_of_an_application_with_handlers(
    txa: Backend, bare_root: Any, out: LogStream
):
    """O7: If the application has handlers, the root logger's level is not changed."""
    keeper = logging.handlers.BufferingHandler(9)
    with bare_root() as root:
        root.addHandler(keeper)
        before = root.level
        txa.start_logging(out, "debug")
        logging.getLogger("other").debug("a")
        txa.make_logger("another").debug("b")
        assert (root.level, keeper.buffer) == (before, [])
        txa.stop_logging()
    assert out.lines == ["debug another: b"]


def test_foreign_records(txa: Backend, out: LogStream):
    """O7: Records of other loggers are written in the same format, at our levels."""
    txa.start_logging(out, "warn")
    other = logging.getLogger("other")
    other.error("a %s\n", 1, exc_info=KeyError("x"))
    other.warning("b", stack_info=True)
    other.warning({"c": 1})
    txa.set_log_level("other", "error")
    other.warning("d")
    lines = out.getvalue().splitlines()
    heads = [line.partition(" ")[2] for line in lines if line[0] != " "]
    assert heads == ["error other: a 1", "warn other: b", "warn other: {'c': 1}"]
    assert "    KeyError: 'x'" in lines
    assert "    Stack (most recent call last):" in lines


def test_foreign_record_that_cannot_be_formatted(
    txa: Backend, bare_root: Any, out: LogStream
):
    """O1: It is written unformatted, with its arguments and the reason."""
    with bare_root():
        txa.start_logging(out)
        logging.getLogger("other").error("%d", "x")
        logging.getLogger("other").error(3, "x")
        txa.stop_logging()
    first, second = out.lines
    assert first.startswith("error other: %d [args=('x',), not formatted: TypeError: ")
    assert second.startswith("error other: 3 [args=('x',), not formatted: TypeError: ")


def test_foreign_record_that_cannot_be_written(
    txa: Backend, out: LogStream, capsys: pytest.CaptureFixture[str]
):
    """O1: The error is printed as by the standard library."""
    txa.start_logging(out)
    record = logging.makeLogRecord({"name": "other", "created": "now", "levelno": 40})
    logging.getLogger("other").handle(record)
    assert "--- Logging error ---" in capsys.readouterr().err
    assert out.lines == []


def test_record_from_another_process(txa: Backend, out: LogStream):
    """O6: Its traceback is text, which is written."""
    txa.start_logging(out)
    text = "Traceback\n  x"
    record = {"name": "other", "msg": "a", "levelno": 40, "exc_text": text}
    logging.getLogger("other").handle(logging.makeLogRecord(record))
    assert out.getvalue().endswith(" error other: a\n    Traceback\n      x\n")


def test_foreign_record_as_json(txa: Backend, out: LogStream):
    """O7: The extra attributes of a foreign record are its fields."""
    txa.start_logging(out, format="json")
    logging.getLogger("other").error("a %s", 1, extra={"peer": 3})
    record = json.loads(out.getvalue())
    assert (record["message"], record["format"]) == ("a 1", "a %s")
    assert record["fields"] == {"peer": 3}
    assert record["thread"] == "MainThread"
