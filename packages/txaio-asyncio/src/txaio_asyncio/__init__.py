"""The txaio backend on asyncio and uvloop."""

from txaio_asyncio._backend import AsyncioBackend, run
from txaio_common import BatchedTimer


__all__ = ["AsyncioBackend", "BatchedTimer", "run"]
