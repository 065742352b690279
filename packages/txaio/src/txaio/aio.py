"""The functions on asyncio, whichever backend is selected."""

from __future__ import annotations

import logging
from time import perf_counter_ns, time_ns

from txaio import _forward, _logging
from txaio._asyncio import AmbientAsyncio
from txaio._config import config
from txaio._forward import *
from txaio._logging import *
from txaio._logging import Loggers
from txaio._selection import methods_of, with_config
from txaio.interfaces import IFailedFuture, ILogger, log_levels
from txaio_common import FailedFuture


# Programs that have set up `logging` themselves set this to True, and run code that
# calls `start_logging`, which then does nothing.
_started_logging: bool = False

backend: AmbientAsyncio = AmbientAsyncio(globals())
using_asyncio: bool = True
using_twisted: bool = False


def _TxaioLogWrapper(logger: logging.Logger) -> ILogger:  # noqa: N802 - see below
    """Return a logger that writes to *logger*.

    It was a class, and is kept for programs that call it.
    """
    return backend.make_logger(logger.name)


__all__ = [
    "FailedFuture",
    "IFailedFuture",
    "ILogger",
    "backend",
    "config",
    "log_levels",
    "perf_counter_ns",
    "time_ns",
    "using_asyncio",
    "using_twisted",
    "with_config",
]
__all__ += _forward.__all__
__all__ += _logging.__all__

# The functions imported above call the selected backend; here they are the methods of
# this one.
globals().update(
    methods_of(backend, [*_forward.__all__, *_logging.__all__, "with_config"]),
    make_logger=Loggers(lambda: backend).make_logger,
)
