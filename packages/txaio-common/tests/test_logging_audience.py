"""The audience of a message: only our handler, other handlers as well, or none."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from logging.handlers import BufferingHandler
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from conftest import LogStream
    from txaio_common import Backend

    Audience = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(params=["only ours", "others too"])
def audience(request: pytest.FixtureRequest, bare_root: Audience) -> Audience:
    """A context in which the root logger has only our handler, or pytest's as well."""
    return bare_root if request.param == "only ours" else nullcontext


@pytest.fixture(params=[logging.DEBUG, logging.CRITICAL])
def native(request: pytest.FixtureRequest, native: logging.Logger) -> logging.Logger:
    """The standard library's logger `some`, at level debug and at level critical."""
    native.setLevel(request.param)
    return native


def test_logger_that_does_not_propagate(
    txa: Backend, native: logging.Logger, out: LogStream, audience: Audience
):
    """O7: Its messages are not written to our sink."""
    with audience():
        txa.start_logging(out)
        native.propagate = False
        txa.make_logger("some").info("a")
        native.addHandler(logging.NullHandler())
        txa.make_logger("some").info("b")
        txa.stop_logging()
    assert out.lines == []


def test_handler_of_a_logger(
    txa: Backend, native: logging.Logger, out: LogStream, audience: Audience
):
    """O7: A logger's own handler gets the records that it would get without us."""
    keeper = BufferingHandler(9)
    native.addHandler(keeper)
    with audience():
        txa.start_logging(out)
        txa.make_logger("some").info("a")
        txa.make_logger("some").critical("b")
        txa.stop_logging()
    expected = ["a", "b"] if native.level == logging.DEBUG else ["b"]
    assert [record.getMessage() for record in keeper.buffer] == expected
    assert out.lines == ["info some: a", "critical some: b"]


def test_filters(
    txa: Backend, native: logging.Logger, out: LogStream, audience: Audience
):
    """O3: Filters of the logger see each record, and may change it."""

    def no_secrets(record: Any) -> bool:
        record.fields["peer"] = "***"
        return "lost" not in record.fields["log_format"]

    native.addFilter(no_secrets)
    with audience():
        txa.start_logging(out)
        log = txa.make_logger("some")
        log.info("peer {peer}", peer=1)
        log.info("lost")
        txa.stop_logging()
    assert out.lines == ["info some: peer ***"]


def test_filter_of_our_handler(
    txa: Backend, native: logging.Logger, out: LogStream, audience: Audience
):
    """O3: A filter and a level of our handler apply."""
    assert native
    with audience():
        before = logging.getLogger().handlers[:]
        txa.start_logging(out)
        (handler,) = set(logging.getLogger().handlers).difference(before)
        log = txa.make_logger("some")
        keep = lambda record: "lost" not in record.getMessage()  # noqa: E731
        handler.addFilter(keep)
        log.info("a")
        log.info("lost")
        handler.removeFilter(keep)
        handler.setLevel(logging.WARNING)
        log.info("b")
        log.warn("c")
        handler.setLevel(logging.NOTSET)
        txa.stop_logging()
    assert out.lines == ["info some: a", "warn some: c"]


def test_disabled_logger(
    txa: Backend, native: logging.Logger, out: LogStream, audience: Audience
):
    """O7: A logger that the application has disabled writes nothing."""
    with audience():
        txa.start_logging(out)
        log = txa.make_logger("some")
        log.info("a")
        native.disabled = True
        log.info("b")
        native.disabled = False
        logging.disable(logging.INFO)
        log.info("c")
        log.warn("d")
        logging.disable(logging.NOTSET)
        txa.stop_logging()
    assert out.lines == ["info some: a", "warn some: d"]


def add_ignoring_handlers(native: logging.Logger) -> None:
    """Give *native* handlers that ignore its messages, as libraries do."""
    native.propagate = False
    native.addHandler(logging.NullHandler())
    critical = BufferingHandler(9)
    critical.setLevel(logging.CRITICAL)
    native.addHandler(critical)


def test_all_handlers_ignore_a_message(
    txa: Backend, native: logging.Logger, monkeypatch: pytest.MonkeyPatch
):
    """O4: A record that all handlers would ignore is not made."""
    add_ignoring_handlers(native)
    monkeypatch.setattr("txaio_common._logging.emitter.make_record", None)
    txa.make_logger("some").error("a")
    txa.make_logger("some").info("b")


class Watched(logging.Logger):
    """A logger that keeps its records in `SEEN`."""

    def handle(self, record: logging.LogRecord) -> None:
        SEEN.append(record)


SEEN: list[logging.LogRecord] = []


@pytest.mark.parametrize("by", ["filter", "factory", "class", "handlers"])
def test_a_record_is_observed(
    txa: Backend,
    native: logging.Logger,
    monkeypatch: pytest.MonkeyPatch,
    by: str,
):
    """O3: A record is made for filters, factories, classes and the last resort."""
    add_ignoring_handlers(native)
    native.setLevel(logging.DEBUG)
    SEEN.clear()
    if by == "filter":
        native.addFilter(lambda record: SEEN.append(record) or True)
    elif by == "factory":

        def make(*args: Any) -> logging.LogRecord:
            SEEN.append(logging.LogRecord(*args))
            return SEEN[0]

        before = logging.getLogRecordFactory()
        monkeypatch.setattr(logging, "_logRecordFactory", make)
        assert logging.getLogRecordFactory() is not before
    elif by == "class":
        native.__class__ = Watched
    else:
        native.handlers.clear()
        keeper = BufferingHandler(9)
        keeper.buffer = SEEN
        monkeypatch.setattr(logging, "lastResort", keeper)
    txa.make_logger("some").error("a")
    native.__class__ = logging.Logger
    native.filters.clear()
    assert [record.getMessage() for record in SEEN] == ["a"]
