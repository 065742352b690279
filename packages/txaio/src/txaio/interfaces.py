"""The interfaces, under the names that txaio has always had for them."""

from txaio_interfaces import (
    IBackend,
    IBatchedTimer,
    IDelayedCall,
    IFailedFuture,
    IFailures,
    IFuture,
    IFutures,
    ILogger,
    ILogging,
    ITimers,
    LogFormat,
    LogLevel,
    log_levels,
)


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
    "ITimers",
    "LogFormat",
    "LogLevel",
    "log_levels",
]
