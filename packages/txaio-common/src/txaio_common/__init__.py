"""The code that all backends of txaio share; it imports no event loop."""

from txaio_common._async_generators import AsyncGenerators
from txaio_common._await_cycles import find_path
from txaio_common._backend import Backend
from txaio_common._base_future import BaseFuture, OwningFuture
from txaio_common._base_task import BaseTask
from txaio_common._batched import BatchedCall, BatchedTimer
from txaio_common._buckets import Bucket
from txaio_common._cancel_scope import NO_TASK, CancelScope, TaskScope
from txaio_common._cancellation import Cancellation, first_text
from txaio_common._checked_driver import CheckedDriver, checked
from txaio_common._checks import (
    check_batches,
    check_callable,
    check_delay,
    check_grace,
    check_handler,
    check_thread_function,
    discard_result,
    is_awaitable,
    is_coroutine_function,
    not_a_future,
    reject_unawaited_coroutine,
)
from txaio_common._clocks import clock_of, grain_of, is_uvloop
from txaio_common._combinators import gather
from txaio_common._driver import (
    Driver,
    Handle,
    HasDriver,
    Statistics,
    as_coroutine,
)
from txaio_common._ended_driver import EndedDriver
from txaio_common._failures import (
    FailedFuture,
    current_exception,
    hide_frames_of,
    traceback_of,
)
from txaio_common._foreign import explain_foreign_await
from txaio_common._future_driver import FutureDriver
from txaio_common._futures import fail
from txaio_common._logging import (
    LEVELS,
    NUMBERS,
    CallSite,
    CompleteText,
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
    add_exc_info,
    add_log_categories,
    allowed_format,
    check_level,
    failure_in,
    make_event,
    make_logger,
    message_text,
    name_of_caller,
    print_logging_error,
    start_logging,
)
from txaio_common._main import (
    GRACE,
    LEAST_GRACE,
    ThreadCall,
    end_tasks,
    start_main,
)
from txaio_common._outcome import (
    UNSET,
    FailedOutcome,
    Outcome,
    UnretrievedFailure,
)
from txaio_common._running import Running, running
from txaio_common._shield import shield
from txaio_common._thread_errors import carried_error, carry_error
from txaio_common._timers import AS_LATER_FUTURE, DelayedCall, end_sleep


__all__ = [
    "AS_LATER_FUTURE",
    "GRACE",
    "LEAST_GRACE",
    "LEVELS",
    "NO_TASK",
    "NUMBERS",
    "UNSET",
    "AsyncGenerators",
    "Backend",
    "BaseFuture",
    "BaseTask",
    "BatchedCall",
    "BatchedTimer",
    "Bucket",
    "CallSite",
    "CancelScope",
    "Cancellation",
    "CheckedDriver",
    "CompleteText",
    "DelayedCall",
    "Driver",
    "Emitter",
    "EndedDriver",
    "Event",
    "FailedFuture",
    "FailedOutcome",
    "FutureDriver",
    "Handle",
    "HasDriver",
    "LevelListener",
    "LineSink",
    "Logger",
    "LoggerEmitter",
    "NullSink",
    "Outcome",
    "OwningFuture",
    "PositionalArgsMessage",
    "RecordEmitter",
    "Running",
    "Statistics",
    "TaskScope",
    "ThreadAndTask",
    "ThreadCall",
    "UnretrievedFailure",
    "add_exc_info",
    "add_log_categories",
    "allowed_format",
    "as_coroutine",
    "carried_error",
    "carry_error",
    "check_batches",
    "check_callable",
    "check_delay",
    "check_grace",
    "check_handler",
    "check_level",
    "check_thread_function",
    "checked",
    "clock_of",
    "current_exception",
    "discard_result",
    "end_sleep",
    "end_tasks",
    "explain_foreign_await",
    "fail",
    "failure_in",
    "find_path",
    "first_text",
    "gather",
    "grain_of",
    "hide_frames_of",
    "is_awaitable",
    "is_coroutine_function",
    "is_uvloop",
    "make_event",
    "make_logger",
    "message_text",
    "name_of_caller",
    "not_a_future",
    "print_logging_error",
    "reject_unawaited_coroutine",
    "running",
    "shield",
    "start_logging",
    "start_main",
    "traceback_of",
]
