"""Interfaces for libraries that run on asyncio, Twisted and Trio alike."""

from txaio_interfaces._backend import IBackend
from txaio_interfaces._failures import IFailedFuture, IFailures
from txaio_interfaces._futures import IFuture, IFutures
from txaio_interfaces._logging import (
    ILogger,
    ILogging,
    LogFormat,
    LogLevel,
    log_levels,
)
from txaio_interfaces._scopes import IMoveOnScope, IScope
from txaio_interfaces._timers import IBatchedTimer, IDelayedCall, ITimers


__all__ = [
    "IBackend",
    "IBatchedTimer",
    "IDelayedCall",
    "IFailedFuture",
    "IFailures",
    "IFuture",
    "IFutures",
    "ILogger",
    "ILogging",
    "IMoveOnScope",
    "IScope",
    "ITimers",
    "LogFormat",
    "LogLevel",
    "log_levels",
]
