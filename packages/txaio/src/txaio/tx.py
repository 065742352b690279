"""The functions on Twisted, whichever backend is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.logger import LogLevel

from txaio._config import config
from txaio._logging import Loggers
from txaio._native_logger import NativeLogger as Logger
from txaio._twisted import make_backend
from txaio.interfaces import IFailedFuture, ILogger, log_levels


if TYPE_CHECKING:
    from txaio._twisted import AmbientTwisted

backend: AmbientTwisted = make_backend()

if TYPE_CHECKING:
    # They are those of txaio itself, for this backend.
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
        add_log_categories,
        get_global_log_level,
        make_logger,
        set_global_log_level,
        start_logging,
    )
    from txaio._selection import with_config
else:
    add_callbacks = backend.add_callbacks
    add_log_categories = backend.add_log_categories
    as_future = backend.as_future
    call_later = backend.call_later
    cancel = backend.cancel
    create_failure = backend.create_failure
    create_future = backend.create_future
    create_future_error = backend.create_future_error
    create_future_success = backend.create_future_success
    failure_format_traceback = backend.failure_format_traceback
    failure_message = backend.failure_message
    failure_traceback = backend.failure_traceback
    gather = backend.gather
    get_global_log_level = backend.get_global_log_level
    is_called = backend.is_called
    is_future = backend.is_future
    make_batched_timer = backend.make_batched_timer
    make_logger = Loggers(lambda: backend).make_logger
    reject = backend.reject
    resolve = backend.resolve
    set_global_log_level = backend.set_global_log_level
    sleep = backend.sleep
    start_logging = backend.start_logging
    with_config = backend.with_config

using_asyncio: bool = False
using_twisted: bool = True

__all__ = [
    "IFailedFuture",
    "ILogger",
    "LogLevel",
    "Logger",
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
    "reject",
    "resolve",
    "set_global_log_level",
    "sleep",
    "start_logging",
    "using_asyncio",
    "using_twisted",
    "with_config",
]
