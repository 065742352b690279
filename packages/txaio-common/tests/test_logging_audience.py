"""Who hears of a message: our handler alone, others beside it, or nobody."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from logging.handlers import BufferingHandler
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from conftest import Written

    from txaio_common import Backend

    Audience = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(params=["alone", "among others"])
def audience(request: pytest.FixtureRequest, bare_root: Audience) -> Audience:
    """Have the root logger with our handler alone, or with those of pytest."""
    return bare_root if request.param == "alone" else nullcontext


@pytest.fixture(params=[logging.DEBUG, logging.CRITICAL])
def native(request: pytest.FixtureRequest, native: logging.Logger) -> logging.Logger:
    """The standard library's logger `some`, which lets much through, or little."""
    native.setLevel(request.param)
    return native


def test_logger_that_does_not_propagate(
    txl: Backend, native: logging.Logger, out: Written, audience: Audience
):
    """O7: A logger that keeps to itself is left alone."""
    with audience():
        txl.start_logging(out)
        native.propagate = False
        txl.make_logger("some").info("a")
        native.addHandler(logging.NullHandler())
        txl.make_logger("some").info("b")
        txl.stop_logging()
    assert out.lines == []


def test_handler_of_a_logger(
    txl: Backend, native: logging.Logger, out: Written, audience: Audience
):
    """O7: A logger's own handler gets what it would get without us."""
    keeper = BufferingHandler(9)
    native.addHandler(keeper)
    with audience():
        txl.start_logging(out)
        txl.make_logger("some").info("a")
        txl.make_logger("some").critical("b")
        txl.stop_logging()
    expected = ["a", "b"] if native.level == logging.DEBUG else ["b"]
    assert [record.getMessage() for record in keeper.buffer] == expected
    assert out.lines == ["info some: a", "critical some: b"]


def test_filters(
    txl: Backend, native: logging.Logger, out: Written, audience: Audience
):
    """O3: Filters of the logger see each record, and may change it."""

    def no_secrets(record: Any) -> bool:
        record.fields["peer"] = "***"
        return "lost" not in record.fields["log_format"]

    native.addFilter(no_secrets)
    with audience():
        txl.start_logging(out)
        log = txl.make_logger("some")
        log.info("peer {peer}", peer=1)
        log.info("lost")
        txl.stop_logging()
    assert out.lines == ["info some: peer ***"]


def test_filter_of_our_handler(
    txl: Backend, native: logging.Logger, out: Written, audience: Audience
):
    """O3: A filter or a level that our handler was given holds."""
    assert native
    with audience():
        before = logging.getLogger().handlers[:]
        txl.start_logging(out)
        (handler,) = set(logging.getLogger().handlers).difference(before)
        log = txl.make_logger("some")
        keep = lambda record: "lost" not in record.getMessage()  # noqa: E731
        handler.addFilter(keep)
        log.info("a")
        log.info("lost")
        handler.removeFilter(keep)
        handler.setLevel(logging.WARNING)
        log.info("b")
        log.warn("c")
        handler.setLevel(logging.NOTSET)
        txl.stop_logging()
    assert out.lines == ["info some: a", "warn some: c"]


def test_switched_off(
    txl: Backend, native: logging.Logger, out: Written, audience: Audience
):
    """O7: A logger that the application has switched off is silent."""
    with audience():
        txl.start_logging(out)
        log = txl.make_logger("some")
        log.info("a")
        native.disabled = True
        log.info("b")
        native.disabled = False
        logging.disable(logging.INFO)
        log.info("c")
        log.warn("d")
        logging.disable(logging.NOTSET)
        txl.stop_logging()
    assert out.lines == ["info some: a", "warn some: d"]


def fallen_silent(native: logging.Logger) -> None:
    """Leave *native* as libraries do: without anyone who listens."""
    native.propagate = False
    native.addHandler(logging.NullHandler())
    distant = BufferingHandler(9)
    distant.setLevel(logging.CRITICAL)
    native.addHandler(distant)


def test_nobody_listens(
    txl: Backend, native: logging.Logger, monkeypatch: pytest.MonkeyPatch
):
    """O4: A record that all handlers would ignore is not made."""
    fallen_silent(native)
    monkeypatch.setattr("txaio_common._logging.emitter.make_record", None)
    txl.make_logger("some").error("a")
    txl.make_logger("some").info("b")


class Watched(logging.Logger):
    """A logger that keeps what it is to handle."""

    def handle(self, record: logging.LogRecord) -> None:
        SEEN.append(record)


SEEN: list[logging.LogRecord] = []


@pytest.mark.parametrize("by", ["filter", "factory", "class", "handlers"])
def test_somebody_listens(
    txl: Backend,
    native: logging.Logger,
    monkeypatch: pytest.MonkeyPatch,
    by: str,
):
    """O3: A record is made for filters, factories, classes and the last resort."""
    fallen_silent(native)
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
    txl.make_logger("some").error("a")
    native.__class__ = logging.Logger
    native.filters.clear()
    assert [record.getMessage() for record in SEEN] == ["a"]
