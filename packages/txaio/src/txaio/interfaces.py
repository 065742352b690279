"""What callers rely on, under the names that txaio has had for it."""

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
    "log_levels",
]
