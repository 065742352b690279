"""Lines that signal handlers log while another line is written."""

from __future__ import annotations

import signal
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from txaio_common._logging import sink
from txaio_common._logging.sink import MAX_PENDING_LINES, WriteLock


if TYPE_CHECKING:
    from collections.abc import Iterator

    from txaio_common import Backend

NUMBER = signal.SIGINT
"""A signal that each system has."""


@pytest.fixture
def _restored() -> Iterator[None]:
    """The signal handler is restored after the test."""
    before = signal.getsignal(NUMBER)
    yield
    signal.signal(NUMBER, before)


class Interrupted(StringIO):
    """A stream during whose writes signals come."""

    def __init__(self, signals: int) -> None:
        super().__init__()
        self.left = signals

    def write(self, text: str) -> int:
        done = super().write(text)
        if self.left:
            self.left -= 1
            signal.raise_signal(NUMBER)
        return done


def handlers(log: Any) -> dict[str, Any]:
    """Return signal handlers of several kinds that log."""

    class Handler:
        def __call__(self, _number: int, _frame: object) -> None:
            self.log()

        def log(self) -> None:
            log("signal")

    def reset(number: int, _frame: object) -> None:
        before = signal.signal(number, signal.SIG_IGN)
        log("signal")
        signal.signal(number, before)

    return {
        "lambda": lambda *_: log("signal"),
        "object": Handler(),
        "partial": partial(lambda text, _number, _frame: log(text), "signal"),
        "reset": reset,
    }


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize("kind", ["lambda", "object", "partial", "reset"])
@pytest.mark.parametrize("count", [1, 2, 3, 20])
def test_signals_while_lines_are_written(txa: Backend, kind: str, count: int):
    """O7: Each line is written, also if it comes while a waiting one is."""
    out = Interrupted(count)
    txa.start_logging(out)
    log = txa.make_logger("some")
    signal.signal(NUMBER, handlers(log.warn)[kind])
    log.info("first")
    log.info("last")
    said = [line.rpartition(" ")[2] for line in out.getvalue().splitlines()]
    assert said == ["first", *["signal"] * count, "last"]


@pytest.mark.usefixtures("_restored")
def test_signals_at_each_write(txa: Backend):
    """O1: A call writes a limited number of lines; the next one goes on with them."""
    out = Interrupted(10 * MAX_PENDING_LINES)
    txa.start_logging(out)
    log = txa.make_logger("some")
    signal.signal(NUMBER, lambda *_: log.warn("signal"))
    log.info("first")
    assert out.getvalue().count("\n") == 1 + MAX_PENDING_LINES
    out.left = 0
    log.info("last")
    said = [line.rpartition(" ")[2] for line in out.getvalue().splitlines()]
    assert said[-2:] == ["last", "signal"]
    assert len(said) == 3 + MAX_PENDING_LINES


class Lock(WriteLock):
    """A lock that calls a function just before a thread gives it up."""

    todo: Any = None
    _holder = 0

    @property
    def holder(self) -> int:
        """The thread that writes."""
        return self._holder

    @holder.setter
    def holder(self, thread: int) -> None:
        if not thread and self.todo is not None:
            todo, self.todo = self.todo, None
            todo()
        self._holder = thread


def test_signal_at_the_end_of_a_write(txa: Backend, monkeypatch: pytest.MonkeyPatch):
    """O7: Its line is not left for the next call, which may never come."""
    lock = Lock()
    monkeypatch.setattr(sink, "WRITE_LOCK", lock)
    txa.start_logging(out := StringIO())
    log = txa.make_logger("some")
    lock.todo = lambda: log.warn("signal")
    log.info("first")
    said = [line.rpartition(" ")[2] for line in out.getvalue().splitlines()]
    assert said == ["first", "signal"]


class Breaking(Interrupted):
    """A stream that cannot write some texts."""

    def write(self, text: str) -> int:
        if self.left == 0 and "signal" in text:
            self.left = -1
            raise OSError
        return super().write(text) if self.left > 0 else StringIO.write(self, text)


@pytest.mark.usefixtures("_restored")
def test_waiting_line_that_cannot_be_written(
    txa: Backend, capsys: pytest.CaptureFixture[str]
):
    """O7: It is written with the next one."""
    out = Breaking(1)
    txa.start_logging(out)
    log = txa.make_logger("some")
    signal.signal(NUMBER, lambda *_: log.warn("signal"))
    log.info("first")
    assert "the log cannot be written" in capsys.readouterr().err
    log.info("last")
    said = [line.rpartition(" ")[2] for line in out.getvalue().splitlines()]
    assert said == ["first", "last", "signal"]
    out.write = lambda text: log.info("wrote") or StringIO.write(out, text)  # type: ignore[method-assign]
    log.info("another")
    said = [line.rpartition(" ")[2] for line in out.getvalue().splitlines()]
    assert said[3:] == ["another", "wrote"]
