"""Where records are written: whole lines, at once, whatever the stream is like."""

from __future__ import annotations

import os
import sys
from errno import ENOSPC
from io import BytesIO, FileIO, StringIO, TextIOWrapper
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

import pytest

from txaio_common import LineSink
from txaio_common._logging.sink import MAX_PENDING_LINES


if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Written

    from txaio_common import Backend


def test_standard_output_is_that_of_the_call(
    txl: Backend, capsys: pytest.CaptureFixture[str]
):
    """O7: Left out, it is standard output as it is now, not as it was."""
    txl.start_logging()
    txl.make_logger("some").info("x")
    assert capsys.readouterr().out.endswith(" info some: x\n")


def test_no_standard_output(txl: Backend, monkeypatch: pytest.MonkeyPatch):
    """O7: A program without standard output logs nowhere."""
    monkeypatch.setattr(sys, "stdout", None)
    txl.start_logging()
    txl.make_logger("some").info("x")


def test_binary_stream(txl: Backend):
    """O7: A stream of bytes gets UTF-8."""
    out = BytesIO()
    txl.start_logging(out)
    log = txl.make_logger("some")
    log.info("grün \ud800")
    log.info("b")
    first, second = out.getvalue().splitlines()
    assert first.endswith(" info some: grün \\ud800".encode())
    assert second.endswith(b" info some: b")


def test_stream_is_asked_once_what_it_takes(txl: Backend):
    """O7: A stream of bytes is offered text once, not with each line."""
    offered: list[type] = []

    class Binary(BytesIO):
        def write(self, data: Any) -> int:
            offered.append(type(data))
            return super().write(data)

    txl.start_logging(Binary())
    txl.make_logger("some").info("a")
    txl.make_logger("some").info("b")
    assert offered == [str, bytes, bytes]


def test_temporary_file(txl: Backend):
    """O7: What wraps a stream is written to as the stream is."""
    with NamedTemporaryFile() as out:
        txl.start_logging(out)
        txl.make_logger("some").info("x")
        out.seek(0)
        assert out.read().endswith(b" info some: x\n")


class WriteOnly:
    """All that an object needs to be written to."""

    def __init__(self) -> None:
        self.written: list[Any] = []
        self.write = self.written.append


def test_write_only_object_gets_text(txl: Backend):
    """O7: An object that can only be written to gets text."""
    out: Any = WriteOnly()
    txl.start_logging(out)
    txl.make_logger("some").info("x")
    (line,) = out.written
    assert line.endswith(" info some: x\n")


@pytest.mark.parametrize("convert", [str, lambda path: path])
def test_path(
    txl: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, convert: Any
):
    """O7: A path is opened and appended to, and closed in the end."""
    path = tmp_path / "log"
    path.write_text("before\n")
    txl.start_logging(convert(path))
    log = txl.make_logger("some")
    log.info("grün \ud800")
    assert path.read_text().endswith(" info some: grün \\ud800\n")
    closed: list[int] = []
    close = os.close
    monkeypatch.setattr(os, "close", lambda file: closed.append(file) or close(file))
    txl.stop_logging()
    log.info("after")
    assert len(path.read_text().splitlines()) == 2
    assert len(closed) == 1


def test_path_that_cannot_be_opened(txl: Backend, out: Written, tmp_path: Path):
    """O7: A path that cannot be opened is an error, and nothing changes."""
    txl.start_logging(out)
    with pytest.raises(OSError, match="log"):
        txl.start_logging(tmp_path / "none" / "log", "debug")
    txl.make_logger("some").info("x")
    assert out.lines == ["info some: x"]


class OneByte(FileIO):
    """A file that takes a byte at a time."""

    def write(self, data: Any) -> int:
        return super().write(data[:1])


def test_partial_writes(txl: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """O7: A line is whole even if it is taken in parts."""
    with OneByte(tmp_path / "stream", "w") as out:
        txl.start_logging(out)
        txl.make_logger("some").info("x")
    assert (tmp_path / "stream").read_text().endswith(" info some: x\n")
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:1]))
    txl.start_logging(tmp_path / "file")
    txl.make_logger("some").info("x")
    assert (tmp_path / "file").read_text().endswith(" info some: x\n")


