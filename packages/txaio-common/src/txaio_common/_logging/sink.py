"""Sinks: what writes messages to a stream or a file, line by line."""

from __future__ import annotations

import os
import sys
from threading import get_ident
from typing import Any, cast

from txaio_common._logging.complaints import COMPLAINTS
from txaio_common._logging.event import Event
from txaio_common._logging.formats import (
    Render,
    ThreadAndTask,
    render_color,
    render_json,
    render_text,
)
from txaio_common._logging.levels import NUMBERS, ForkSafeLock


MAX_PENDING_LINES = 100
"""How many lines are kept that are logged by the stream that is being written to."""


class WriteLock(ForkSafeLock):
    """Held by the thread that writes a line.

    There is one for all sinks, as two of them may write to the same stream.

    The thread that holds it may log again before it has released it: the stream may
    log what is written to it, and a signal handler may run at any time.
    An ordinary lock would deadlock there.
    A re-entrant one lets the second line into the middle of the first, and recurses
    without end if each write logs.
    So *holder* says which thread is writing: a line that this thread logs meanwhile is
    kept, and written after the first one, before the lock is released.
    """

    holder = 0
    """The identifier of the thread that writes to a stream, 0 if none does."""

    def _renew(self) -> None:
        super()._renew()
        self.holder = 0


WRITE_LOCK = WriteLock()


class ClosedSinkError(Exception):
    """A line came for a sink that another one has replaced."""


class LineSink:
    """Writes messages, in one format, to one stream or path.

    Threads may still write to a sink that another one has replaced, as they have looked
    it up before: what comes after its end is written by the other one.
    """

    def __init__(self, out: Any, format: str) -> None:  # noqa: A002 - the callers' name
        """Write to *out*, in the *format* of that name."""
        self._render = _renderer(out, format)
        self._target: _File | _Stream = _Stream(out)
        if isinstance(out, str | os.PathLike):
            self._target = _File(cast("str | os.PathLike[str]", out))
        self._put = self._target.put
        self._successor: LineSink | None = None

    def write(
        self, level: str, text: str, event: Event, thread_and_task: ThreadAndTask
    ) -> None:
        """Write a message as a whole, immediately; to standard error if that fails."""
        line = self._render(level, text, event, thread_and_task)
        try:
            self._put(line)
        except ClosedSinkError:
            successor: Any = self._successor
            successor.write(level, text, event, thread_and_task)
        except Exception as error:  # noqa: BLE001 - whatever the stream raises
            COMPLAINTS.print_line(line, error)

    def close(self, successor: LineSink | None) -> None:
        """Close the file of a path; a stream stays open, for its owner to close.

        All further lines go to *successor*, if there is one.
        """
        self._successor = successor
        self._target.close(is_replaced=successor is not None)


class NullSink:
    """Writes nothing."""

    def write(
        self, level: str, text: str, event: Event, thread_and_task: ThreadAndTask
    ) -> None:
        """Write nothing."""

    def close(self, successor: LineSink | None) -> None:
        """Close nothing."""


