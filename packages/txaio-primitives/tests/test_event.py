"""Events."""

from __future__ import annotations

import pytest

from txaio_primitives import Event


@pytest.fixture
def event(txaio):
    """An event that has not happened."""
    return Event(txaio)


async def test_all_go_on(event, txaio, loop):
    """All who wait go on when it happens, and later ones at once."""
    waiting = [await loop.start(event.wait), event.wait_future()]
    assert not event.is_set()
    assert [txaio.is_called(each) for each in waiting] == [False, False]
    event.set()
    event.set()
    assert event.is_set()
    assert await txaio.gather(waiting) == [None, None]
    await event.wait()
    assert await event.wait_future() is None


async def test_clear(event, txaio, loop):
    """After `clear` those who come wait again."""
    event.set()
    event.clear()
    assert not event.is_set()
    waiting = await loop.start(event.wait)
    assert not txaio.is_called(waiting)
    event.set()
    await waiting


async def test_set_and_clear_at_once(event, txaio, loop):
    """Those who wait go on even if it is cleared at once."""
    first, second = await loop.start(event.wait), event.wait_future()
    event.set()
    event.clear()
    await txaio.gather([first, second])


async def test_one_is_cancelled(event, loop):
    """One that is cancelled takes nobody along."""
    futures = [
        await loop.start(event.wait),
        await loop.start(event.wait),
        event.wait_future(),
    ]
    loop.cancel(futures[0])
    event.set()
    ends = [await loop.outcome(future) for future in futures]
    assert ends == ["cancelled", "done", "done"]
