"""The streams of the applications, on real sockets."""

from __future__ import annotations

import asyncio
import socket
import sys
from importlib import import_module
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from jsonrpc_peer import Endpoint, Methods, PeerGone, Settings


# The applications import each other's modules from their folder.
sys.path.insert(0, str(Path(__file__).parents[1] / "apps"))

AsyncioStream: Any = import_module("asyncio_app").AsyncioStream
AnyioStream: Any = import_module("anyio_app").AnyioStream
TwistedStream: Any = import_module("twisted_app").TwistedStream
endpoints: Any = import_module("twisted.internet.endpoints")

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.txaio(clock="real")

LARGE = "x" * 300_000
"""More than the buffers of a socket take, if there are some of them."""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Return a socket that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


async def connect(txa: Any, port: int) -> Any:
    """Return a connection, as the application for this backend makes them."""
    if txa.name == "asyncio":
        return AsyncioStream(*await asyncio.open_connection("127.0.0.1", port))
    if txa.name == "anyio":
        return AnyioStream(await anyio.connect_tcp("127.0.0.1", port))
    stream = TwistedStream(txa)
    address = endpoints.TCP4ClientEndpoint(txa.native.reactor, "127.0.0.1", port)
    await endpoints.connectProtocol(address, stream)
    return stream


async def both_ends(txa: Any, listener: socket.socket) -> tuple[Any, socket.socket]:
    """Return a connection, and its other end as a plain socket."""
    stream = await connect(txa, listener.getsockname()[1])
    accepted, _address = await txa.run_in_thread(listener.accept)
    return stream, accepted


async def test_large_messages(txaio: Any, listener: socket.socket) -> None:
    """Large messages arrive whole, in both directions at the same time."""

    def relay(accepted: socket.socket) -> None:
        # The bytes come back: this side calls itself.
        while data := accepted.recv(65536):
            accepted.sendall(data)

    methods = Methods()
    methods.add(len, name="length")
    stream, accepted = await both_ends(txaio, listener)
    relaying = txaio.run_in_thread(relay, accepted)
    async with Endpoint(txaio, methods).connect(stream) as peer:
        calls = [peer.call("length", [LARGE]) for _ in range(20)]
        lengths = await txaio.gather(calls, consume_exceptions=False)
    assert lengths == [len(LARGE)] * 20
    await relaying
    accepted.close()


async def test_peer_that_reads_nothing(txaio: Any, listener: socket.socket) -> None:
    """Those that send wait, and raise `PeerGone` once it has taken too long."""
    stream, accepted = await both_ends(txaio, listener)
    settings = Settings(send_timeout=0.3, close_timeout=0.3)
    peer = Endpoint(txaio, settings=settings).connect(stream)
    sent = 0

    async def send() -> None:
        nonlocal sent
        while True:
            await peer.notify("note", [LARGE])
            sent += 1

    with pytest.raises(PeerGone, match="the peer has read nothing for"):
        await send()
    assert await peer.ended() == "the peer has read nothing for 0.3 seconds"
    assert sent < 200
    accepted.close()


async def test_reset(txaio: Any, listener: socket.socket) -> None:
    """A connection that is reset ends, and calls raise `PeerGone`."""
    stream, accepted = await both_ends(txaio, listener)
    peer = Endpoint(txaio).connect(stream)
    call = txaio.as_future(peer.call, "x")
    await txaio.run_in_thread(accepted.recv, 1)
    # Closed at once, without what was sent to it and not read.
    linger = pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    accepted.close()
    with pytest.raises(PeerGone):
        await call
    assert await peer.ended()
