"""The seven loops, and how to run a coroutine function on each."""

from __future__ import annotations

import importlib
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from pytest_txaio._host import Host
from pytest_txaio._virtual import START, VirtualLoop, exception_of


if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from contextlib import AbstractAsyncContextManager

    from pytest_txaio._host import Main
    from txaio_interfaces import IBackend


class AsyncioHost(Host):
    """asyncio's own loop."""

    package = "txaio_asyncio"
    loop: asyncio.AbstractEventLoop

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """Return a loop that hands on what it reports."""
        loop = VirtualLoop()
        self.native_timers = loop.pending_timers  # type: ignore[method-assign]
        return self.listen_to(loop)

    def listen_to(self, loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
        """Collect what *loop* reports."""
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

    def another(self) -> AbstractAsyncContextManager[IBackend]:
        return nullcontext(self.outside())

    def give_up(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)


class UvloopHost(AsyncioHost):
    """uvloop, in real time: its tests tell their story fifty times as fast."""

    unit = 0.02
    # What another process on a busy machine may take away.
    late = 0.5

    def __init__(self) -> None:
        super().__init__()
        self.module = importlib.import_module("pytest_txaio._uvloop")

    def new_loop(self) -> asyncio.AbstractEventLoop:
        loop, asked = self.module.new_uvloop()
        self.native_timers = asked.pending  # type: ignore[method-assign]
        return self.listen_to(loop)


class TwistedHost(Host):
    """Twisted's own reactor, on `select`."""

    package = "txaio_twisted"

    def __init__(self) -> None:
        super().__init__()
        self.module = importlib.import_module("pytest_txaio._twisted")
        self.events = self.module.CriticalEvents(self.reports.append)
        self.reactors: list[Any] = []

    def new_reactor(self) -> Any:
        """Return a reactor that is built and never installed."""
        return self.module.VirtualReactor()

    def run(self, main: Main, *args: Any, debug: bool | None = None) -> Any:
        reactor = self.new_reactor()
        self.reactors.append(reactor)
        try:
            named = {"grace": 5 * self.unit, "debug": debug}
            return self.backend.run(main, *args, reactor=reactor, **named)
        finally:
            self.module.close_reactor(reactor)

    def outside(self) -> IBackend:
        """Return a backend whose reactor has ended: one that has not begun may yet."""

        async def leak(backend: IBackend) -> IBackend:
            return backend

        leaked: IBackend = self.run(leak)
        return leaked

    def another(self) -> AbstractAsyncContextManager[IBackend]:
        return nullcontext(self.backend.TwistedBackend(self.reactors[-1]))

    def native_future(self) -> Any:
        from twisted.internet.defer import Deferred  # noqa: PLC0415 - as in `Host`

        return Deferred()

    def settle_native(self, future: Any, result: Any) -> None:
        if isinstance(result, Exception):
            future.errback(result)
        else:
            future.callback(result)

    def native_timers(self) -> int:
        reactor = self.reactors[-1]
        now = reactor.seconds()
        # What is due now is no timer: so Twisted says "soon".
        return sum(call.getTime() > now for call in reactor.getDelayedCalls())

    def native_tasks(self) -> int:
        """Return 0: Twisted knows no tasks."""
        return 0

    def give_up(self) -> None:
        self.reactors[-1].callFromThread(self.reactors[-1].crash)

    def close(self) -> None:
        self.events.close()


class TwistedAsyncioreactorHost(TwistedHost):
    """Twisted's reactor that runs on asyncio."""

    def new_reactor(self) -> Any:
        loop = VirtualLoop()
        loop.set_exception_handler(
            lambda _loop, context: self.reports.append(exception_of(context))
        )
        return self.module.VirtualAsyncioReactor(loop)


class AnyioAsyncioHost(AsyncioHost):
    """AnyIO on asyncio's own loop."""

    package = "txaio_anyio"

    def run(self, main: Main, *args: Any, debug: bool | None = None) -> Any:
        named = {"on_error": self.report, "grace": 5 * self.unit, "debug": debug}
        return self.backend.run(main, *args, **named, **self.options())

    def report(self, _text: str, exception: BaseException) -> None:
        """Collect what the backend hands to `on_error`."""
        self.reports.append(exception)

    def options(self) -> dict[str, Any]:
        """Return what chooses the loop."""
        return {
            "backend": "asyncio",
            "backend_options": {"loop_factory": self.new_loop},
        }

    def outside(self) -> IBackend:
        backend: IBackend = self.backend.AnyioBackend()
        return backend

    def another(self) -> AbstractAsyncContextManager[IBackend]:
        backend: AbstractAsyncContextManager[IBackend]
        backend = self.backend.AnyioBackend(on_error=self.report)
        return backend


class AnyioUvloopHost(AnyioAsyncioHost, UvloopHost):
    """AnyIO on uvloop."""


class AnyioTrioHost(AnyioAsyncioHost):
    """AnyIO on Trio."""

    def __init__(self) -> None:
        super().__init__()
        self.trio: Any = importlib.import_module("trio")
        self.testing: Any = importlib.import_module("trio.testing")

    def options(self) -> dict[str, Any]:
        clock = self.testing.MockClock(autojump_threshold=0)
        clock.jump(START)
        return {"backend": "trio", "backend_options": {"clock": clock}}

    def run(self, main: Any, *args: Any, debug: bool | None = None) -> Any:
        def remember_token(backend: Any) -> Any:
            self.token = self.trio.lowlevel.current_trio_token()
            return main(backend, *args)

        return super().run(remember_token if callable(main) else main, debug=debug)

    def give_up(self) -> None:
        # Trio has no stop(): an exception here ends its run.
        self.token.run_sync_soon(self.hung)

    @staticmethod
    def hung() -> None:
        """Raise out of the loop."""
        message = "the test waits for what never comes"
        raise RuntimeError(message)

    def native_future(self) -> Any:
        module = importlib.import_module("pytest_txaio._trio")
        return module.TrioFuture()

    def native_timers(self) -> int:
        """Return 1 if anything is due at any time: Trio tells no more."""
        statistics = self.trio.lowlevel.current_statistics()
        return int(statistics.seconds_to_next_deadline < float("inf"))

    def native_tasks(self) -> int:
        living: int = self.trio.lowlevel.current_statistics().tasks_living
        return living


HOSTS: dict[str, type[Host]] = {
    "asyncio": AsyncioHost,
    "uvloop": UvloopHost,
    "twisted": TwistedHost,
    "twisted-asyncioreactor": TwistedAsyncioreactorHost,
    "anyio-asyncio": AnyioAsyncioHost,
    "anyio-uvloop": AnyioUvloopHost,
    "anyio-trio": AnyioTrioHost,
}


@contextmanager
def open_host(name: str) -> Iterator[Host]:
    """Make the host called *name*, and close it."""
    host = HOSTS[name]()
    try:
        yield host
    finally:
        host.close()
