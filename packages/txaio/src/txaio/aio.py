"""The functions on asyncio, whichever backend is selected."""

from __future__ import annotations

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


backend: AmbientAsyncio = AmbientAsyncio()
using_asyncio: bool = True
using_twisted: bool = False

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
