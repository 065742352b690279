"""Records as `logging.LogRecord` makes them, in half of the time.

Most of that goes into the names of its file and module, found anew for each record.
"""

from __future__ import annotations

import logging
import os
import sys
from threading import current_thread, get_ident
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from types import FrameType

    Record = logging.LogRecord

_MODEL = logging.LogRecord("", 0, "", 0, "", (), None)
_STARTED = _MODEL.created - _MODEL.relativeCreated / 1000
_HAS_TASKS = hasattr(_MODEL, "taskName")  # Since Python 3.12.

_files: dict[str, tuple[str, str]] = {}
"""The names of files and their modules, by path."""


def native_record(
    event: dict[str, Any], level: int, frame: FrameType, msg: object, exc_info: Any
) -> Record:
    """Return a record of *event*, made by the code that runs in *frame*.

    Of a factory that the application has set, it is what that makes.
    """
    code = frame.f_code
    path, line, function = code.co_filename, frame.f_lineno, code.co_name
    name = event["log_namespace"]
    factory = logging.getLogRecordFactory()
    if factory is not logging.LogRecord:
        return factory(name, level, path, line, msg, (), exc_info, function)
    record = logging.LogRecord.__new__(logging.LogRecord)
    record.name, record.msg, record.args = name, msg, ()
    record.levelno, record.levelname = level, logging.getLevelName(level)
    record.pathname, record.lineno, record.funcName = path, line, function
    record.filename, record.module = _files.get(path) or _file_of(path)
    record.exc_info = exc_info
    record.exc_text = record.stack_info = None
    record.created = created = event["log_time"]
    record.msecs = created % 1 * 1000 // 1
    record.relativeCreated = (created - _STARTED) * 1000
    _say_where(record)
    return record


def _file_of(path: str) -> tuple[str, str]:
    filename = os.path.basename(path)  # noqa: PTH119 - as `logging` does it
    names = _files[path] = filename, os.path.splitext(filename)[0]  # noqa: PTH122
    return names


def _say_where(record: Record) -> None:
    """Add what runs, as far as the application wants to know."""
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
        record.taskName = _name_of_task() if wanted else None


def _name_of_task() -> str | None:
    asyncio: Any = sys.modules.get("asyncio")
    # To ask for the task raises where no loop runs, which costs more than all else.
    if asyncio is None or asyncio._get_running_loop() is None:
        return None
    task = asyncio.current_task()
    return None if task is None else str(task.get_name())
