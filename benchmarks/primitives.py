"""The candidates and workloads for primitives: native ones, and ours on each loop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchmarks.ours import OnOurBackend


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


HOLDERS = 10
"""How many coroutines want a lock."""
TASKS = 100
"""How many tasks are in a group."""


class NativeAsyncio:
    """`asyncio.Lock`, `asyncio.Queue` and `asyncio.TaskGroup`."""

    def run(self, main: Callable[[Any], Awaitable[None]]) -> None:
        """Run *main*."""
        import asyncio

        self.lock = asyncio.Lock
        self.queue = asyncio.Queue
        self.group = asyncio.TaskGroup
        self.turn = lambda: asyncio.sleep(0)
        asyncio.run(main(self))  # type: ignore[arg-type]

    def start(self, group: Any, fn: Any, *args: Any) -> None:
        """Run *fn* in *group*."""
        group.create_task(fn(*args))


class NativeTrio:
    """`trio.Lock`, memory channels and nurseries."""

    def run(self, main: Callable[[Any], Awaitable[None]]) -> None:
        """Run *main*."""
        import trio

        self.lock = trio.Lock
        self.group = trio.open_nursery
        self.turn = trio.lowlevel.checkpoint
        self._open = trio.open_memory_channel
        trio.run(main, self)

    def queue(self, size: int) -> Any:
        """Return a memory channel."""
        return _Channel(*self._open(size))

    def start(self, group: Any, fn: Any, *args: Any) -> None:
        """Run *fn* in *group*."""
        group.start_soon(fn, *args)


class _Channel:
    """Both ends of a memory channel."""

    def __init__(self, sender: Any, receiver: Any) -> None:
        self.put = sender.send
        self.get = receiver.receive


class NativeTwisted:
    """`DeferredLock` and `DeferredQueue`, with `inlineCallbacks`."""

    def run(self, main: Callable[[Any], Awaitable[None]]) -> None:
        """Run *main* on the global reactor."""
        from twisted.internet import defer, reactor

        async def entry() -> None:
            try:
                await main(self)
            finally:
                reactor.stop()

        reactor.callWhenRunning(lambda: defer.ensureDeferred(entry()))
        reactor.run(installSignalHandlers=False)

    async def held_by_one(self, number: int) -> None:
        """Acquire and release a lock that is free."""
        from twisted.internet import defer

        lock = defer.DeferredLock()

        @defer.inlineCallbacks
        def hold() -> Any:
            for _ in range(number):
                yield lock.acquire()
                lock.release()

        await hold()

    async def held_by_several(self, number: int) -> None:
        """Acquire a lock that others hold, and that each holds for a turn."""
        from twisted.internet import defer, reactor, task

        lock = defer.DeferredLock()

        @defer.inlineCallbacks
        def hold() -> Any:
            for _ in range(number // HOLDERS):
                yield lock.acquire()
                yield task.deferLater(reactor, 0)
                lock.release()

        await defer.gatherResults([hold() for _ in range(HOLDERS)])

    async def put_to_a_waiting_getter(self, number: int) -> None:
        """Put items for a getter that waits for each."""
        from twisted.internet import defer, reactor

        queue = defer.DeferredQueue[int]()

        @defer.inlineCallbacks
        def consume() -> Any:
            for _ in range(number):
                yield queue.get()

        def produce() -> None:
            for item in range(number):
                queue.put(item)

        consuming = consume()
        reactor.callLater(0, produce)
        await consuming

    async def put_and_get(self, number: int) -> None:
        """Put items, and get them, a hundred at a time."""
        from twisted.internet import defer

        queue = defer.DeferredQueue[int]()

        @defer.inlineCallbacks
        def work() -> Any:
            for _ in range(number // TASKS):
                for item in range(TASKS):
                    queue.put(item)
                for _ in range(TASKS):
                    yield queue.get()

        await work()

    async def run_tasks(self, number: int) -> None:
        """Run coroutines that end at once, a hundred at a time."""
        from twisted.internet import defer

        async def work() -> int:
            return 1

        for _ in range(number // TASKS):
            await defer.gatherResults(
                [defer.Deferred.fromCoroutine(work()) for _ in range(TASKS)]
            )


class Ours(OnOurBackend):
    """The primitives, on one of our backends."""

    def __init__(self, run: Callable[..., None], turn: Any, **options: Any) -> None:
        super().__init__(run, **options)
        self.turn = turn
        """Lets a turn pass, as the framework's own primitives do it."""

    def use(self, backend: Any) -> None:
        """Bind the primitives to *backend*."""
        from functools import partial

        from txaio_primitives import Lock, Queue, TaskGroup

        self.lock = partial(Lock, backend)
        self.queue = partial(Queue, backend)
        self.group = partial(TaskGroup, backend)

    def start(self, group: Any, fn: Any, *args: Any) -> None:
        """Run *fn* in *group*."""
        group.start_soon(fn, *args)


