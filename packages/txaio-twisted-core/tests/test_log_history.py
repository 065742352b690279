"""Events from before the application begins logging, while ours are written."""

from __future__ import annotations

import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogBeginner, Logger, LogPublisher, formatEvent

from txaio_twisted import TwistedBackend
from txaio_twisted._log_history import _events_in


if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = pytest.mark.usefixtures("beginner")


class Warnings:
    """A fake of the module of that name."""

    showwarning = None


@pytest.fixture
def beginner(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A `LogBeginner` with its publisher, of a program that has not begun logging."""
    publisher = LogPublisher()
    beginner: Any = LogBeginner(publisher, StringIO(), sys, Warnings())
    monkeypatch.setattr("txaio_twisted._log_observer.globalLogPublisher", publisher)
    monkeypatch.setattr("txaio_twisted._log_observer.globalLogBeginner", beginner)
    monkeypatch.setattr("txaio_twisted._emitter.globalLogPublisher", publisher)
    return beginner


@pytest.fixture
def txa() -> Iterator[TwistedBackend]:
    """A backend whose logging is reset after the test."""
    txa = TwistedBackend(Clock())
    yield txa
    txa.stop_logging()


@pytest.fixture
def native(beginner: Any) -> Logger:
    """A logger of Twisted."""
    return Logger("native", observer=beginner._publisher)


class Program:
    """An application that begins logging, and what its observer gets."""

    def __init__(self, beginner: Any) -> None:
        self._beginner = beginner
        self.events: list[Any] = []

    def begin(self, **options: Any) -> None:
        """Begin logging."""
        observers = [self.events.append]
        self._beginner.beginLoggingTo(observers, redirectStandardIO=False, **options)

    @property
    def said(self) -> list[str]:
        """The messages that the observer got."""
        return [formatEvent(event) for event in self.events]


@pytest.fixture
def program(beginner: Any) -> Program:
    """An application."""
    return Program(beginner)


def messages(out: StringIO) -> list[str]:
    """Return what was written to *out*, without times and levels."""
    return [line.rpartition(": ")[2] for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("starts", [1, 2])
def test_program_that_begins_later(
    txa: TwistedBackend, native: Logger, program: Program, starts: int
):
    """O7: Its observers get all that was logged before, and we write nothing twice."""
    out = StringIO()
    native.info("one")
    for _time in range(starts):
        txa.start_logging(out)
    native.info("two")
    txa.make_logger("some").error("three")
    native.debug("below our level")
    program.begin()
    native.info("four")
    assert program.said == ["one", "two", "three", "below our level", "four"]
    assert messages(out) == ["two", "three", "one", "four"]


def test_program_that_begins_after_the_stop(
    txa: TwistedBackend, native: Logger, program: Program
):
    """O7: The events from before, from between and from after the stop are kept."""
    native.info("one")
    first, second = StringIO(), StringIO()
    txa.start_logging(first)
    native.info("two")
    txa.stop_logging()
    native.info("three")
    txa.start_logging(second)
    native.info("four")
    txa.stop_logging()
    native.info("five")
    program.begin()
    assert program.said == ["one", "two", "three", "four", "five"]
    assert (messages(first), messages(second)) == (["two"], ["four"])


def test_events_of_an_earlier_start_are_not_written_again(
    txa: TwistedBackend, native: Logger, program: Program
):
    """O7: When logging begins, only those are written that were not before."""
    txa.start_logging(StringIO())
    native.info("one")
    txa.stop_logging()
    native.info("two")
    txa.start_logging(out := StringIO())
    native.info("three")
    program.begin()
    txa.start_logging(out)
    native.info("four")
    assert program.said == ["one", "two", "three", "four"]
    assert messages(out) == ["three", "two", "four"]
    txa.stop_logging()
    native.info("five")
    assert program.said[-1] == "five"


def test_program_that_discards_what_was_logged(
    txa: TwistedBackend, native: Logger, program: Program, beginner: Any
):
    """O7: Its observers do not get it, and nothing is kept any more."""
    buffer = beginner._initialBuffer
    txa.start_logging(out := StringIO())
    native.info("one")
    program.begin(discardBuffer=True)
    native.info("two")
    native.info("three")
    assert program.said == ["two", "three"]
    assert messages(out) == ["one", "two", "three"]
    assert [formatEvent(event) for event in _events_in(buffer)] == ["one"]
    txa.stop_logging()
    assert beginner._initialBuffer is buffer


def test_only_the_last_events_are_kept(
    txa: TwistedBackend, native: Logger, program: Program
):
    """O7: Twisted keeps 200 of them, and so do we."""
    txa.start_logging(StringIO())
    for number in range(201):
        native.info("{number}", number=number)
    program.begin()
    assert program.said == [str(number) for number in range(1, 201)]


def test_observer_that_logs_when_logging_begins(
    txa: TwistedBackend, native: Logger, beginner: Any
):
    """O7: What it logs is written once, and is not published again."""
    seen: list[str] = []

    def observe(event: dict[str, Any]) -> None:
        seen.append(formatEvent(event))
        if event["log_namespace"] == "native":
            txa.make_logger("some").info("seen " + seen[-1])

    txa.start_logging(out := StringIO())
    native.info("one")
    native.info("two")
    beginner.beginLoggingTo([observe], redirectStandardIO=False)
    assert seen == ["one", "seen one", "two", "seen two"]
    assert messages(out) == ["one", "two", "seen one", "seen two"]


class Buffer:
    """A buffer to which another thread appends meanwhile, the first time."""

    calls = 0

    def replayTo(self, append: Any) -> None:  # noqa: N802 - as in Twisted
        self.calls += 1
        append({"n": self.calls})
        if self.calls == 1:
            raise RuntimeError("deque mutated during iteration")


def test_buffer_that_changes_meanwhile():
    """O7: It is read again."""
    assert _events_in(Buffer()) == [{"n": 2}]
