"""The candidates and workloads for futures: native ones, and ours on each backend."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from benchmarks.ours import OnOurBackend


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


BATCH = 100


class NativeAsyncio:
    """`asyncio.Future`, `create_task` and `asyncio.gather`."""

    def run(self, main: Callable[[Any], Awaitable[None]]) -> None:
        """Run *main*."""

        async def entry() -> None:
            loop = asyncio.get_running_loop()
            tasks: set[asyncio.Task[Any]] = set()

            def spawn(fn: Any) -> asyncio.Task[Any]:
                # The loop does not keep tasks: see the documentation of asyncio.
                task = loop.create_task(fn())
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                return task

            self.create = loop.create_future
            self.spawn = spawn
            await main(self)

        asyncio.run(entry())

    def follow(self, future: Any, callback: Callable[[Any], object]) -> None:
        """Call *callback* with the value."""
        future.add_done_callback(lambda settled: callback(settled.result()))

    def settle(self, future: Any) -> None:
        """Settle *future*."""
        future.set_result(1)

    def gather(self, futures: list[Any]) -> Any:
        """Return a future of all outcomes."""
        return asyncio.gather(*futures, return_exceptions=True)

    async def turn(self) -> None:
        """Wait for the next turn of the loop."""
        await asyncio.sleep(0)


class NativeTwisted:
    """`Deferred`, `Deferred.fromCoroutine` and `DeferredList`."""

    def run(self, main: Callable[[Any], Awaitable[None]]) -> None:
        """Run *main* on the global reactor."""
        from twisted.internet import defer, reactor, task

        self.create = defer.Deferred
        self.spawn = lambda fn: defer.Deferred.fromCoroutine(fn())
        self.gather = lambda all_: defer.DeferredList(all_, consumeErrors=True)
        self._turn = lambda: task.deferLater(reactor, 0)

        async def entry() -> None:
            try:
                await main(self)
            finally:
                reactor.stop()

        reactor.callWhenRunning(lambda: defer.ensureDeferred(entry()))
        reactor.run(installSignalHandlers=False)

    def follow(self, future: Any, callback: Callable[[Any], object]) -> None:
        """Call *callback* with the value."""
        future.addCallbacks(callback)

    def settle(self, future: Any) -> None:
        """Settle *future*."""
        future.callback(1)

    async def turn(self) -> None:
        """Wait for the next turn of the reactor."""
        await self._turn()


class Ours(OnOurBackend):
    """Futures of one of our backends."""

    def use(self, backend: Any) -> None:
        """Bind the methods of *backend*."""
        self.backend = backend
        self.create = backend.create_future
        self.spawn = backend.as_future
        self.gather = backend.gather

    def follow(self, future: Any, callback: Callable[[Any], object]) -> None:
        """Call *callback* with the value."""
        self.backend.add_callbacks(future, callback, None)

    def settle(self, future: Any) -> None:
        """Settle *future*."""
        self.backend.resolve(future, 1)

    async def turn(self) -> None:
        """Wait for the next turn of the loop."""
        await self.backend.sleep(0)


async def callbacks(peer: Any, futures: int) -> dict[str, float]:
    """Create futures, add a callback and settle them, until it has run; ns each."""
    done = 0

    def callback(_value: object) -> None:
        nonlocal done
        done += 1

    spent = 0
    for _ in range(futures // BATCH):
        before = time.thread_time_ns()
        for _ in range(BATCH):
            future = peer.create()
            peer.follow(future, callback)
            peer.settle(future)
        await peer.turn()
        spent += time.thread_time_ns() - before
    assert done == futures // BATCH * BATCH
    return {"ns": spent / done}


async def awaits(peer: Any, futures: int) -> dict[str, float]:
    """Await settled futures; ns each."""
    ready = [peer.create() for _ in range(futures)]
    for future in ready:
        peer.settle(future)
    before = time.thread_time_ns()
    for future in ready:
        await future
    return {"ns": (time.thread_time_ns() - before) / futures}


async def coroutines(peer: Any, futures: int) -> dict[str, float]:
    """Run coroutines that return at once, and await their futures; ns each."""

    async def work() -> int:
        return 1

    before = time.thread_time_ns()
    for _ in range(futures):
        await peer.spawn(work)
    return {"ns": (time.thread_time_ns() - before) / futures}


async def gather(peer: Any, futures: int) -> dict[str, float]:
    """Gather 100 futures that are settled afterwards; ns for each member."""
    spent = 0
    for _ in range(futures // BATCH):
        members = [peer.create() for _ in range(BATCH)]
        before = time.thread_time_ns()
        everything = peer.gather(members)
        spent += time.thread_time_ns() - before
        for member in members:
            peer.settle(member)
        before = time.thread_time_ns()
        await everything
        spent += time.thread_time_ns() - before
    return {"ns": spent / futures}


def make(name: str) -> Any:
    """Return the candidate called *name*."""
    if name == "asyncio":
        return NativeAsyncio()
    if name == "Twisted":
        return NativeTwisted()
    if name == "ours on asyncio":
        from txaio_asyncio import run as run_on_asyncio

        return Ours(run_on_asyncio)
    if name == "ours on Twisted":
        from txaio_twisted import run as run_on_twisted

        return Ours(run_on_twisted)
    from txaio_anyio import run as run_on_anyio

    return Ours(run_on_anyio, backend="trio" if "Trio" in name else "asyncio")
