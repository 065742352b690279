"""The end of a connection in order, by this side or by the peer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from streams import until

from jsonrpc_peer import Code, Peer, PeerGone


if TYPE_CHECKING:
    from streams import Raw

    from conftest import World
    from txaio_interfaces import IBackend

OURS = "the connection was closed by this side"
ITS = "the peer has closed the connection"


class TestClose:
    """`close` finishes what has begun."""

    async def test_waits_for_calls(self, txaio: IBackend, world: World) -> None:
        """Calls get their answers."""
        server = world.server()
        peer = world.client(server)
        calls = [txaio.as_future(peer.call, "sleep", [0.05]) for _ in range(30)]
        await until(txaio, lambda: server.begun)
        await peer.close()
        assert await txaio.gather(calls) == ["slept 0.05"] * 30

    async def test_waits_for_methods(self, txaio: IBackend, world: World) -> None:
        """Methods that run are answered, and so are requests that wait."""
        server = world.server(max_handlers=2)
        peer = world.client(server)
        calls = [txaio.as_future(peer.call, "sleep", [0.05]) for _ in range(6)]
        await until(txaio, lambda: server.begun == 2)
        [served] = server.endpoint.peers
        await served.close()
        assert await txaio.gather(calls) == ["slept 0.05"] * 6
        assert await served.ended() == OURS
        assert await peer.ended() == ITS

    async def test_sends_what_waits(self, txaio: IBackend, world: World) -> None:
        """What is in the outbox is sent."""
        peer, raw = world.lone()
        for number in range(30):
            await peer.notify("note", [number])
        closing = txaio.as_future(peer.close)
        assert [(await raw.receive())["params"] for _ in range(30)] == [
            [n] for n in range(30)
        ]
        assert await raw.line() == b""
        await closing

    async def test_refuses_what_would_begin(
        self, txaio: IBackend, world: World
    ) -> None:
        """Meanwhile calls raise, and requests are answered with an error."""
        server = world.server()
        raw = world.raw(server)
        [served] = server.endpoint.peers
        sleep = {"jsonrpc": "2.0", "method": "sleep", "params": [0.3], "id": 1}
        await raw.send(sleep)
        await until(txaio, lambda: server.running)
        closing = txaio.as_future(served.close)
        await until(txaio, served._connection._closing.is_set)
        with pytest.raises(PeerGone, match=OURS):
            await served.call("x")
        with pytest.raises(PeerGone, match=OURS):
            await served.notify("x")
        await raw.send({"jsonrpc": "2.0", "method": "note", "params": [1]})
        batch = [sleep | {"id": 2}, {"foo": "boo"}]
        assert [each["error"]["code"] for each in await raw.ask(batch)] == [
            Code.CLOSING
        ] * 2
        assert (await raw.receive())["result"] == "slept 0.3"
        await closing
        assert server.notes == []

    async def test_within(self, txaio: IBackend, world: World) -> None:
        """What takes too long is cancelled, on both sides."""
        server = world.server(close_timeout=0.05)
        peer = world.client(server)
        call = txaio.as_future(peer.call, "sleep", [60])
        await until(txaio, lambda: server.running)
        begun = txaio.time()
        await peer.close(0.05)
        assert txaio.time() - begun < 3
        with pytest.raises(PeerGone, match=OURS):
            await call
        await until(txaio, lambda: server.cancelled)

    async def test_within_the_settings(self, txaio: IBackend, world: World) -> None:
        """The settings have a time for it."""
        server = world.server()
        peer = world.client(server, close_timeout=0.05)
        call = txaio.as_future(peer.call, "sleep", [60])
        await until(txaio, lambda: server.running)
        await peer.close()
        with pytest.raises(PeerGone, match=OURS):
            await call

    async def test_again(self, txaio: IBackend, world: World) -> None:
        """To close again waits as well, and may be less patient."""
        server = world.server()
        peer = world.client(server)
        call = txaio.as_future(peer.call, "sleep", [60])
        await until(txaio, lambda: server.running)
        first = txaio.as_future(peer.close, 60)
        await until(txaio, peer._connection._closing.is_set)
        begun = txaio.time()
        await peer.close(0)
        assert txaio.time() - begun < 3
        await first
        await peer.close()
        with pytest.raises(PeerGone):
            await call

    async def test_is_not_undone(self, txaio: IBackend, world: World) -> None:
        """If the caller of `close` is cancelled, the connection ends all the same."""
        server = world.server()
        peer = world.client(server)
        call = txaio.as_future(peer.call, "sleep", [0.05])
        await until(txaio, lambda: server.running)
        closing = txaio.as_future(peer.close)
        await until(txaio, peer._connection._closing.is_set)
        txaio.cancel(closing)
        assert await call == "slept 0.05"
        assert await peer.ended() == OURS

    async def test_from_a_method(self, txaio: IBackend, world: World) -> None:
        """A method that awaits it is cancelled when the time is over."""
        server = world.server(close_timeout=0.05)

        async def leave(peer: Peer) -> None:
            await peer.close()

        server.methods.add(leave, takes_peer=True)
        peer = world.client(server)
        with pytest.raises(PeerGone, match=ITS):
            await peer.call("leave")
        await until(txaio, lambda: not server.endpoint.peers)

    async def test_as_a_context_manager(self, txaio: IBackend, world: World) -> None:
        """At the end of the block the connection is closed."""
        server = world.server()
        async with world.client(server) as peer:
            assert await peer.call("echo", [1]) == 1
        with pytest.raises(PeerGone, match=OURS):
            await peer.call("echo", [1])
        await until(txaio, lambda: not server.endpoint.peers)

    async def test_peer_that_reads_nothing(self, txaio: IBackend, world: World) -> None:
        """It does not wait longer for a peer that does not read."""
        peer, _raw = world.lone(max_outgoing=1)
        sending = [txaio.as_future(peer.notify, "note") for _ in range(9)]
        await until(txaio, lambda: len(peer._connection.outbox._lines._putters) == 3)
        await peer.close(0.05)
        failures = await txaio.gather(sending)
        assert sum(each is not None for each in failures) == 3


class TestPeerCloses:
    """A peer that sends no more still gets its answers."""

    async def test_answers_first(self, world: World) -> None:
        """What it has sent is answered, and then the stream is closed."""
        server = world.server(max_handlers=1)
        raw = world.raw(server)
        for number in range(5):
            await raw.send(
                {"jsonrpc": "2.0", "method": "sleep", "params": [0.01], "id": number}
            )
        raw.stream.send_eof()
        answers = [(await raw.receive())["id"] for _ in range(5)]
        assert answers == list(range(5))
        assert await raw.line() == b""

    async def test_last_line(self, raw: Raw) -> None:
        """The last line need not be ended."""
        await raw.stream.send(b'{"jsonrpc":"2.0","method":"echo","params":[1],"id":1}')
        raw.stream.send_eof()
        assert (await raw.receive())["result"] == 1

    async def test_in_the_middle_of_a_message(self, raw: Raw) -> None:
        """A message that is cut off is answered with an error."""
        await raw.stream.send(b'{"jsonrpc":"2.0","method":"echo","par')
        raw.stream.send_eof()
        assert (await raw.receive())["error"]["code"] == Code.PARSE_ERROR

    async def test_while_closing(self, txaio: IBackend, world: World) -> None:
        """If this side closes already, that is the reason."""
        server = world.server()
        raw = world.raw(server)
        [served] = server.endpoint.peers
        await raw.send({"jsonrpc": "2.0", "method": "sleep", "params": [0.05], "id": 1})
        await until(txaio, lambda: server.running)
        closing = txaio.as_future(served.close)
        await until(txaio, served._connection._closing.is_set)
        raw.stream.send_eof()
        assert (await raw.receive())["result"] == "slept 0.05"
        await closing
        assert await served.ended() == OURS
