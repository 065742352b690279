"""Hosts of the backend on Twisted."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from functools import partial
from typing import Any, ClassVar

from pytest_txaio._host import ClockName, Host, Turn
from pytest_txaio._log import LogEvent
from pytest_txaio._time import VirtualTime
from txaio_interfaces import IBackend


def pass_result(call: Callable[[], object], result: Any) -> Any:
    """Call *call*, and pass *result* on to the next callback of a Deferred."""
    call()
    return result


class TwistedHost(Host):
    """Twisted on its `SelectReactor`."""

    clocks: ClassVar[tuple[ClockName, ...]] = ("virtual", "real")
    package = "txaio_twisted"
    running: Any

    def __init__(self) -> None:
        super().__init__()
        self.module = importlib.import_module("pytest_txaio._reactors")
        self.events = self.module.CriticalEvents(self.reports.append)
        self.reactors: list[Any] = []
        self.use_clock(self.clocks[0])

    def use_clock(self, clock: ClockName) -> None:
        super().use_clock(clock)
        self.virtual = VirtualTime() if clock == "virtual" else None

    def new_reactor(self) -> Any:
        """Return a new reactor, which is not installed."""
        if self.virtual is None:
            return self.module.RealReactor()
        return self.module.VirtualReactor(self.virtual, self.stuck)

    def stuck(self) -> None:
        """Call `on_stuck`, which changes from test to test."""
        self.on_stuck()

    def run(self, main: Any, *args: Any, debug: bool | None = None) -> Any:
        def begin(backend: Any) -> Any:
            self.running = backend
            return main(backend, *args)

        reactor = self.new_reactor()
        self.reactors.append(reactor)
        try:
            named = {"grace": 5 * self.unit, "debug": debug, "reactor": reactor}
            return self.backend.run(begin if callable(main) else main, **named)
        finally:
            self.module.close_reactor(reactor)

    def another(self) -> AbstractAsyncContextManager[IBackend] | None:
        return nullcontext(self.backend.TwistedBackend(self.reactors[-1]))

    def native_future(self) -> Any:
        return self.module.Deferred()

    def native_timers(self) -> int | None:
        return len(self.timers(None))

    def native_tasks(self) -> int | None:
        """Return the number of the backend's coroutines: Twisted has no tasks."""
        return len(self.running.driver.statistics().tasks)

    def timers(self, backend: Any) -> list[tuple[Any, float]]:
        del backend
        pending: list[tuple[Any, float]] = self.module.pending_calls(self.reactors[-1])
        return pending

    def selectables(self) -> list[object]:
        watched: list[object] = self.module.watched(self.reactors[-1])
        return watched

    def turns(self, backend: Any) -> AbstractContextManager[Turn]:
        del backend
        reactor = self.reactors[-1]

        async def turn() -> int:
            await self.module.next_turn(reactor)
            ready: int = self.module.ready_calls(reactor)
            return ready

        return nullcontext(turn)

    def watch_wait(
        self,
        backend: Any,
        awaited: Any,
        on_wait: Callable[[], object],
        on_settled: Callable[[], object],
    ) -> None:
        if not isinstance(awaited, self.module.Deferred):
            return
        pass_on = partial(pass_result, on_settled)
        if isinstance(awaited, backend.driver.own_type):
            backend.driver.listen(awaited, pass_on)
        else:
            awaited.addBoth(pass_on)
        on_wait()

    def capture(
        self, on_event: Callable[[LogEvent], object]
    ) -> AbstractContextManager[None]:
        capturing: AbstractContextManager[None] = self.module.capture_events(on_event)
        return capturing

    def give_up(self) -> None:
        self.reactors[-1].callFromThread(self.reactors[-1].crash)

    def close(self) -> None:
        self.events.close()


class TwistedAsyncioreactorHost(TwistedHost):
    """Twisted on its `AsyncioSelectorReactor`."""

    def new_reactor(self) -> Any:
        if self.virtual is None:
            return self.module.RealAsyncioReactor(self.reports.append)
        return self.module.VirtualAsyncioReactor(
            self.virtual, self.stuck, self.reports.append
        )
