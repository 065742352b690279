"""The functions on asyncio, whichever backend is selected."""

from __future__ import annotations

from time import perf_counter_ns, time_ns

from txaio._asyncio import AmbientAsyncio, make_backend
from txaio._config import config
from txaio._functions import (
    add_callbacks,
    as_future,
    call_later,
    cancel,
    create_failure,
    create_future,
    create_future_error,
    create_future_success,
    failure_format_traceback,
    failure_message,
    failure_traceback,
    gather,
    is_called,
    is_future,
    make_batched_timer,
    reject,
    resolve,
    sleep,
)
from txaio._logging import (
    Loggers,
    add_log_categories,
    get_global_log_level,
    make_logger,
    set_global_log_level,
    start_logging,
)
from txaio._selection import functions_of, with_config
from txaio.interfaces import IFailedFuture, ILogger, log_levels
from txaio_common import FailedFuture


backend: AmbientAsyncio = make_backend()

# What was imported under these names uses the selection: it gives them their types.
globals().update(
    functions_of(backend), make_logger=Loggers(lambda: backend).make_logger
)

using_asyncio: bool = True
using_twisted: bool = False

__all__ = [
    "FailedFuture",
    "IFailedFuture",
    "ILogger",
    "add_callbacks",
    "add_log_categories",
    "as_future",
    "backend",
    "call_later",
    "cancel",
    "config",
    "create_failure",
    "create_future",
    "create_future_error",
    "create_future_success",
    "failure_format_traceback",
    "failure_message",
    "failure_traceback",
    "gather",
    "get_global_log_level",
    "is_called",
    "is_future",
    "log_levels",
    "make_batched_timer",
    "make_logger",
    "perf_counter_ns",
    "reject",
    "resolve",
    "set_global_log_level",
    "sleep",
    "start_logging",
    "time_ns",
    "using_asyncio",
    "using_twisted",
    "with_config",
]
