"""Tasks that are cancelled here, and by others."""

from __future__ import annotations

import asyncio

import pytest

import txaio_asyncio


def test_cancelled_while_a_timeout_expires():
    """X4: That another has cancelled the task a moment ago keeps nothing from it."""
    told = []

    async def work(txa):
        try:
            async with asyncio.timeout(0):
                await txa.create_future()
        except TimeoutError:
            told.append("timed out")
        await txa.create_future()

    async def main(txa):
        future = txa.as_future(work, txa)
        # The timeout expires in the second turn, and the task hears of it in the third.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert future.cancelling()
        assert told == []
        txa.cancel(future)
        with pytest.raises(asyncio.CancelledError):
            await txa.timeout(future, 1)

    txaio_asyncio.run(main)
    assert told == []
