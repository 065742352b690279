"""The functions on Twisted, whichever backend is selected."""

from __future__ import annotations

from time import perf_counter_ns, time_ns

from twisted.logger import LogLevel

from txaio import _forward, _logging
from txaio._config import config
from txaio._forward import *
from txaio._logging import *
from txaio._logging import Loggers
from txaio._native_logger import NativeLogger as Logger
from txaio._selection import methods_of, with_config
from txaio._twisted import AmbientTwisted
from txaio.interfaces import IFailedFuture, ILogger, log_levels


backend: AmbientTwisted = AmbientTwisted()
using_asyncio: bool = False
using_twisted: bool = True

__all__ = [
    "IFailedFuture",
    "ILogger",
    "LogLevel",
    "Logger",
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
