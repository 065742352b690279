"""One API for asyncio, Twisted and Trio: choose a backend, and call its functions."""

from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING

from txaio import interfaces
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
    add_log_categories,
    get_global_log_level,
    make_logger,
    set_global_log_level,
    start_logging,
)
from txaio._selection import (
    SELECTION,
    use,
    use_anyio,
    use_asyncio,
    use_twisted,
    with_config,
)
from txaio.interfaces import IBatchedTimer, IFailedFuture, ILogger


if TYPE_CHECKING:
    from txaio._version import __version__, version
else:
    from txaio._version import __getattr__  # noqa: F401 - Python calls it

using_asyncio: bool = False
using_twisted: bool = False
using_anyio: bool = False
_explicit_framework: str | None = None

# The functions above find the backend with each call, which costs four times as much
# as a method of it: so the methods take their places, once, when it is selected.
SELECTION.follow(globals().update)

__all__ = [
    "IBatchedTimer",
    "IFailedFuture",
    "ILogger",
    "__version__",
    "add_callbacks",
    "add_log_categories",
    "as_future",
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
    "interfaces",
    "is_called",
    "is_future",
    "make_batched_timer",
    "make_logger",
    "perf_counter_ns",
    "reject",
    "resolve",
    "set_global_log_level",
    "sleep",
    "start_logging",
    "time_ns",
    "use",
    "use_anyio",
    "use_asyncio",
    "use_twisted",
    "using_anyio",
    "using_asyncio",
    "using_twisted",
    "version",
    "with_config",
]
