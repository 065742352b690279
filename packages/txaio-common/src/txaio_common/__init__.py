"""What the backends of txaio share, free of any event loop."""

from txaio_common._batches import BatchedTimer
from txaio_common._buckets import BatchedCall
from txaio_common._checks import check_callable, check_delay, check_grace
from txaio_common._coroutine_functions import check_thread_function
from txaio_common._failures import FailedFuture, Failures, current_exception
from txaio_common._futures import Futures, call_and_wait, wait_for
from txaio_common._gather import UNSET
from txaio_common._lifecycle import (
    GRACE,
    LEAST_GRACE,
    ThreadChecked,
    Unavailable,
    debug_mode,
    in_thread,
    start_main,
)
from txaio_common._logging import (
    LEVELS,
    NUMBERS,
    CallSite,
    Emitter,
    Event,
    LevelListener,
    LineSink,
    Logger,
    LoggerEmitter,
    NullSink,
    PositionalArgsMessage,
    RecordEmitter,
    ThreadAndTask,
    add_log_categories,
    check_level,
    failure_in,
    log_context,
    make_event,
    make_logger,
    message_text,
    name_of_caller,
    print_logging_error,
    start_logging,
)
from txaio_common._logging_mixins import Logging, StdlibLogging
from txaio_common._timers import DelayedCall, NativeCall, Timers


__all__ = [
    "GRACE",
    "LEAST_GRACE",
    "LEVELS",
    "NUMBERS",
    "UNSET",
    "BatchedCall",
    "BatchedTimer",
    "CallSite",
    "DelayedCall",
    "Emitter",
    "Event",
    "FailedFuture",
    "Failures",
    "Futures",
    "LevelListener",
    "LineSink",
    "Logger",
    "LoggerEmitter",
    "Logging",
    "NativeCall",
    "NullSink",
    "PositionalArgsMessage",
    "RecordEmitter",
    "StdlibLogging",
    "ThreadAndTask",
    "ThreadChecked",
    "Timers",
    "Unavailable",
    "add_log_categories",
    "call_and_wait",
    "check_callable",
    "check_delay",
    "check_grace",
    "check_level",
    "check_thread_function",
    "current_exception",
    "debug_mode",
    "failure_in",
    "in_thread",
    "log_context",
    "make_event",
    "make_logger",
    "message_text",
    "name_of_caller",
    "print_logging_error",
    "start_logging",
    "start_main",
    "wait_for",
]
