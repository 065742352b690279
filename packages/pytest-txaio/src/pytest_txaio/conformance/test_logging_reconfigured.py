"""Logging is configured again while messages are logged."""

from __future__ import annotations

import importlib
import io
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._logging import log_natively, logged, native_records


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_txaio import Host
    from txaio_interfaces import IBackend


@contextmanager
def at_each_call(do: Callable[[], object]) -> Iterator[None]:
    """Call *do* at each call and return in the block, as if it were another thread."""
    before: Any = sys.getprofile()

    def profile(_frame: object, _event: str, _arg: object) -> None:
        sys.setprofile(None)
        do()
        sys.setprofile(profile)

    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(before)


@pytest.fixture(params=["streams", "paths"])
def outs(request: pytest.FixtureRequest, tmp_path: Path) -> list[Any]:
    """Two outputs of `start_logging`."""
    if request.param == "streams":
        return [io.StringIO(), io.StringIO()]
    return [tmp_path / "first", tmp_path / "second"]


def written_to(outs: list[Any]) -> list[str]:
    """Return what was written to *outs*, without times and levels."""
    texts = [
        out.getvalue() if isinstance(out, io.StringIO) else out.read_text("utf-8")
        for out in outs
    ]
    return [line.rpartition(": ")[2] for line in "".join(texts).splitlines()]


@pytest.mark.parametrize("native", [False, True])
async def test_messages_while_logging_is_started_again(
    txa: IBackend,
    host: Host,
    outs: list[Any],
    capsys: pytest.CaptureFixture[str],
    *,
    native: bool,
) -> None:
    """O7: Each is written once, to the one output or to the other."""
    log, count = txa.make_logger("name"), 0

    def say() -> None:
        nonlocal count
        count += 1
        log.info("{count}", count=count)

    with logged(txa), native_records(host, "name" if native else "another"):
        txa.start_logging(outs[0])
        with at_each_call(say):
            txa.start_logging(outs[1])
        say()
        txa.start_logging(None)
    assert count > 10
    assert written_to(outs) == [str(number) for number in range(1, count + 1)]
    assert capsys.readouterr() == ("", "")


class Restarting:
    """An object whose repr starts logging to another output, or stops it, once."""

    def __init__(self, start: Callable[[], None]) -> None:
        self.todo: list[Callable[[], None]] = [start]

    def __repr__(self) -> str:
        while self.todo:
            self.todo.pop()()
        return "restarting"


async def test_message_for_an_output_that_is_replaced(
    txa: IBackend,
    outs: list[Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """O7: A message that was on its way to it goes to the new one."""
    with logged(txa):
        txa.start_logging(outs[0])
        it = Restarting(lambda: txa.start_logging(outs[1]))
        txa.make_logger("name").info("x", it=it)
        txa.start_logging(None)
    assert written_to([outs[1]]) == ["x [it=restarting]"]
    assert written_to([outs[0]]) == []
    assert capsys.readouterr() == ("", "")


async def test_message_for_a_stream_after_the_stop(txa: IBackend) -> None:
    """O7: A message that was on its way to a stream is still written there."""
    out = io.StringIO()
    with logged(txa):
        txa.start_logging(out)
        txa.make_logger("name").info("x", it=Restarting(txa.stop_logging))
    assert written_to([out]) == ["x [it=restarting]"]


@pytest.mark.parametrize("name", ["stdout", "stderr"])
async def test_standard_stream(
    txa: IBackend,
    host: Host,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """O7: A standard stream is used, also if it was redirected to Twisted's log."""
    out = io.StringIO()
    monkeypatch.setattr(sys, f"__{name}__", out)
    monkeypatch.setattr(sys, name, out)
    if host.package == "txaio_twisted":
        logger: Any = importlib.import_module("twisted.logger")
        level = {"stdout": logger.LogLevel.info, "stderr": logger.LogLevel.error}[name]
        redirected = logger.LoggingFile(logger.Logger(name), level)
        monkeypatch.setattr(sys, name, redirected)
    with logged(txa):
        txa.start_logging(getattr(sys, name))
        txa.make_logger("name").info("one")
        log_natively(host, "two")
    assert written_to([out]) == ["one", "two"]
