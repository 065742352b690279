"""Standard error leads back into a log that cannot be written."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

from pytest_txaio.conformance._logging import logged


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, LogFormat


class FullStream(io.StringIO):
    """A stream on a disk that is full."""

    def write(self, _text: str) -> int:
        """Fail."""
        raise OSError(28, "No space left on device")


class Redirected:
    """Standard error that logs what is written to it, at once or later."""

    def __init__(self, log: Callable[[str], object]) -> None:
        self.log = log
        self.writes: int = 0
        self.later: list[str] | None = None

    def write(self, text: str) -> None:
        """Log each line."""
        self.writes += 1
        for line in text.splitlines():
            if self.later is None:
                self.log(line)
            else:
                self.later.append(line)

    def flush(self) -> None:
        """Do nothing."""


@pytest.fixture
def original(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """The original standard error."""
    original = io.StringIO()
    monkeypatch.setattr(sys, "__stderr__", original)
    return original


FORMATS = ["text", "json", "color"]
HOW_LOGGED = ["field", "message", "unnamed"]


def redirected(
    txa: IBackend, monkeypatch: pytest.MonkeyPatch, way: str = "field"
) -> Redirected:
    """Redirect standard error into the log."""
    log = txa.make_logger("stderr")
    stderr = Redirected(
        {
            "field": lambda line: log.error("{line}", line=line),
            "message": log.error,
            "unnamed": lambda line: log.error("said", line=line),
        }[way]
    )
    monkeypatch.setattr(sys, "stderr", stderr)
    return stderr


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("way", HOW_LOGGED)
async def test_complaint_that_leads_back(
    txa: IBackend,
    original: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    form: LogFormat,
    way: str,
) -> None:
    """O1: The call returns, and what it has said is on the original standard error."""
    with logged(txa):
        txa.start_logging(FullStream(), format=form)
        stderr = redirected(txa, monkeypatch, way)
        txa.make_logger("name").info("hello\n{ world")
        assert stderr.writes == 1
    assert "hello" in original.getvalue()
    assert "No space left" in original.getvalue()
    assert len(original.getvalue()) < 3_000


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("way", HOW_LOGGED)
async def test_complaint_that_leads_back_later(
    txa: IBackend,
    original: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    form: LogFormat,
    way: str,
) -> None:
    """O1: Complaints that are logged later come to an end as well."""
    with logged(txa):
        txa.start_logging(FullStream(), format=form)
        stderr = redirected(txa, monkeypatch, way)
        later: list[str] = []
        stderr.later = later
        txa.make_logger("name").info("hello\nworld")
        rounds = 0
        while later and rounds < 100:
            rounds += 1
            stderr.log(later.pop(0))
    assert rounds < 20
    assert "hello" in original.getvalue()
    assert len(original.getvalue()) < 5_000


async def test_original_standard_error_that_leads_back(
    txa: IBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O1: The call returns, though all that it could complain to is the log."""
    with logged(txa):
        txa.start_logging(FullStream())
        stderr = redirected(txa, monkeypatch)
        monkeypatch.setattr(sys, "__stderr__", stderr)
        txa.make_logger("name").info("hello")
    assert stderr.writes < 10


async def test_same_message_often(
    txa: IBackend, capsys: pytest.CaptureFixture[str]
) -> None:
    """O1: All that cannot be written is printed, also if it is the same each time."""
    with logged(txa):
        txa.start_logging(FullStream())
        for _time in range(20):
            txa.make_logger("name").info("hello")
    assert capsys.readouterr().err.count("hello\n") == 20
