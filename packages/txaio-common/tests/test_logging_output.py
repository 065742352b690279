"""Output to streams and files: whole lines, written immediately."""

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

    from conftest import LogStream
    from txaio_common import Backend


def test_standard_output_is_that_of_the_call(
    txa: Backend, capsys: pytest.CaptureFixture[str]
):
    """O7: By default it is standard output at the time of the call."""
    txa.start_logging()
    txa.make_logger("some").info("x")
    assert capsys.readouterr().out.endswith(" info some: x\n")


def test_no_standard_output(txa: Backend, monkeypatch: pytest.MonkeyPatch):
    """O7: A program without standard output writes nothing."""
    monkeypatch.setattr(sys, "stdout", None)
    txa.start_logging()
    txa.make_logger("some").info("x")


def test_binary_stream(txa: Backend):
    """O7: A stream of bytes gets UTF-8."""
    out = BytesIO()
    txa.start_logging(out)
    log = txa.make_logger("some")
    log.info("grün \ud800")
    log.info("b")
    first, second = out.getvalue().splitlines()
    assert first.endswith(" info some: grün \\ud800".encode())
    assert second.endswith(b" info some: b")


def test_type_of_a_stream_is_found_once(txa: Backend):
    """O7: Only the first line is tried as text on a stream of bytes."""
    offered: list[type] = []

    class Binary(BytesIO):
        def write(self, data: Any) -> int:
            offered.append(type(data))
            return super().write(data)

    txa.start_logging(Binary())
    txa.make_logger("some").info("a")
    txa.make_logger("some").info("b")
    assert offered == [str, bytes, bytes]


def test_temporary_file(txa: Backend):
    """O7: An object that wraps a stream of bytes gets bytes."""
    with NamedTemporaryFile() as out:
        txa.start_logging(out)
        txa.make_logger("some").info("x")
        out.seek(0)
        assert out.read().endswith(b" info some: x\n")


class WriteOnly:
    """An object that has only `write`."""

    def __init__(self) -> None:
        self.written: list[Any] = []
        self.write = self.written.append


def test_write_only_object_gets_text(txa: Backend):
    """O7: It gets text."""
    out: Any = WriteOnly()
    txa.start_logging(out)
    txa.make_logger("some").info("x")
    (line,) = out.written
    assert line.endswith(" info some: x\n")


@pytest.mark.parametrize("convert", [str, lambda path: path])
def test_path(
    txa: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, convert: Any
):
    """O7: The file is opened, appended to, and closed by `stop_logging`."""
    path = tmp_path / "log"
    path.write_text("before\n")
    txa.start_logging(convert(path))
    log = txa.make_logger("some")
    log.info("grün \ud800")
    assert path.read_text().endswith(" info some: grün \\ud800\n")
    closed: list[int] = []
    close = os.close
    monkeypatch.setattr(os, "close", lambda file: closed.append(file) or close(file))
    txa.stop_logging()
    log.info("after")
    assert len(path.read_text().splitlines()) == 2
    assert len(closed) == 1


def test_path_that_cannot_be_opened(txa: Backend, out: LogStream, tmp_path: Path):
    """O7: The call raises, and nothing changes."""
    txa.start_logging(out)
    with pytest.raises(OSError, match="log"):
        txa.start_logging(tmp_path / "none" / "log", "debug")
    txa.make_logger("some").info("x")
    assert out.lines == ["info some: x"]


class OneByte(FileIO):
    """A file that accepts one byte at a time."""

    def write(self, data: Any) -> int:
        return super().write(data[:1])


def test_partial_writes(txa: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """O7: A line is written completely, even in several writes."""
    with OneByte(tmp_path / "stream", "w") as out:
        txa.start_logging(out)
        txa.make_logger("some").info("x")
    assert (tmp_path / "stream").read_text().endswith(" info some: x\n")
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:1]))
    txa.start_logging(tmp_path / "file")
    txa.make_logger("some").info("x")
    assert (tmp_path / "file").read_text().endswith(" info some: x\n")


def test_ascii_stream(txa: Backend):
    """O1: Characters that the encoding does not have are written as escapes."""
    raw = BytesIO()
    out = TextIOWrapper(raw, "ascii")
    txa.start_logging(out)
    txa.make_logger("some").info("grün")
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
    txa: Backend, capsys: pytest.CaptureFixture[str], make: Any, reason: str
):
    """O1: A line that cannot be written goes to standard error, and raises nothing."""
    txa.start_logging(make())
    txa.make_logger("some").info("x")
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith(" info some: x")
    assert second == f"    (the log cannot be written, so this came here: {reason})"


def test_no_standard_error(txa: Backend, monkeypatch: pytest.MonkeyPatch):
    """O1: If standard error is missing as well, a log call raises nothing."""
    monkeypatch.setattr(sys, "stderr", None)
    txa.start_logging(FullDisk())
    txa.make_logger("some").info("x")


def test_closed_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """O1: A late line goes to standard error, and not to another file."""
    sink = LineSink(tmp_path / "log", "text")
    sink.close(None)
    another = LineSink(tmp_path / "another", "text")
    event = {"log_time": 0.0, "log_namespace": "some", "log_format": "late"}
    sink.write("info", "late", event, lambda: (None, None))
    another.close(None)
    assert " info some: late\n" in capsys.readouterr().err
    assert (tmp_path / "another").read_text() == ""


class LoggingStream(StringIO):
    """A stream that logs each write to it, as a redirected one does."""

    def __init__(self, log: Any, count: int = 1) -> None:
        super().__init__()
        self._log = log
        self._count = count

    def write(self, text: str) -> int:
        for _ in range(self._count):
            self._log("wrote {n}", n=len(text))
        return super().write(text)


def test_stream_that_logs(txa: Backend):
    """O1: A message that a stream logs during a write follows, without recursion."""
    out = LoggingStream(txa.make_logger("stream").info)
    txa.start_logging(out)
    txa.make_logger("some").info("x")
    first, second = out.getvalue().splitlines()
    assert first.endswith(" info some: x")
    assert " info stream: wrote " in second


def test_stream_that_logs_many_lines(txa: Backend):
    """O1: The number of lines that a stream may log during a write is limited."""
    out = LoggingStream(txa.make_logger("stream").info, 2 * MAX_PENDING_LINES)
    txa.start_logging(out)
    txa.make_logger("some").info("x")
    assert len(out.getvalue().splitlines()) == 1 + MAX_PENDING_LINES


@pytest.mark.parametrize(
    ("out", "kind", "message"),
    [
        (
            "debug",
            ValueError,
            r"out is 'debug', which .*start_logging\(level='debug'\)",
        ),
        (3, TypeError, "out must be a stream, a path or None, not 'int'"),
    ],
)
def test_out_that_is_not_a_stream(
    txa: Backend, out: Any, kind: type[Exception], message: str
):
    """A level or a number instead of a stream is an error."""
    with pytest.raises(kind, match=message):
        txa.start_logging(out)


def test_writer_that_decodes(txa: Backend):
    """A stream whose `write` fails with text gets bytes."""
    lines: list[str] = []

    class Decoding:
        def write(self, data: bytes) -> None:
            lines.append(data.decode())

    stream: Any = Decoding()
    txa.start_logging(stream)
    txa.make_logger("some").info("x")
    txa.make_logger("some").info("y")
    assert [line[-9:] for line in lines] == [" some: x\n", " some: y\n"]
