"""Calls that end early: by a deadline, a cancellation, or the end of the peer."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import pytest
from streams import until

from jsonrpc_peer import (
    Peer,
    PeerGone,
)


if TYPE_CHECKING:
    from conftest import Server, World
    from txaio_interfaces import IBackend


class TestDeadline:
    """A call that takes too long raises `TimeoutError`, and ends at the peer."""

    async def test_of_the_call(
        self, txaio: IBackend, peer: Peer, server: Server
    ) -> None:
        """The method is cancelled, and its late answer is ignored."""
        with pytest.raises(TimeoutError):
            await peer.call("sleep", [60], within=0.05)
        assert await peer.call("echo", [1]) == 1
        await until(txaio, lambda: server.running == 0)
        assert server.cancelled == 1

    async def test_of_the_settings(self, world: World) -> None:
        """The settings have one for all calls."""
        peer = world.client(world.server(), call_timeout=0.05)
        with pytest.raises(TimeoutError):
            await peer.call("sleep", [60])

    async def test_none(self, world: World) -> None:
        """An infinite one never comes."""
        peer = world.client(world.server(), call_timeout=0.001)
        assert await peer.call("sleep", [0.1], within=inf) == "slept 0.1"

    async def test_before_it_is_sent(self, txaio: IBackend, world: World) -> None:
        """A call that was never sent is not cancelled at the peer either."""
        peer, raw = world.lone(max_outgoing=1)
        for number in range(6):  # As many as the outbox and the stream hold.
            await txaio.timeout(peer.notify("note", [number]), 5)
        with pytest.raises(TimeoutError):
            await peer.call("x", within=0.05)
        seen = [await raw.receive() for _ in range(6)]
        assert {each["method"] for each in seen} == {"note"}
        await peer.notify("last")
        assert (await raw.receive())["method"] == "last"


class TestCancellation:
    """A caller that is cancelled ends the call at the peer."""

    async def test_cancels_the_method(
        self, txaio: IBackend, peer: Peer, server: Server
    ) -> None:
        """The method sees a cancellation."""
        call = txaio.as_future(peer.call, "sleep", [60])
        await until(txaio, lambda: server.running == 1)
        txaio.cancel(call)
        with pytest.raises(txaio.CancelledError):
            await call
        await until(txaio, lambda: server.running == 0)
        assert server.cancelled == 1

    async def test_notification(self, txaio: IBackend, world: World) -> None:
        """The peer is sent a notification with the id, and may answer all the same."""
        peer, raw = world.lone()
        call = txaio.as_future(peer.call, "x")
        request = await raw.receive()
        txaio.cancel(call)
        notification = await raw.receive()
        assert notification == {
            "jsonrpc": "2.0",
            "method": "rpc.cancel",
            "params": {"id": request["id"]},
        }
        await raw.send({"jsonrpc": "2.0", "result": 1, "id": request["id"]})
        with pytest.raises(txaio.CancelledError):
            await call

    async def test_notification_waits(self, txaio: IBackend, world: World) -> None:
        """It waits for a free slot in the outbox, and the caller does not."""
        peer, raw = world.lone(max_outgoing=1)
        call = txaio.as_future(peer.call, "x")
        await raw.receive()
        for number in range(6):
            await txaio.timeout(peer.notify("note", [number]), 5)
        txaio.cancel(call)
        with pytest.raises(txaio.CancelledError):
            await call
        seen = [await raw.receive() for _ in range(7)]
        assert [each["method"] for each in seen] == ["note"] * 6 + ["rpc.cancel"]

    async def test_notification_waits_until_the_end(
        self, txaio: IBackend, world: World
    ) -> None:
        """If the outbox is full until the connection ends, it is not sent."""
        peer, raw = world.lone(max_outgoing=1)
        call = txaio.as_future(peer.call, "x")
        await raw.receive()
        for number in range(6):
            await txaio.timeout(peer.notify("note", [number]), 5)
        txaio.cancel(call)
        closing = txaio.as_future(peer.close)
        await until(txaio, peer._connection.outbox._lines.closed)
        seen = [await raw.receive() for _ in range(6)]
        assert [each["method"] for each in seen] == ["note"] * 6
        assert await raw.line() == b""
        await closing

    async def test_when_it_is_answered(self, txaio: IBackend, world: World) -> None:
        """Cancelled at the moment of its answer, it is not cancelled at the peer."""
        peer, raw = world.lone()
        call = txaio.as_future(peer.call, "x")
        request = await raw.receive()
        await raw.send({"jsonrpc": "2.0", "error": {}, "id": request["id"]})
        await raw.ask({"jsonrpc": "2.0", "method": "rpc.ping", "id": 1})
        txaio.cancel(call)
        await txaio.gather([call])
        await peer.notify("last")
        assert (await raw.receive())["method"] == "last"


class TestEnd:
    """Calls do not outlive their connection."""

    async def test_peer_has_gone(self, txaio: IBackend, world: World) -> None:
        """Those that wait for an answer raise `PeerGone`, and so do later ones."""
        peer, raw = world.lone()
        calls = [txaio.as_future(peer.call, "x") for _ in range(3)]
        for _ in calls:
            await raw.receive()
        await raw.stream.close()
        for call in calls:
            with pytest.raises(PeerGone, match="the peer has closed the connection"):
                await call
        assert await peer.ended() == "the peer has closed the connection"
        with pytest.raises(PeerGone, match="the peer has closed the connection"):
            await peer.call("x")

    async def test_that_wait_for_their_turn(
        self, txaio: IBackend, world: World
    ) -> None:
        """Those that were not sent yet raise it as well."""
        peer, raw = world.lone(max_calls=1)
        calls = [txaio.as_future(peer.call, "x") for _ in range(3)]
        await raw.receive()
        await raw.stream.close()
        for call in calls:
            with pytest.raises(PeerGone):
                await call
