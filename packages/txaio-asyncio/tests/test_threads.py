"""Work in the threads of a loop's own pool, and errors of that pool."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor

import pytest

import txaio_asyncio


def test_work_that_the_pool_cancels():
    """H2: What had not begun as the pool was shut down is cancelled, and no error."""
    reports = []

    async def main(txa):
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: reports.append(context))
        pool, release = ThreadPoolExecutor(1), threading.Event()
        loop.set_default_executor(pool)
        first, second = txa.run_in_thread(release.wait, 10), txa.run_in_thread(int)
        pool.shutdown(wait=False, cancel_futures=True)
        release.set()
        assert await first
        with pytest.raises(asyncio.CancelledError):
            await second
        return second.cancelled()

    assert txaio_asyncio.run(main)
    assert reports == []


def test_work_that_the_pool_does_not_do():
    """H2: The future fails with the error of the pool."""

    def fail():
        raise LookupError

    async def main(txa):
        pool = ThreadPoolExecutor(1, initializer=fail)
        asyncio.get_running_loop().set_default_executor(pool)
        with pytest.raises(BrokenExecutor):
            await txa.run_in_thread(int)

    txaio_asyncio.run(main)
