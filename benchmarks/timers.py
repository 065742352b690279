"""The candidates for timers: a small class for each way to make a delayed call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from benchmarks.ours import OnOurBackend


if TYPE_CHECKING:
    from txaio_interfaces import IBackend

Main = Callable[[Any], Awaitable[None]]
"""A coroutine function, called with the candidate."""


def nothing(*_args: object) -> None:
    """Do nothing: be the function of a timeout, which is rarely called."""


class Asyncio:
    """`loop.call_later` and `handle.cancel`."""

    new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None

    def run(self, main: Main) -> None:
        """Run *main* on a loop of this kind."""

        async def entry() -> None:
            loop = asyncio.get_running_loop()
            self.call_later: Callable[..., Any] = loop.call_later
            self.soon: Callable[..., Any] = loop.call_soon
            await self.enter(main)

        with asyncio.Runner(loop_factory=self.new_loop) as runner:
            runner.run(entry())

    async def enter(self, main: Main) -> None:
        """Call *main* in the running loop."""
        await main(self)

    async def turn(self) -> None:
        """Wait for the next turn of the loop."""
        await asyncio.sleep(0)

    async def sleep(self, seconds: float) -> None:
        """Wait for *seconds*."""
        await asyncio.sleep(seconds)


class Uvloop(Asyncio):
    """uvloop's `loop.call_later`."""

    def __init__(self) -> None:
        import uvloop

        self.new_loop = uvloop.new_event_loop


class Twisted:
    """`reactor.callLater` and `DelayedCall.cancel`."""

    def run(self, main: Main) -> None:
        """Run *main* on the global reactor."""
        from twisted.internet import defer, reactor, task

        self.call_later = reactor.callLater
        self.soon = lambda fn: reactor.callLater(0, fn)
        self.turn = lambda: task.deferLater(reactor, 0)
        self._sleep = lambda seconds: task.deferLater(reactor, seconds)

        async def entry() -> None:
            try:
                await main(self)
            finally:
                reactor.stop()

        reactor.callWhenRunning(lambda: defer.ensureDeferred(entry()))
        reactor.run(installSignalHandlers=False)

    async def sleep(self, seconds: float) -> None:
        """Wait for *seconds*."""
        await self._sleep(seconds)


class Trio:
    """A Trio task for each timer, cancelled through its scope."""

    def run(self, main: Main) -> None:
        """Run *main* with a nursery for the timers."""
        import trio

        async def wait(delay: float, fn: Callable[..., object], *args: Any) -> None:
            await trio.sleep(delay)
            fn(*args)

        async def timer(scope: Any, *call: Any) -> None:
            with scope:
                await wait(*call)

        async def entry() -> None:
            async with trio.open_nursery() as nursery:

                def call_later(*call: Any) -> Any:
                    scope = trio.CancelScope()
                    nursery.start_soon(timer, scope, *call)
                    return scope

                self.call_later = call_later
                await main(self)

        self.turn = trio.lowlevel.checkpoint
        self._sleep = trio.sleep
        trio.run(entry)

    async def sleep(self, seconds: float) -> None:
        """Wait for *seconds*."""
        await self._sleep(seconds)


class Anyio:
    """An AnyIO task on asyncio for each timer, cancelled through its scope."""

    def run(self, main: Main) -> None:
        """Run *main* with a task group for the timers."""
        import anyio

        async def timer(scope: Any, delay: float, fn: Any, *args: Any) -> None:
            with scope:
                await anyio.sleep(delay)
                fn(*args)

        async def entry() -> None:
            async with anyio.create_task_group() as group:

                def call_later(*call: Any) -> Any:
                    scope = anyio.CancelScope()
                    group.start_soon(timer, scope, *call)
                    return scope

                self.call_later = call_later
                await main(self)

        self.turn = anyio.lowlevel.checkpoint
        self._sleep = anyio.sleep
        anyio.run(entry)

    async def sleep(self, seconds: float) -> None:
        """Wait for *seconds*."""
        await self._sleep(seconds)


