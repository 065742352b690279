"""What logging prints if it fails, and where that may lead."""

from __future__ import annotations

import io
import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest

from txaio_common import LineSink, print_logging_error
from txaio_common._logging import complaints
from txaio_common._logging.complaints import COMPLAINTS, Complaints
from txaio_common._logging.handler import ROOT_HANDLER


if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import LogStream
    from txaio_common import Backend


class Redirected(io.StringIO):
    """A standard stream whose writes cause others."""

    def __init__(self, cause: Callable[[], object]) -> None:
        super().__init__()
        self.cause = cause

    def write(self, text: str) -> int:
        self.cause()
        return super().write(text)


@pytest.fixture
def original(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """The original standard error."""
    monkeypatch.setattr(sys, "__stderr__", original := io.StringIO())
    return original


class Failing(logging.Handler):
    """A handler that raises."""

    def handle(self, record: logging.LogRecord) -> bool:
        raise RuntimeError(record.getMessage())


def test_error_of_a_message_about_an_error(
    txa: Backend,
    native: logging.Logger,
    original: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
):
    """O1: The second goes to the original standard error, and ends it."""
    native.addHandler(Failing())
    log = txa.make_logger("some")
    stderr = Redirected(lambda: log.info("again"))
    monkeypatch.setattr(sys, "stderr", stderr)
    log.info("first")
    assert stderr.getvalue().endswith("RuntimeError: first\n")
    assert ", in emit\n" not in stderr.getvalue()
    assert original.getvalue().count("RuntimeError: again\n") == 1
    monkeypatch.setattr(sys, "__stderr__", stderr)
    log.info("second")
    assert stderr.getvalue().endswith("RuntimeError: second\n")
    assert stderr.getvalue().count("RuntimeError: again\n") == 1


def test_record_that_cannot_be_written(
    txa: Backend,
    out: LogStream,
    original: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
):
    """O1: The error of a foreign record ends in the same way."""
    txa.start_logging(out)
    bad = {"name": "other", "created": "now", "levelno": 40}
    record = logging.makeLogRecord(bad)
    stderr = Redirected(lambda: ROOT_HANDLER.handle(record))
    monkeypatch.setattr(sys, "stderr", stderr)
    ROOT_HANDLER.handle(record)
    assert stderr.getvalue().count("--- Logging error ---") == 1
    assert "Error: " in original.getvalue()
    monkeypatch.setattr(logging, "raiseExceptions", False)
    before = stderr.getvalue()
    ROOT_HANDLER.handle(record)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    ROOT_HANDLER.handleError(record)  # There is no error.
    assert stderr.getvalue() == before


def test_number_of_complaints(original: io.StringIO, monkeypatch: pytest.MonkeyPatch):
    """O1: It is limited; then it is a number per second, and the others are counted."""
    now = 1.0
    monkeypatch.setattr(complaints, "monotonic", lambda: now)
    monkeypatch.setattr(complaints, "COMPLAINTS", Complaints())
    monkeypatch.setattr(sys, "stderr", stderr := io.StringIO())
    for _time in range(complaints.MAX_COMPLAINTS + 7):
        print_logging_error(ValueError("x"))
    assert stderr.getvalue() == "ValueError: x\n" * complaints.MAX_COMPLAINTS
    stderr.truncate(0)
    stderr.seek(0)
    now += 1.5 / complaints.COMPLAINTS_PER_SECOND
    for _time in range(2):
        print_logging_error(ValueError("y"))
    counted = "(7 errors of logging were not printed here)\n"
    assert stderr.getvalue() == f"{counted}ValueError: y\n"
    now += 1000
    for _time in range(complaints.MAX_COMPLAINTS + 1):
        print_logging_error(ValueError("z"))
    assert stderr.getvalue().count("ValueError: z\n") == complaints.MAX_COMPLAINTS
    assert original.getvalue() == ""


class FullStream(io.StringIO):
    """A stream that cannot be written to."""

    def write(self, _text: str) -> int:
        raise OSError


def test_line_that_contains_a_printed_one(
    original: io.StringIO, monkeypatch: pytest.MonkeyPatch
):
    """O1: It goes to the original standard error, and no further."""
    monkeypatch.setattr(sys, "stderr", stderr := io.StringIO())
    sink: Any = LineSink(FullStream(), "text")

    def write(text: str) -> None:
        event = {"log_time": 0.0, "log_namespace": "some", "log_format": text}
        sink.write("info", text, event, lambda: (None, None))

    for _time in range(3):
        write("first")
    assert stderr.getvalue().count("info some: first\n") == 3
    line = stderr.getvalue().partition("\n")[0]
    write(f"second {line}")
    second = original.getvalue().partition("\n")[0]
    assert second.endswith(line)
    write(f"third {second}")
    write("a line with ANSI" + "\N{SNOWMAN}" * 2_000)
    assert "third" not in stderr.getvalue() + original.getvalue()
    assert stderr.getvalue().count(" info some: ") == 4
    assert max(len(text) for text, _ in COMPLAINTS._printed) <= 1_000
