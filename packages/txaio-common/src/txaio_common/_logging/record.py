"""Records of the standard library: made from events, and turned into events."""

from __future__ import annotations

import logging
import os
import pickle
import sys
from functools import total_ordering
from threading import current_thread, get_ident
from typing import Any, NamedTuple, SupportsIndex

from txaio_common._failures import FailedFuture, message_of
from txaio_common._logging.event import Event, failure_in, traceback_in
from txaio_common._logging.formats import ThreadAndTask
from txaio_common._logging.levels import TRACE, level_name
from txaio_common._logging.text import message_text, repr_of


logging.addLevelName(TRACE, "TRACE")


class CallSite(NamedTuple):
    """The place in a program where a message was logged."""

    path: str
    line: int
    function: str


class Fields(dict[str, Any]):
    """The `fields` of a record: an event that can always be pickled."""

    def __reduce__(self) -> Any:
        """Pickle as a plain dictionary, with the reprs of values without a pickle."""
        return dict, ({key: _picklable(value) for key, value in self.items()},)


def _picklable(value: object) -> object:
    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001 - whatever a value raises that has no pickle
        return repr_of(value)
    return value


@total_ordering
class Message:
    """The `msg` of a record, which is formatted once, when its text is needed.

    Apart from its class it is as good as the text: it is equal to it, is found by it in
    a dictionary, and has the methods of a string.
    """

    __slots__ = ("_text", "event", "thread_and_task")

    def __init__(self, event: Fields, thread_and_task: ThreadAndTask) -> None:
        """Stand for the message of *event*, logged in *thread_and_task*."""
        self.event = event
        self.thread_and_task = thread_and_task
        self._text: str | None = None

    @property
    def text(self) -> str:
        """The formatted message."""
        text = self._text
        if text is None:
            text = self._text = message_text(self.event)
        return text

    def __str__(self) -> str:
        return str(self.text)  # Exactly a `str`, for formatters and pickles.

    def __repr__(self) -> str:
        return repr(str(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return str(self) == (str(other) if type(other) is Message else other)

    def __lt__(self, other: Any) -> bool:
        return str(self) < (str(other) if type(other) is Message else other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __len__(self) -> int:
        return len(str(self))

    def __contains__(self, text: str) -> bool:
        return text in str(self)

    def __getitem__(self, index: SupportsIndex | slice) -> str:
        return str(self)[index]

    def __add__(self, text: str) -> str:
        return str(self) + text

    def __radd__(self, text: str) -> str:
        return text + str(self)

    def __getattr__(self, name: str) -> Any:
        """Return a method of the text."""
        return getattr(str(self), name)

    def __reduce__(self) -> Any:
        """Pickle as plain text."""
        return str, (str(self),)


def make_record(
    event: Event,
    number: int,
    call_site: tuple[str, int, str],
    thread_and_task: ThreadAndTask,
) -> logging.LogRecord:
    """Return *event* as a record of the level *number*, logged at *call_site*.

    That is a `CallSite`, or a plain tuple like it, which is faster to make.
    The record is made by the application's record factory, if one is set.
    """
    fields = Fields(event)
    message = Message(fields, thread_and_task)
    exc_info = _exc_info_of(event) if "log_failure" in event else None
    factory = logging.getLogRecordFactory()
    if factory is logging.LogRecord:
        record = _fast_record(event, number, call_site, message, exc_info)
    else:
        path, line, function = call_site
        name = event["log_namespace"]
        record = factory(name, number, path, line, message, (), exc_info, function)
    record.fields = fields
    return record


def _exc_info_of(event: Event) -> Any:
    failure = failure_in(event)
    if failure is None:
        return None
    return type(failure.value), failure.value, traceback_in(failure)


_MODEL = logging.LogRecord("", 0, "", 0, "", (), None)
_STARTED = _MODEL.created - _MODEL.relativeCreated / 1000
_HAS_TASKS = hasattr(_MODEL, "taskName")  # Since Python 3.12.

_files: dict[str, tuple[str, str]] = {}
"""The names of files and modules, by path."""


def _fast_record(
    event: Event,
    number: int,
    call_site: tuple[str, int, str],
    message: Message,
    exc_info: Any,
) -> logging.LogRecord:
    """Return a record as `logging.LogRecord` makes it, in half the time.

    `LogRecord.__init__` spends most of its time on splitting the path of the file.
    """
    path, line, function = call_site
    record = logging.LogRecord.__new__(logging.LogRecord)
    record.name, record.msg, record.args = event["log_namespace"], message, ()
    record.levelno, record.levelname = number, logging.getLevelName(number)
    record.pathname, record.lineno, record.funcName = path, line, function
    record.filename, record.module = _files.get(path) or _split_path(path)
    record.exc_info = exc_info
    record.exc_text = record.stack_info = None
    record.created = created = event["log_time"]
    record.msecs = created % 1 * 1000 // 1
    record.relativeCreated = (created - _STARTED) * 1000
    _add_thread_and_task(record)
    return record


def _add_thread_and_task(record: logging.LogRecord) -> None:
    """Set what *record* says of thread, process and task, as far as that is enabled."""
    record.thread = record.threadName = record.processName = record.process = None
    if logging.logThreads:
        record.thread, record.threadName = get_ident(), current_thread().name
    if logging.logMultiprocessing:
        processes = sys.modules.get("multiprocessing")
        record.processName = (
            processes.current_process().name if processes else "MainProcess"
        )
    if logging.logProcesses:
        record.process = os.getpid()
    if _HAS_TASKS:
        wanted = vars(logging)["logAsyncioTasks"]
        record.taskName = _asyncio_task_name() if wanted else None


def _split_path(path: str) -> tuple[str, str]:
    filename = os.path.basename(path)  # noqa: PTH119 - as `logging` does it
    names = _files[path] = filename, os.path.splitext(filename)[0]  # noqa: PTH122
    return names


def _asyncio_task_name() -> str | None:
    asyncio: Any = sys.modules.get("asyncio")
    # Where no loop runs `current_task` raises, which takes longer than all the rest.
    if asyncio is None or asyncio._get_running_loop() is None:  # noqa: SLF001 - see above
        return None
    task = asyncio.current_task()
    return None if task is None else str(task.get_name())


def event_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return the event of *record*, which was not made here."""
    event = {k: v for k, v in vars(record).items() if k not in _NO_FIELDS}
    raw = record.msg
    event["log_time"] = record.created
    event["log_level"] = level_name(record.levelno)
    event["log_namespace"] = record.name
    event["log_format"] = raw if isinstance(raw, str) else repr_of(raw)
    if record.exc_info and record.exc_info[1] is not None:
        event["log_failure"] = FailedFuture(record.exc_info[1])
    elif record.exc_text:
        event["log_stack"] = record.exc_text
    if record.stack_info:
        event["log_stack"] = record.stack_info
    return event


_NO_FIELDS = frozenset((*vars(_MODEL), "message", "asctime"))


def text_of_record(record: logging.LogRecord) -> str:
    """Return the message of *record*, which was not made here; never raises."""
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - whatever the arguments raise
        raw = record.msg if isinstance(record.msg, str) else repr_of(record.msg)
        args = repr_of(record.args)
        return f"{raw} [args={args}, not formatted: {message_of(error)}]"
