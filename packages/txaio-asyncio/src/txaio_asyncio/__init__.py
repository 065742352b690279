"""The txaio backend on asyncio and uvloop."""

from txaio_asyncio._backend import AsyncioBackend
from txaio_asyncio._driver import AsyncioDriver
from txaio_asyncio._run import run
from txaio_common import BatchedTimer


__all__ = ["AsyncioBackend", "AsyncioDriver", "BatchedTimer", "run"]
