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
from txaio_common._logging.emitter import RecordEmitter, StdlibLogging
from txaio_common._logging.event import failure_in, make_event
from txaio_common._logging.levels import LEVELS, NUMBERS, check_level
from txaio_common._logging.logger import Emit, Logger
from txaio_common._logging.names import name_of_caller
from txaio_common._logging.sink import LineSink, NullSink, print_logging_error
from txaio_common._logging.text import PositionalArgsMessage, message_text
from txaio_common._logging_mixins import Logging
from txaio_common._timers import DelayedCall, NativeCall, Timers


__all__ = [
    "GRACE",
    "LEAST_GRACE",
    "LEVELS",
    "NUMBERS",
    "UNSET",
    "BatchedCall",
    "BatchedTimer",
    "DelayedCall",
    "Emit",
    "FailedFuture",
    "Failures",
    "Futures",
    "LineSink",
    "Logger",
    "Logging",
    "NativeCall",
    "NullSink",
    "PositionalArgsMessage",
    "RecordEmitter",
    "StdlibLogging",
    "ThreadChecked",
    "Timers",
    "Unavailable",
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
    "make_event",
    "message_text",
    "name_of_caller",
    "print_logging_error",
    "start_main",
    "wait_for",
]
