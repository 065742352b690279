"""A library that uses the primitives: type checkers must report no errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

from txaio_primitives import (
    Background,
    BoundedSemaphore,
    Condition,
    Event,
    Lock,
    Periodic,
    Queue,
    QueueClosed,
    QueueEmpty,
    QueueFull,
    Semaphore,
    Shared,
    TaskGroup,
    WaitQueue,
    WouldBlock,
    as_completed,
    first,
)


if TYPE_CHECKING:
    from txaio_interfaces import IBackend, IFuture


async def double(number: int, *, times: int = 1) -> int:
    """Be a coroutine function."""
    return 2 * number * times


def length(text: str) -> int:
    """Be a function."""
    return len(text)


async def locks(txa: IBackend) -> None:
    """Hold locks, and wait for events and conditions."""
    lock = Lock(txa)
    async with lock:
        assert_type(lock.locked(), bool)
    for permits in (Semaphore(txa, 2), BoundedSemaphore(txa, value=3)):
        await permits.acquire()
        assert_type(permits.value, int)
        permits.release()
    assert_type(lock.acquire_future(), "IFuture[None]")
    event = Event(txa)
    await event.wait()
    assert_type(event.wait_future(), "IFuture[None]")
    condition = Condition(txa, lock)
    async with condition:
        assert_type(await condition.wait_for(lock.locked), bool)
        condition.notify(2)


async def queues(txa: IBackend) -> None:
    """Put and get."""
    queue = Queue[int](txa, 10)
    await queue.put(1)
    assert_type(await queue.get(), int)
    assert_type(queue.put_future(2), "IFuture[None]")
    assert_type(queue.get_future(), "IFuture[int]")
    try:
        queue.put_nowait(1)
        assert_type(queue.get_nowait(), int)
    except (QueueFull, QueueEmpty, WouldBlock, QueueClosed):
        queue.close()
    async for item in queue:
        assert_type(item, int)


class Pool:
    """A pool of connections, made of a queue of waiters."""

    def __init__(self, txa: IBackend) -> None:
        self._waiters = WaitQueue[str](txa)
        self._free: list[str] = []

    async def acquire(self) -> str:
        """Return a connection."""
        if self._free:
            return self._free.pop()
        return await self._waiters.wait(self.release)

    def acquire_later(self) -> IFuture[Any]:
        """Return a future of the length of a connection's name."""
        return self._waiters.wait_future(length)

    def release(self, connection: str) -> None:
        """Give *connection* back."""
        if not self._waiters.hand(connection):
            self._free.append(connection)

    def close(self, error: Exception) -> int:
        """Fail all that wait."""
        return self._waiters.fail(error)


async def tasks(txa: IBackend) -> int:
    """Start tasks."""
    background = Background(txa, on_error=lambda error: error.args)
    assert_type(background.start_soon(double, 1, times=2), "IFuture[int]")
    assert_type(background.start_soon(length, "text"), "IFuture[int]")
    await background.close()
    async with TaskGroup(txa) as group:
        future = group.start_soon(double, 1)
        group.start_soon(length, "text")
        return await future


async def others(txa: IBackend, futures: list[IFuture[str]]) -> None:
    """Wait for one of several, and share."""
    assert_type(await first(txa, futures), str)
    assert_type(await first(txa, [double(1), double(2)]), int)
    async for future in as_completed(txa, futures):
        assert_type(await future, str)
    shared = Shared(txa, double)
    assert_type(await shared(1, times=2), int)
    periodic = Periodic(txa, 0.5, lambda: double(1), timer=txa.make_batched_timer(1))
    await periodic.stop()
