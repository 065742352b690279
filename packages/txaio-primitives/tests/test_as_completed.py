"""Futures in the order in which they are settled."""

from __future__ import annotations

import pytest

from pytest_txaio import collect_dropped
from txaio_primitives import as_completed


class Boom(Exception):
    """An error."""


async def test_in_order(txaio, unit):
    """The futures come as they are settled, whatever their outcomes are."""

    async def work(number):
        await txaio.sleep(number * unit)
        if number == 2:
            raise Boom
        return number

    futures = [txaio.as_future(work, number) for number in (3, 1, 2)]
    seen = [future async for future in as_completed(txaio, futures)]
    assert seen == [futures[1], futures[2], futures[0]]
    assert await seen[0] == 1
    with pytest.raises(Boom):
        await seen[1]


async def test_coroutines(txaio, unit):
    """Coroutines are run."""

    async def work(number):
        await txaio.sleep(number * unit)
        return number

    numbers = [await each async for each in as_completed(txaio, map(work, (2, 1)))]
    assert numbers == [1, 2]


async def test_nothing(txaio):
    """Of none there are none."""
    assert [each async for each in as_completed(txaio, [])] == []


async def test_cancelled_ones(txaio, loop):
    """A future that is cancelled comes like any other."""
    future = txaio.create_future()
    loop.cancel(future)
    assert [each async for each in as_completed(txaio, [future])] == [future]


async def test_cancelled_loop(txaio, loop, moment):
    """If the loop is cancelled, the futures go on, and none is lost."""
    futures = [txaio.create_future() for _ in range(3)]
    iterator = as_completed(txaio, futures)
    seen = []

    async def consumer():
        async for future in iterator:
            await txaio.uncancelled(txaio.sleep, 0)
            seen.append(future)

    consuming = await loop.start(consumer)
    txaio.resolve(futures[1])
    txaio.resolve(futures[0])
    await loop.turns(moment)
    loop.cancel(consuming)
    await loop.outcome(consuming)
    assert not txaio.is_called(futures[2])
    txaio.resolve(futures[2])
    await consumer()
    assert seen == [futures[1], futures[0], futures[2]]


async def test_left_early(txaio, txaio_errors, loop):
    """Errors that the loop does not come to are reported."""
    futures = [txaio.create_future() for _ in range(4)]
    txaio.resolve(futures[0])
    async for _ in as_completed(txaio, futures):
        break
    txaio.reject(futures[1], Boom())
    loop.cancel(futures[2])
    await loop.settle()
    assert txaio_errors.take() == []
    with txaio_errors.expect(Boom):
        txaio.resolve(futures[3])
        await loop.settle()
        del _
        collect_dropped()
        await loop.settle()


async def test_no_future(txaio):
    """What is no future is refused."""
    with pytest.raises(TypeError, match=r"futures must hold .*, not 'str'"):
        as_completed(txaio, "abc")
