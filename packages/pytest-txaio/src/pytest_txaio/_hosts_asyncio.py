"""Hosts of the backend on asyncio, with its own loop and with uvloop."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Generator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    contextmanager,
    nullcontext,
)
from typing import Any, ClassVar

from pytest_txaio._asyncio_loop import (
    VirtualLoop,
    exception_of,
    pending_calls,
    ready_calls,
    watched,
)
from pytest_txaio._host import ClockName, Host, Main, Turn
from pytest_txaio._time import VirtualTime
from txaio_interfaces import IBackend


class AsyncioHost(Host):
    """asyncio on its own event loop."""

    clocks: ClassVar[tuple[ClockName, ...]] = ("virtual", "real")
    package = "txaio_asyncio"
    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.use_clock(self.clocks[0])

    def use_clock(self, clock: ClockName) -> None:
        super().use_clock(clock)
        self.virtual = VirtualTime() if clock == "virtual" else None

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """Return a new loop, whose reports are collected."""
        if self.virtual is None:
            return self.collect_reports(asyncio.new_event_loop())
        return self.collect_reports(VirtualLoop(self.virtual, self.stuck))

    def stuck(self) -> None:
        """Call `on_stuck`, which changes from test to test."""
        self.on_stuck()

    def collect_reports(
        self, loop: asyncio.AbstractEventLoop
    ) -> asyncio.AbstractEventLoop:
        """Collect the errors that *loop* reports."""
        self.loop = loop
        loop.set_exception_handler(
            lambda _loop, context: self.reports.append(exception_of(context))
        )
        return loop

    def run(self, main: Main, *args: Any, debug: bool | None = None) -> Any:
        named = {"grace": 5 * self.unit, "debug": debug}
        return self.backend.run(main, *args, loop_factory=self.new_loop, **named)

    def outside(self) -> IBackend:
        backend: IBackend = self.backend.AsyncioBackend()
        return backend

    def another(self) -> AbstractAsyncContextManager[IBackend] | None:
        return nullcontext(self.outside())

    def give_up(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)

    def native_future(self) -> Any:
        return self.loop.create_future()

    def native_tasks(self) -> int | None:
        return len(asyncio.all_tasks(self.loop))

    def native_timers(self) -> int | None:
        return len(self.native_calls())

    def native_calls(self) -> list[tuple[Any, float]]:
        """Return the pending timed calls of the loop itself, and the seconds left."""
        return pending_calls(self.loop)

    def timers(self, backend: Any) -> list[tuple[Any, float]] | None:
        del backend
        return self.native_calls()

    def selectables(self) -> list[object]:
        return watched(self.loop)

    def turns(self, backend: Any) -> AbstractContextManager[Turn]:
        del backend

        async def turn() -> int:
            await asyncio.sleep(0)
            return ready_calls(self.loop)

        return nullcontext(turn)

    def watch_wait(
        self,
        backend: Any,
        awaited: Any,
        on_wait: Callable[[], object],
        on_settled: Callable[[], object],
    ) -> None:
        # A task that is cancelled in its own turn sees that in the next turn.
        del backend, on_wait
        if asyncio.isfuture(awaited):
            awaited.add_done_callback(lambda _: on_settled())


class UvloopHost(AsyncioHost):
    """asyncio on uvloop, in real time."""

    clocks = ("real",)

    registry: Any
    counter: Any

    def __init__(self) -> None:
        super().__init__()
        self.module = importlib.import_module("pytest_txaio._uvloop")

    def new_loop(self) -> asyncio.AbstractEventLoop:
        loop, self.registry, self.counter = self.module.new_uvloop()
        return self.collect_reports(loop)

    def native_calls(self) -> list[tuple[Any, float]]:
        pending: list[tuple[Any, float]] = self.registry.pending()
        return pending

    @contextmanager
    def turns(self, backend: Any) -> Generator[Turn]:
        del backend
        counter = self.counter
        with counter.counting():

            async def turn() -> int:
                before: int = counter.calls
                await asyncio.sleep(0)
                made: int = counter.calls - before
                # One of them was to resume this coroutine.
                return made - 1

            yield turn