async def held_by_one(peer: Any, number: int) -> None:
    """Acquire and release a lock that is free."""
    lock = peer.lock()
    for _ in range(number):
        async with lock:
            pass


async def held_by_several(peer: Any, number: int) -> None:
    """Acquire a lock that others hold, and that each holds for a turn."""
    lock = peer.lock()

    async def hold() -> None:
        for _ in range(number // HOLDERS):
            async with lock:
                await peer.turn()

    async with peer.group() as group:
        for _ in range(HOLDERS):
            peer.start(group, hold)


async def pass_on(peer: Any, number: int, size: int) -> None:
    """Put items into a queue of *size*, from which another task gets them."""
    queue = peer.queue(size)

    async def consume() -> None:
        for _ in range(number):
            await queue.get()

    async with peer.group() as group:
        peer.start(group, consume)
        for item in range(number):
            await queue.put(item)


async def put_to_a_waiting_getter(peer: Any, number: int) -> None:
    """Put items for a getter that waits for each, on Twisted."""
    from twisted.internet import reactor

    queue = peer.queue()

    async def consume() -> None:
        for _ in range(number):
            await queue.get()

    def produce() -> None:
        # In a turn of the reactor each of them resumes the getter.
        for item in range(number):
            queue.put_nowait(item)
        assert queue.empty()

    async with peer.group() as group:
        peer.start(group, consume)
        reactor.callLater(0, produce)


async def put_and_get(peer: Any, number: int) -> None:
    """Put items, and get them, a hundred at a time."""
    queue = peer.queue(TASKS)
    for _ in range(number // TASKS):
        for item in range(TASKS):
            await queue.put(item)
        for _ in range(TASKS):
            await queue.get()


async def run_tasks(peer: Any, number: int) -> None:
    """Run coroutines that end at once, a hundred at a time."""

    async def work() -> int:
        return 1

    for _ in range(number // TASKS):
        async with peer.group() as group:
            for _ in range(TASKS):
                peer.start(group, work)


WORK = {
    work.__name__: work
    for work in (
        held_by_one,
        held_by_several,
        pass_on,
        put_to_a_waiting_getter,
        put_and_get,
        run_tasks,
    )
}


async def measure(
    peer: Any, work: str, number: int, **options: Any
) -> dict[str, float]:
    """Do *work* with *number* steps; ns each."""
    own = getattr(peer, work, None)
    before = time.thread_time_ns()
    if own is None:
        await WORK[work](peer, number, **options)
    else:
        await own(number, **options)
    return {"ns": (time.thread_time_ns() - before) / number}


def make(name: str) -> Any:
    """Return the candidate called *name*."""
    if name == "asyncio":
        return NativeAsyncio()
    if name == "Trio":
        return NativeTrio()
    if name == "Twisted":
        return NativeTwisted()
    if name == "ours on asyncio":
        import asyncio

        from txaio_asyncio import run as run_on_asyncio

        return Ours(run_on_asyncio, lambda: asyncio.sleep(0))
    if name == "ours on Twisted":
        from txaio_twisted import run as run_on_twisted

        return Ours(run_on_twisted, _turn_on_twisted)
    import trio

    from txaio_anyio import run as run_on_anyio

    return Ours(run_on_anyio, trio.lowlevel.checkpoint, backend="trio")


def _turn_on_twisted() -> Any:
    from twisted.internet import reactor, task

    return task.deferLater(reactor, 0)
