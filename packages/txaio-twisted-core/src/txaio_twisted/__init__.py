"""The txaio backend on Twisted."""

from txaio_common import BatchedTimer
from txaio_twisted import _requirement  # noqa: F401 - first, as it checks Twisted
from txaio_twisted._backend import TwistedBackend
from txaio_twisted._driver import TwistedDriver
from txaio_twisted._emitter import LOG_LEVELS, EventEmitter
from txaio_twisted._failures import CancelledError
from txaio_twisted._future import (
    TwistedFuture,
    TwistedOwner,
    settle_from_deferred,
)
from txaio_twisted._generators import TwistedGenerators
from txaio_twisted._run import run
from txaio_twisted._task import TwistedTask
from txaio_twisted._wall_clock import clock_of


__all__ = [
    "LOG_LEVELS",
    "BatchedTimer",
    "CancelledError",
    "EventEmitter",
    "TwistedBackend",
    "TwistedDriver",
    "TwistedFuture",
    "TwistedGenerators",
    "TwistedOwner",
    "TwistedTask",
    "clock_of",
    "run",
    "settle_from_deferred",
]
