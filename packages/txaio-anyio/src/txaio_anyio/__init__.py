"""The txaio backend on AnyIO: asyncio, uvloop and Trio."""

from txaio_anyio._backend import AnyioBackend, run
from txaio_anyio._native import AnyioFuture, CancelledError, InvalidStateError
from txaio_common import BatchedTimer


__all__ = [
    "AnyioBackend",
    "AnyioFuture",
    "BatchedTimer",
    "CancelledError",
    "InvalidStateError",
    "run",
]
