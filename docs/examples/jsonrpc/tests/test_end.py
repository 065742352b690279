"""Connections that are lost, and the end of all connections of an endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from streams import MemoryStream, stream_pair, until

from jsonrpc_peer import Endpoint, Peer, PeerGone, RpcError, Settings


if TYPE_CHECKING:
    from conftest import Server, World
    from pytest_txaio import TxaioErrors
    from txaio_interfaces import IBackend

OURS = "the connection was closed by this side"
ITS = "the peer has closed the connection"


class TestLoss:
    """An error of the stream ends the connection at once."""

    async def test_lost(self, txaio: IBackend, world: World) -> None:
        """Calls raise `PeerGone` with its text, and methods are cancelled."""
        server = world.server()
        peer, raw = world.lone()
        call = txaio.as_future(peer.call, "x")
        await raw.receive()
        mine, its = stream_pair(txaio)
        served = server.endpoint.connect(its)
        await mine.send(b'{"jsonrpc":"2.0","method":"sleep","params":[60],"id":1}\n')
        await until(txaio, lambda: server.running)
        its.lose(ConnectionResetError("reset by peer"))
        assert await served.ended() == "reset by peer"
        assert server.cancelled == 1
        assert its.closed == 1
        txaio.cancel(call)

    async def test_just_before_the_answer(self, txaio: IBackend, world: World) -> None:
        """A method ends as well if its task has begun, and that which answers has not.

        Here the method itself ends the connection, which is no more than a way to hit
        that moment.
        """
        server = world.server()

        def end(peer: Peer) -> Any:
            peer._connection.tasks.cancel()
            return server.sleep(60)

        server.methods.add(end, takes_peer=True)
        with pytest.raises(PeerGone):
            await world.client(server).call("end")
        await until(txaio, lambda: not server.endpoint.peers)
        assert server.running == 0
        await txaio.sleep(0.05)
        assert server.running == 0

    async def test_of_another_kind(
        self, txaio: IBackend, world: World, txaio_errors: TxaioErrors
    ) -> None:
        """An error that is no `ConnectionError` is reported as well."""
        server = world.server()
        _mine, its = stream_pair(txaio)
        served = server.endpoint.connect(its)
        with txaio_errors.expect(ExceptionGroup, match="unhandled errors"):
            its.lose(ZeroDivisionError("a mistake"))
            why = "the connection has failed: ZeroDivisionError('a mistake')"
            assert await served.ended() == why

    async def test_while_sending(self, world: World) -> None:
        """So does one of `send`."""
        peer, raw = world.lone()
        await raw.stream.close()
        assert await peer.ended() in {ITS, "the other end is closed"}
        with pytest.raises(PeerGone):
            await peer.notify("x")

    @pytest.mark.parametrize("error", [ConnectionResetError, ZeroDivisionError])
    async def test_stream_that_cannot_be_closed(
        self,
        txaio: IBackend,
        world: World,
        txaio_errors: TxaioErrors,
        error: type[Exception],
    ) -> None:
        """An error of its `close` is reported, unless it is that of a lost one."""

        class Broken(MemoryStream):
            async def close(self) -> None:
                await super().close()
                raise error

        _mine, its = stream_pair(txaio)
        broken = Broken(its._incoming, its._outgoing)
        async with world.server().endpoint.connect(broken):
            pass
        reported = [type(each) for each in txaio_errors.take()]
        assert reported == ([] if error is ConnectionResetError else [error])

    async def test_stream_that_does_not_close(self, txaio: IBackend) -> None:
        """It is waited for as long as the settings say."""

        class Slow(MemoryStream):
            async def close(self) -> None:
                await super().close()
                await txaio.sleep(600)

        _mine, its = stream_pair(txaio)
        slow = Slow(its._incoming, its._outgoing)
        endpoint = Endpoint(txaio, settings=Settings(close_timeout=0.05))
        begun = txaio.time()
        await endpoint.connect(slow).close()
        assert slow.closed == 1
        assert txaio.time() - begun < 3


class TestEndpoint:
    """An endpoint has connections, and ends them."""

    async def test_serve(self, txaio: IBackend, world: World) -> None:
        """`serve` runs as long as the connection, and returns why it has ended."""
        server = world.server()
        mine, its = stream_pair(txaio)
        serving = txaio.as_future(server.endpoint.serve, its)
        async with Endpoint(txaio).connect(mine) as peer:
            assert await peer.call("echo", [1]) == 1
            assert not txaio.is_called(serving)
        assert await serving == ITS
        assert its.closed == mine.closed == 1

    async def test_serve_that_is_cancelled(self, txaio: IBackend, world: World) -> None:
        """Cancelled, it closes the connection in order."""
        server = world.server()
        mine, its = stream_pair(txaio)
        serving = txaio.as_future(server.endpoint.serve, its)
        peer = Endpoint(txaio).connect(mine)
        call = txaio.as_future(peer.call, "sleep", [0.05])
        await until(txaio, lambda: server.running)
        txaio.cancel(serving)
        assert await call == "slept 0.05"
        assert await peer.ended() == ITS

    async def test_close(self, txaio: IBackend, server: Server, world: World) -> None:
        """It closes all connections at the same time."""
        peers = [world.client(server) for _ in range(5)]
        calls = [txaio.as_future(peer.call, "sleep", [0.05]) for peer in peers]
        await until(txaio, lambda: server.running == 5)
        await server.endpoint.close()
        assert await txaio.gather(calls) == ["slept 0.05"] * 5
        assert server.endpoint.peers == set()

    async def test_is_closed(self, txaio: IBackend, server: Server) -> None:
        """After that it accepts no connection."""
        await server.endpoint.close()
        await server.endpoint.close()
        _mine, its = stream_pair(txaio)
        with pytest.raises(RuntimeError, match="this endpoint is closed: connect"):
            server.endpoint.connect(its)

    async def test_close_at_once(self, txaio: IBackend, world: World) -> None:
        """A connection that has not begun is closed, too."""
        server = world.server()
        mine, its = stream_pair(txaio)
        server.endpoint.connect(its)
        await server.endpoint.close()
        assert await mine.receive() == b""
        assert its.closed == 1

    async def test_connections_are_apart(
        self, txaio: IBackend, world: World, server: Server
    ) -> None:
        """What ends one connection leaves the others alone."""
        raw, peer = world.raw(server), world.client(server)
        call = txaio.as_future(peer.call, "sleep", [0.05])
        await raw.stream.close()
        assert await call == "slept 0.05"
        with pytest.raises(RpcError):
            await peer.call("nothing")


def test_in_a_plain_function(txaio: Any, txaio_run: Any) -> None:
    """An endpoint may be made in a function that is not async."""

    def main() -> Any:
        return Endpoint(txaio).peers

    assert txaio_run(main) == set()
