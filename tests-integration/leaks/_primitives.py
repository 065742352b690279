"""The operations of the primitives, each of which cleans up what it makes.

Their names say what they do, so they have no docstrings.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

from leaks._backend import Boom, fail
from leaks._table import operation
from txaio_primitives import (
    Background,
    BoundedSemaphore,
    Condition,
    Event,
    Lock,
    Periodic,
    Queue,
    QueueClosed,
    Semaphore,
    Shared,
    TaskGroup,
    WaitQueue,
    WouldBlock,
    as_completed,
    first,
)


async def hold(txa: Any, lock: Any) -> None:
    """Hold *lock* for a second."""
    async with lock:
        await txa.sleep(1)


async def cancel(txa: Any, task: Any) -> None:
    """Cancel *task* after a turn, and wait for its end."""
    await txa.sleep(0.5)
    txa.cancel(task)
    with suppress(txa.CancelledError):
        await task


@operation
async def locks(txa: Any) -> None:
    for lock in (Lock(txa), Semaphore(txa, 2), BoundedSemaphore(txa, 1)):
        await txa.gather([hold(txa, lock) for _ in range(4)])
        lock.acquire_nowait()
        lock.release()


@operation
async def cancelled_lock(txa: Any) -> None:
    lock = Lock(txa)
    lock.acquire_nowait()
    with suppress(WouldBlock):
        lock.acquire_nowait()
    txa.cancel(lock.acquire_future())
    await cancel(txa, txa.as_future(hold, txa, lock))
    lock.release()


@operation
async def events(txa: Any) -> None:
    event = Event(txa)
    waiting = [txa.as_future(event.wait), event.wait_future()]
    txa.call_later(1, event.set)
    await txa.gather(waiting)
    event.clear()
    await cancel(txa, txa.as_future(event.wait))
    txa.cancel(event.wait_future())


@operation
async def conditions(txa: Any) -> None:
    condition = Condition(txa)
    done: list[int] = []

    async def wait() -> None:
        async with condition:
            await condition.wait_for(lambda: done)

    waiting = txa.gather([wait(), wait()])
    await cancel(txa, txa.as_future(wait))
    async with condition:
        done.append(1)
        condition.notify_all()
    await waiting


@operation
async def queues(txa: Any) -> None:
    queue: Queue[int] = Queue(txa, 1)
    await queue.put(1)
    putting = txa.as_future(queue.put, 2)
    await txa.sleep(1)
    await queue.get()
    await queue.get_future()
    await putting
    getting = queue.get_future()
    queue.put_nowait(3)
    await getting
    await cancel(txa, txa.as_future(queue.get))
    queue.put_nowait(4)
    await cancel(txa, txa.as_future(queue.put, 5))
    queue.close()
    async for _ in queue:
        pass
    with suppress(QueueClosed):
        await queue.get()


@operation
async def dropped_queue(txa: Any) -> None:
    queue: Queue[int] = Queue(txa, 1)
    queue.put_nowait(1)
    queue.put_future(2)


@operation
async def task_groups(txa: Any) -> None:
    async with TaskGroup(txa) as group:
        group.start_soon(txa.sleep, 1)
        group.start_soon(txa.sleep, 2)


@operation
async def failing_task_group(txa: Any) -> None:
    with suppress(ExceptionGroup):
        async with TaskGroup(txa) as group:
            group.start_soon(txa.sleep, 1)
            group.start_soon(fail, txa)


@operation
async def cancelled_task_group(txa: Any) -> None:
    async with TaskGroup(txa) as group:
        group.start_soon(txa.sleep, 1)
        group.cancel()


@operation
async def background(txa: Any) -> None:
    tasks = Background(txa)
    tasks.start_soon(txa.sleep, 1)
    tasks.start_soon(fail, txa)
    await txa.sleep(0.5)
    await tasks.close()


@operation
async def firsts(txa: Any) -> None:
    await first(txa, [txa.sleep(1), txa.sleep(2)])
    with suppress(Boom, ExceptionGroup):
        await first(txa, [fail(txa), fail(txa)])
    await cancel(txa, txa.as_future(first, txa, [txa.sleep(5)]))


@operation
async def completed(txa: Any) -> None:
    async for future in as_completed(txa, [txa.sleep(1), fail(txa)]):
        with suppress(Boom):
            await future
    async for future in as_completed(txa, [txa.sleep(1), txa.sleep(2)]):
        await future
        break


@operation
async def periodic(txa: Any) -> None:
    calls = Periodic(txa, 1, partial(txa.sleep, 0.5))
    await txa.sleep(3.2)
    await calls.stop()


@operation
async def shared(txa: Any) -> None:
    call = Shared(txa, txa.sleep)
    await txa.gather([call(1), call(1)])
    await cancel(txa, txa.as_future(call, 1))


@operation
async def failing_shared(txa: Any) -> None:
    failing = Shared(txa, fail)
    await txa.gather([failing(txa), failing(txa)])


@operation
async def wait_queues(txa: Any) -> None:
    queue: WaitQueue[int] = WaitQueue(txa)
    waiting = [txa.as_future(queue.wait), queue.wait_future(), queue.wait_future()]
    await txa.sleep(1)
    queue.hand(1)
    queue.supply(int)
    queue.fail(Boom())
    await txa.gather(waiting)
