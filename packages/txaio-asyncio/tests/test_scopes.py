"""Deadlines and owning futures, together with asyncio's own means."""

from __future__ import annotations

import asyncio

import pytest

import txaio_asyncio


def test_scope_without_a_task():
    """D5: In a callback of the loop there is nothing to cancel."""

    async def main(txa):
        errors = []

        def enter():
            try:
                txa.fail_after(1).__aenter__().send(None)
            except RuntimeError as error:
                errors.append(str(error))

        asyncio.get_running_loop().call_soon(enter)
        await txa.sleep(0.01)
        return errors

    [text] = txaio_asyncio.run(main)
    assert "as_future(fn)" in text


def test_cancelled_natively_after_its_last_await():
    """D3: asyncio's own cancellation is raised as the block is left."""

    async def work(txa):
        async with txa.move_on_after(60) as scope:
            scope.cancel()
            asyncio.current_task().cancel()
        return "swallowed"

    async def main(txa):
        with pytest.raises(asyncio.CancelledError):
            await txa.as_future(work, txa)

    txaio_asyncio.run(main)


def test_cancelling_a_settled_gather_natively():
    """X2: Nothing happens, as with any future of asyncio's."""

    async def main(txa):
        gathered = txa.gather([])
        assert await gathered == []
        assert gathered.cancel() is False
        member = txa.create_future()
        resolved = txa.gather([member])
        txa.resolve(resolved, "value")
        assert resolved.cancel() is False
        assert not member.done()

    txaio_asyncio.run(main)


def test_cancelling_a_gather_natively():
    """X5: asyncio is told that it was cancelled, though it has not ended yet."""

    async def wait(txa):
        await txa.create_future()

    async def main(txa):
        gathered = txa.gather([wait(txa)])
        assert gathered.cancel() is True
        assert not gathered.done()
        with pytest.raises(asyncio.CancelledError):
            await gathered

    txaio_asyncio.run(main)