class _File:
    """A file that lines are appended to without a buffer."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        self._is_replaced = False

    def put(self, line: str) -> None:
        data = line.encode("utf-8", "backslashreplace")
        with WRITE_LOCK.lock:
            try:
                written = os.write(self._file, data)
                while written < len(data):
                    written += os.write(self._file, data[written:])
            except OSError:
                if self._is_replaced:
                    raise ClosedSinkError from None
                raise

    def close(self, *, is_replaced: bool) -> None:
        with WRITE_LOCK.lock:
            self._is_replaced = is_replaced
            # A signal handler may log before the file is closed.
            file, self._file = self._file, -1
            os.close(file)


class _Stream:
    """A stream of text or of bytes; the first write tells which."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._flush = getattr(stream, "flush", _nothing)
        self._write = self._write_text
        self._pending: list[str] = []
        self._puts_pending = False
        self._is_replaced = False

    def put(self, line: str) -> None:
        me = get_ident()
        if WRITE_LOCK.holder == me:  # The stream or a signal handler logs.
            # A stream that logs each write to it would never end.
            is_kept = not self._puts_pending or _in_signal_handler()
            if is_kept and len(self._pending) < MAX_PENDING_LINES:
                self._pending.append(line)
            return
        with WRITE_LOCK.lock:
            if self._is_replaced:
                raise ClosedSinkError
            WRITE_LOCK.holder = me
            try:
                self._write(line)
                self._flush()
            finally:
                WRITE_LOCK.holder = 0
            # Only now, as a signal may have come just before.
            if self._pending:
                self._put_pending(me)

    def _put_pending(self, me: int) -> None:
        self._puts_pending = True
        try:
            # Signals may add lines meanwhile; if they are many, the next call goes on.
            for _count in range(MAX_PENDING_LINES):
                WRITE_LOCK.holder = me
                self._write(self._pending[0])
                del self._pending[0]
                self._flush()
                WRITE_LOCK.holder = 0
                if not self._pending:
                    break
        finally:
            WRITE_LOCK.holder = 0
            self._puts_pending = False

    def _write_text(self, line: str) -> None:
        try:
            self._stream.write(line)
        except UnicodeEncodeError as error:
            data = line.encode(error.encoding, "backslashreplace")
            self._stream.write(data.decode(error.encoding))
        except (TypeError, AttributeError):
            self._write_bytes(line)
            self._write = self._write_bytes

    def _write_bytes(self, line: str) -> None:
        data = line.encode("utf-8", "backslashreplace")
        written = self._stream.write(data)
        while isinstance(written, int) and 0 < written < len(data):
            data = data[written:]
            written = self._stream.write(data)

    def close(self, *, is_replaced: bool) -> None:
        """Leave the stream open."""
        with WRITE_LOCK.lock:
            self._is_replaced = is_replaced


_PUT = _Stream.put.__code__


def _in_signal_handler() -> bool:
    """Tell whether a signal handler has interrupted the write that is in progress.

    One of the arguments of a handler is the frame that it has interrupted, which is
    its caller as well.
    """
    frame = sys._getframe(2)  # noqa: SLF001 - only frames tell what has called this
    while (caller := frame.f_back) is not None and frame.f_code is not _PUT:
        for value in frame.f_locals.values():
            if value is caller or (type(value) is tuple and value[-1:] == (caller,)):
                return True
        frame = caller
    return False


def _renderer(out: Any, format: str) -> Render:  # noqa: A002 - the callers' name
    if format == "color":
        return render_color if _has_colors(out) else render_text
    return _RENDERERS[format]


def check_out(out: Any) -> Any:
    """Return *out* if it can be written to.

    Raises `ValueError` if it is the name of a level, and `TypeError` if it is neither
    a stream nor a path.
    """
    if isinstance(out, str) and out in NUMBERS:
        # It would be taken for the name of a file.
        msg = f"out is {out!r}, which is a level: start_logging(level={out!r})"
        raise ValueError(msg)
    if not isinstance(out, str | os.PathLike) and not hasattr(out, "write"):
        msg = f"out must be a stream, a path or None, not {type(out).__name__!r}"
        raise TypeError(msg)
    return out


def check_format(format: str) -> str:  # noqa: A002 - the callers' name
    """Return *format*, or raise `ValueError` if there is no format of that name."""
    if format not in _RENDERERS:
        msg = f"format must be one of {', '.join(_RENDERERS)}, not {format!r}"
        raise ValueError(msg)
    return format


_RENDERERS: dict[str, Render] = {
    "text": render_text,
    "json": render_json,
    "color": render_color,
}


def _has_colors(out: Any) -> bool:
    """Tell whether *out* is a terminal whose user wants colours."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    try:
        return bool(out.isatty())
    except Exception:  # noqa: BLE001 - a path, or a stream that is closed
        return False


def _nothing() -> None:
    """Do nothing, for streams that have no `flush`."""
