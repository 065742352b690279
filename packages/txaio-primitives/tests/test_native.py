"""Primitives in native code: scopes, timeouts and coroutines of the framework."""

from __future__ import annotations

import asyncio

import anyio
import pytest
from twisted.internet.defer import ensureDeferred

from txaio_primitives import Lock, Queue, TaskGroup


ON_ANYIO = pytest.mark.txaio(backends=["anyio-asyncio", "anyio-trio"])
ON_ASYNCIO = pytest.mark.txaio(backends=["asyncio"])
ON_TWISTED = pytest.mark.txaio(backends=["twisted", "twisted-asyncioreactor"])


@pytest.fixture
def child(txaio, seen):
    """A coroutine function that waits until it is cancelled, and cleans up."""

    async def child():
        try:
            await txaio.create_future()
        finally:
            await txaio.uncancelled(txaio.sleep, 0.01)
            seen.append("child ends")

    return child


@pytest.fixture
def seen():
    """What happened."""
    return []


@ON_ANYIO
@pytest.mark.parametrize("in_body", [True, False])
async def test_group_in_a_cancel_scope(txaio, child, seen, in_body):
    """Where the scope is cancelled, the tasks end before it is left."""
    with anyio.move_on_after(0.1) as scope:
        async with TaskGroup(txaio) as group:
            group.start_soon(child)
            if in_body:
                await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert seen == ["child ends"]


@ON_ASYNCIO
@pytest.mark.parametrize("in_body", [True, False])
async def test_group_in_a_timeout(txaio, child, seen, in_body):
    """The same in a timeout of asyncio."""

    async def work():
        async with asyncio.timeout(0.1), TaskGroup(txaio) as group:
            group.start_soon(child)
            if in_body:
                await asyncio.sleep(1)

    with pytest.raises(TimeoutError):
        await work()
    assert seen == ["child ends"]
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0


@ON_ASYNCIO
async def test_group_in_a_group_of_asyncio(txaio, child, seen):
    """A failure in a native group ends ours, and one in ours the native one."""

    async def fail():
        await asyncio.sleep(0.01)
        raise KeyError

    async def ours(task):
        async with TaskGroup(txaio) as group:
            group.start_soon(child)
            group.start_soon(task)

    async def theirs(*tasks):
        async with asyncio.TaskGroup() as group:
            for task in tasks:
                group.create_task(task)

    with pytest.raises(ExceptionGroup) as caught:
        await theirs(ours(child), fail())
    assert [type(error) for error in caught.value.exceptions] == [KeyError]
    with pytest.raises(ExceptionGroup) as caught:
        await theirs(ours(fail), child())
    assert [type(error) for error in caught.value.exceptions] == [ExceptionGroup]
    assert seen == ["child ends"] * 4


@ON_TWISTED
async def test_group_in_a_coroutine_of_twisted(txaio):
    """In a coroutine that Twisted drives there can be no group."""

    async def work():
        async with TaskGroup(txaio):
            pass

    with pytest.raises(RuntimeError, match="as_future"):
        await ensureDeferred(work())


@ON_TWISTED
async def test_lock_in_a_coroutine_of_twisted(txaio, loop):
    """A coroutine that Twisted drives can hold a lock, and be cancelled."""
    lock, queue = Lock(txaio), Queue(txaio)
    await ensureDeferred(lock.acquire())
    errors = []
    waiting = [ensureDeferred(lock.acquire()), ensureDeferred(queue.get())]
    for each in waiting:
        each.addErrback(errors.append)
        each.cancel()
    lock.release()
    queue.put_nowait("item")
    await loop.settle()
    assert all(isinstance(each.value, txaio.CancelledError) for each in errors)
    assert not lock.locked()
    assert queue.get_nowait() == "item"


@ON_ANYIO
async def test_queue_in_a_native_task(txaio, loop, moment):
    """An item is not lost to a native task that is cancelled as it gets it."""
    queue = Queue(txaio)
    got = []

    async def getter():
        got.append(await queue.get())

    async with anyio.create_task_group() as group:
        group.start_soon(getter)
        await loop.settle()
        queue.put_nowait("item")
        await loop.turns(moment)
        group.cancel_scope.cancel()
    assert (got or [queue.get_nowait()]) == ["item"]
