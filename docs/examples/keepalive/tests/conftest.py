"""A loop in virtual time, and peers on fake connections."""

from __future__ import annotations

import asyncio
from inspect import iscoroutinefunction
from selectors import DefaultSelector, SelectorKey
from typing import TYPE_CHECKING

import pytest

from keepalive import KeepAlive, Peer
from txaio_asyncio import AsyncioBackend


if TYPE_CHECKING:
    from collections.abc import Iterator


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that advances its time instead of waiting."""

    def __init__(self) -> None:
        self.now = 1000.3
        self.errors: list[BaseException | None] = []
        super().__init__(JumpingSelector(self))
        self.set_exception_handler(
            lambda _loop, context: self.errors.append(context.get("exception"))
        )

    def time(self) -> float:
        return self.now


class JumpingSelector(DefaultSelector):
    """Jumps to the next deadline of *loop* when there is nothing to read."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        events = super().select(0)
        if timeout is None and not events:
            raise RuntimeError("the test waits forever")
        if timeout and not events:
            self._loop.now += timeout
        return events


class Connection:
    """A fake connection, which keeps what is written, and when."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self.written: list[bytes] = []
        self.times: list[float] = []
        self.drops: list[float] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)
        self.times.append(self._loop.now)

    def drop(self) -> None:
        self.drops.append(self._loop.now)


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    """Return a loop; a test removes the errors that it expects to be reported."""
    loop = VirtualLoop()
    yield loop
    loop.close()
    assert loop.errors == []


@pytest.fixture
def txa(loop: VirtualLoop) -> AsyncioBackend:
    """Return a backend on *loop*."""
    return AsyncioBackend(loop)


@pytest.fixture
def keeper(txa: AsyncioBackend) -> KeepAlive:
    """Return a keeper with an interval of ten seconds and a timeout of four."""
    return KeepAlive(txa, interval=10, timeout=4, bucket=0.5)


@pytest.fixture
def connection(loop: VirtualLoop) -> Connection:
    """Return the connection of *peer*."""
    return Connection(loop)


@pytest.fixture
def peer(keeper: KeepAlive, connection: Connection) -> Peer:
    """Return a peer of *keeper* on *connection*."""
    return keeper.add(connection.write, connection.drop)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine function on the virtual loop."""
    if not iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    running = pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
    loop = pyfuncitem.funcargs["loop"]
    assert isinstance(loop, VirtualLoop)
    loop.run_until_complete(running)
    return True
