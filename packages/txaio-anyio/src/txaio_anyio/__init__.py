"""The txaio backend on AnyIO: asyncio, uvloop and Trio."""

from txaio_anyio._backend import AnyioBackend
from txaio_anyio._driver import AnyioDriver
from txaio_anyio._future import AnyioFuture, CancelledError, InvalidStateError
from txaio_anyio._run import run
from txaio_anyio._task import AnyioTask
from txaio_common import BatchedTimer


__all__ = [
    "AnyioBackend",
    "AnyioDriver",
    "AnyioFuture",
    "AnyioTask",
    "BatchedTimer",
    "CancelledError",
    "InvalidStateError",
    "run",
]
