"""Two endpoints in one program, or one and a test in the place of the other."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jsonrpc_peer import Endpoint, Methods, Peer, Settings


# Under --import-mode=importlib pytest makes no folder importable.
sys.path.insert(0, str(Path(__file__).parent))

from streams import Raw, stream_pair


if TYPE_CHECKING:
    from txaio_interfaces import IBackend


class Server:
    """An endpoint with methods, and what they have seen."""

    def __init__(self, txa: IBackend, **settings: Any) -> None:
        self._txa = txa
        self.methods = Methods()
        for fn in (self.subtract, self.echo, self.sleep, self.fail, self.note):
            self.methods.add(fn)
        self.endpoint = Endpoint(txa, self.methods, Settings(**settings))
        self.notes: list[Any] = []
        self.begun = 0
        self.running = 0
        self.most = 0
        self.cancelled = 0

    def subtract(self, minuend: float, subtrahend: float) -> float:
        return minuend - subtrahend

    async def echo(self, value: Any) -> Any:
        return value

    async def sleep(self, seconds: float) -> str:
        self.begun += 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self._txa.sleep(seconds)
        except self._txa.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        return f"slept {seconds}"

    def fail(self, text: str) -> None:
        raise OSError(text)

    def note(self, *values: Any) -> None:
        self.notes += values


class World:
    """Makes servers and their clients, and closes them at the end of the test."""

    def __init__(self, txa: IBackend) -> None:
        self._txa = txa
        self._endpoints: list[Endpoint] = []

    def server(self, **settings: Any) -> Server:
        """Return a server with these settings."""
        server = Server(self._txa, **settings)
        self._endpoints.append(server.endpoint)
        return server

    def raw(self, server: Server, maxsize: int = 4) -> Raw:
        """Return a client of *server* that sends bytes as they are."""
        mine, its = stream_pair(self._txa, maxsize)
        server.endpoint.connect(its)
        return Raw(mine)

    def client(
        self, server: Server, methods: Methods | None = None, **settings: Any
    ) -> Peer:
        """Return *server* as a client of its own endpoint sees it."""
        endpoint = Endpoint(self._txa, methods, Settings(**settings))
        self._endpoints.append(endpoint)
        mine, its = stream_pair(self._txa)
        server.endpoint.connect(its)
        return endpoint.connect(mine)

    def lone(self, methods: Methods | None = None, **settings: Any) -> tuple[Peer, Raw]:
        """Return a peer, and the test in its place."""
        endpoint = Endpoint(self._txa, methods, Settings(**settings))
        self._endpoints.append(endpoint)
        mine, its = stream_pair(self._txa)
        return endpoint.connect(mine), Raw(its)

    async def close(self) -> None:
        """Close all endpoints."""
        for endpoint in self._endpoints:
            await endpoint.close(0)


@pytest.fixture
async def world(txaio: IBackend) -> AsyncIterator[World]:
    """Return what makes servers and clients."""
    world = World(txaio)
    yield world
    await world.close()


@pytest.fixture
async def server(world: World) -> Server:
    """Return a server with the settings that there are by default."""
    return world.server()


@pytest.fixture
async def raw(world: World, server: Server) -> Raw:
    """Return a client of *server* that sends bytes as they are."""
    return world.raw(server)


@pytest.fixture
async def peer(world: World, server: Server) -> Peer:
    """Return *server* as a client sees it."""
    return world.client(server)
