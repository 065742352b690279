"""The functions on asyncio, whichever backend is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from txaio._asyncio import make_backend
from txaio._config import config
from txaio._logging import Loggers
from txaio.interfaces import IFailedFuture, ILogger, log_levels


if TYPE_CHECKING:
    from txaio._asyncio import AmbientAsyncio

backend: AmbientAsyncio = make_backend()

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

using_asyncio: bool = True
using_twisted: bool = False

__all__ = [
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
    "reject",
    "resolve",
    "set_global_log_level",
    "sleep",
    "start_logging",
    "using_asyncio",
    "using_twisted",
    "with_config",
]