def test_ascii_stream(txl: Backend):
    """O1: What the stream's encoding does not have is written as an escape."""
    raw = BytesIO()
    out = TextIOWrapper(raw, "ascii")
    txl.start_logging(out)
    txl.make_logger("some").info("grün")
    assert raw.getvalue().endswith(b" info some: gr\\xfcn\n")


class FullDisk(StringIO):
    """A stream on a disk that is full."""

    def flush(self) -> None:
        raise OSError(ENOSPC, "No space left on device")


def closed_stream() -> StringIO:
    """Return a stream that is closed."""
    stream = StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (FullDisk, "OSError(28, 'No space left on device')"),
        (closed_stream, "ValueError('I/O operation on closed file')"),
    ],
)
def test_stream_that_raises(
    txl: Backend, capsys: pytest.CaptureFixture[str], make: Any, reason: str
):
    """O1: A line that cannot be written goes to standard error, and raises nothing."""
    txl.start_logging(make())
    txl.make_logger("some").info("x")
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith(" info some: x")
    assert second == f"    (the log cannot be written, so this came here: {reason})"


def test_nowhere_to_write(txl: Backend, monkeypatch: pytest.MonkeyPatch):
    """O1: Without even a standard error a log call raises nothing."""
    monkeypatch.setattr(sys, "stderr", None)
    txl.start_logging(FullDisk())
    txl.make_logger("some").info("x")


def test_closed_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """O1: A thread that is late writes to standard error, not to another's file."""
    output = LineSink(tmp_path / "log", "text")
    output.close()
    another = LineSink(tmp_path / "another", "text")
    event = {"log_time": 0.0, "log_namespace": "some"}
    output.write("info", "late", event, lambda: (None, None))
    another.close()
    assert " info some: late\n" in capsys.readouterr().err
    assert (tmp_path / "another").read_text() == ""


class Chatty(StringIO):
    """A stream that logs whatever is written to it, as a redirected one does."""

    def __init__(self, say: Any, count: int = 1) -> None:
        super().__init__()
        self._say = say
        self._count = count

    def write(self, text: str) -> int:
        for _ in range(self._count):
            self._say("wrote {n}", n=len(text))
        return super().write(text)


def test_stream_that_logs(txl: Backend):
    """O1: What a stream logs while it is written to follows, and there is an end."""
    out = Chatty(txl.make_logger("stream").info)
    txl.start_logging(out)
    txl.make_logger("some").info("x")
    first, second = out.getvalue().splitlines()
    assert first.endswith(" info some: x")
    assert " info stream: wrote " in second


def test_stream_that_logs_much(txl: Backend):
    """O1: A stream may log so much, and no more."""
    out = Chatty(txl.make_logger("stream").info, 2 * MAX_PENDING_LINES)
    txl.start_logging(out)
    txl.make_logger("some").info("x")
    assert len(out.getvalue().splitlines()) == 1 + MAX_PENDING_LINES


@pytest.mark.parametrize(
    ("wrong", "kind", "said"),
    [
        (
            "debug",
            ValueError,
            r"out is 'debug', which .*start_logging\(level='debug'\)",
        ),
        (3, TypeError, "out must be a stream, a path or None, not 'int'"),
    ],
)
def test_what_cannot_be_written_to(
    txl: Backend, wrong: Any, kind: type[Exception], said: str
):
    """A level, or a number, in the place of a stream is refused at once."""
    with pytest.raises(kind, match=said):
        txl.start_logging(wrong)


def test_writer_that_decodes(txl: Backend):
    """A stream that can do nothing with text gets bytes."""
    lines: list[str] = []

    class Decoding:
        def write(self, data: bytes) -> None:
            lines.append(data.decode())

    stream: Any = Decoding()
    txl.start_logging(stream)
    txl.make_logger("some").info("x")
    txl.make_logger("some").info("y")
    assert [line[-9:] for line in lines] == [" some: x\n", " some: y\n"]
