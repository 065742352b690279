"""The candidates and workloads for single operations: native ones, and ours."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.ours import OnOurBackend
from benchmarks.timers import nothing


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

BATCH = 100


async def work() -> int:
    """Return at once."""
    return 1


class NativeAsyncio:
    """What asyncio has, on its own loop or on uvloop."""

    def __init__(self, *, on_uvloop: bool = False) -> None:
        self._is_on_uvloop = on_uvloop

    def run(self, main: Callable[[Any], Awaitable[None]]) -> None:
        """Run *main*."""
        import asyncio

        async def entry() -> None:
            loop = asyncio.get_running_loop()
            self.turn = partial(asyncio.sleep, 0)
            self.call_soon = partial(loop.call_soon, nothing)
            self.call_from_thread = partial(loop.call_soon_threadsafe, nothing)
            self._create = loop.create_future
            self._gather = asyncio.gather
            await main(self)

        factory: Any = None
        if self._is_on_uvloop:
            import uvloop

            factory = uvloop.new_event_loop
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(entry())

    def settled(self) -> Any:
        """Return a future that has a value."""
        future = self._create()
        future.set_result(1)
        return future

    async def gather(self, number: int) -> Any:
        """Run coroutines at the same time, and return their values."""
        return await self._gather(*(work() for _ in range(number)))


class NativeAnyio:
    """What AnyIO has, on asyncio."""

    def run(self, main: Callable[[Any], Awaitable[None]]) -> None:
        """Run *main*."""
        import anyio
        from anyio import to_thread

        self.turn = partial(anyio.sleep, 0)
        self.in_thread = partial(to_thread.run_sync, nothing)
        anyio.run(main, self)


class NativeTrio:
    """What Trio has."""

    def run(self, main: Callable[[Any], Awaitable[None]]) -> None:
        """Run *main*."""
        import trio

        self.turn = partial(trio.sleep, 0)
        self._open_nursery = trio.open_nursery
        trio.run(main, self)

    async def spawn(self) -> None:
        """Run a hundred coroutines, and wait for them."""
        async with self._open_nursery() as nursery:
            for _ in range(BATCH):
                nursery.start_soon(work)


class Ours(OnOurBackend):
    """What one of our backends has."""

    def use(self, backend: Any) -> None:
        """Bind the methods of *backend*."""
        self.turn = partial(backend.sleep, 0)
        self.call_soon = partial(backend.call_later, 0, nothing)
        self.call_from_thread = partial(backend.call_from_thread, nothing)
        self.in_thread = partial(backend.run_in_thread, nothing)
        self.settled = partial(backend.create_future, 1)
        self._backend = backend

    async def spawn(self) -> None:
        """Run a hundred coroutines, and wait for them."""
        as_future = self._backend.as_future
        for future in [as_future(work) for _ in range(BATCH)]:
            await future

    async def gather(self, number: int) -> Any:
        """Run coroutines at the same time, and return their values."""
        return await self._backend.gather([work() for _ in range(number)])


async def awaited(
    peer: Any, operation: str, number: int, size: int = 1
) -> dict[str, float]:
    """Await an operation, which does *size* things at once; ns for each of them."""
    call = getattr(peer, operation)
    before = time.thread_time_ns()
    for _ in range(number // size):
        await call()
    return {"ns": (time.thread_time_ns() - before) / number}


async def called(peer: Any, operation: str, number: int) -> dict[str, float]:
    """Call a hundred times, and wait until the calls have been made; ns each."""
    call = getattr(peer, operation)
    before = time.thread_time_ns()
    for _ in range(number // BATCH):
        for _ in range(BATCH):
            call()
        await peer.turn()
    return {"ns": (time.thread_time_ns() - before) / number}


async def gathered(peer: Any, number: int) -> dict[str, float]:
    """Gather coroutines that return at once; ns for each of them."""
    before = time.thread_time_ns()
    await peer.gather(number)
    return {"ns": (time.thread_time_ns() - before) / number}


def make(name: str) -> Any:
    """Return the candidate called *name*."""
    makers: dict[str, Callable[[], Any]] = {
        "asyncio": NativeAsyncio,
        "uvloop": partial(NativeAsyncio, on_uvloop=True),
        "AnyIO": NativeAnyio,
        "Trio": NativeTrio,
        "ours on asyncio": _on_asyncio,
        "ours on uvloop": _on_uvloop,
        "ours on AnyIO": _on_anyio,
        "ours on Trio": partial(_on_anyio, backend="trio"),
    }
    return makers[name]()


def _on_asyncio(**options: Any) -> Ours:
    from txaio_asyncio import run

    return Ours(run, **options)


def _on_uvloop() -> Ours:
    import uvloop

    return _on_asyncio(loop_factory=uvloop.new_event_loop)


def _on_anyio(**options: Any) -> Ours:
    from txaio_anyio import run

    return Ours(run, **options)