class Predecessor(Asyncio):
    """The batched timers of the single package txaio, on asyncio."""

    async def enter(self, main: Main) -> None:
        """Select asyncio and make a batched timer."""
        import txaio

        txaio.use_asyncio()
        txaio.config.loop = asyncio.get_running_loop()
        self.set_bucket(1)
        await main(self)

    def set_bucket(self, seconds: float) -> None:
        """Use buckets of *seconds*."""
        import txaio

        self.call_later = txaio.make_batched_timer(seconds).call_later


class PredecessorOnTwisted(Twisted):
    """The batched timers of the single package txaio, on Twisted."""

    def run(self, main: Main) -> None:
        """Select Twisted and make a batched timer."""
        import txaio

        txaio.use_twisted()

        async def entry(_self: Any) -> None:
            self.call_later = txaio.make_batched_timer(1).call_later
            await main(self)

        super().run(entry)


class Ours(OnOurBackend):
    """Our batched timers, on any backend."""

    def __init__(self, run: Callable[..., None], turn: Any, **options: Any) -> None:
        super().__init__(run, **options)
        self.turn = turn
        """Waits for the next turn of the loop, as for the peer."""

    def use(self, backend: IBackend) -> None:
        """Make a timer of *backend*."""
        self.backend = backend
        self.set_bucket(1)

    def set_bucket(self, seconds: float) -> None:
        """Use buckets of *seconds*."""
        self.call_later = self.backend.make_batched_timer(seconds).call_later

    def soon(self, fn: Callable[[], object]) -> None:
        """Call *fn* in the next turn."""
        self.backend.call_later(0, fn)

    async def sleep(self, seconds: float) -> None:
        """Wait for *seconds*."""
        await self.backend.sleep(seconds)


class OursByReset(Ours):
    """Our batched timers, re-armed by `reset`."""


class Nothing(Asyncio):
    """The minimum: a call that does nothing."""

    async def enter(self, main: Main) -> None:
        """Return the same handle from each call, which does nothing either."""
        self.call_later = lambda _delay, _fn, *_args: self
        await main(self)

    def cancel(self) -> None:
        """Do nothing."""


class Node:
    """One slotted object."""

    __slots__ = ("args", "func", "when")

    def cancel(self) -> None:
        """Do nothing."""


class ListAndClock(Asyncio):
    """The minimum: make one slotted object, append it to a list, read the clock."""

    async def enter(self, main: Main) -> None:
        """Append to one list."""
        from time import monotonic

        calls: list[Node] = []

        def call_later(delay: float, func: Any, *args: Any) -> Node:
            node = Node()
            node.func = func
            node.args = args
            node.when = monotonic() + delay
            calls.append(node)
            return node

        self.call_later = call_later
        self.clear = calls.clear
        await main(self)


def make(name: str) -> Any:
    """Return the candidate called *name*."""
    makers: dict[str, Callable[[], Any]] = {
        "asyncio": Asyncio,
        "uvloop": Uvloop,
        "Twisted": Twisted,
        "Trio task": Trio,
        "AnyIO task": Anyio,
        "txaio 26.6.1": Predecessor,
        "txaio 26.6.1 on Twisted": PredecessorOnTwisted,
        "floor: nothing": Nothing,
        "floor: object, list, clock": ListAndClock,
        "ours on asyncio": _on_asyncio,
        "ours on asyncio, reset": lambda: _on_asyncio(OursByReset),
        "ours on uvloop": _on_uvloop,
        "ours on Twisted": _on_twisted,
        "ours on AnyIO": _on_anyio,
        "ours on Trio": lambda: _on_anyio(backend="trio"),
    }
    return makers[name]()


def _on_asyncio(kind: type[Ours] = Ours) -> Ours:
    from txaio_asyncio import run

    return kind(run, Asyncio().turn)


def _on_uvloop() -> Ours:
    import uvloop

    from txaio_asyncio import run

    return Ours(run, Asyncio().turn, loop_factory=uvloop.new_event_loop)


def _on_twisted() -> Ours:
    from twisted.internet import reactor, task

    from txaio_twisted import run

    return Ours(run, lambda: task.deferLater(reactor, 0))


def _on_anyio(**options: Any) -> Ours:
    import anyio

    from txaio_anyio import run

    return Ours(run, anyio.lowlevel.checkpoint, **options)
