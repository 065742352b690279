"""The txaio backend on Twisted."""

from txaio_common import BatchedTimer
from txaio_twisted._backend import TwistedBackend, run
from txaio_twisted._emitter import LOG_LEVELS, EventEmitter
from txaio_twisted._native import TwistedFuture


__all__ = [
    "LOG_LEVELS",
    "BatchedTimer",
    "EventEmitter",
    "TwistedBackend",
    "TwistedFuture",
    "run",
]
