"""Notifications and batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from streams import until

from jsonrpc_peer import InvalidAnswer, MessageTooLong, Peer, PeerGone, RpcError


if TYPE_CHECKING:
    from streams import Raw

    from conftest import Server, World
    from pytest_txaio import TxaioErrors, TxaioLog
    from txaio_interfaces import IBackend


class TestNotification:
    """A notification calls a method, and has no answer."""

    async def test_arrives(self, peer: Peer, server: Server) -> None:
        """Notifications are handled in the order in which they are sent."""
        for number in range(20):
            await peer.notify("note", [number])
        await peer.call("echo", [None])
        assert server.notes == list(range(20))

    async def test_fails(
        self, peer: Peer, server: Server, txaio_errors: TxaioErrors
    ) -> None:
        """An error in its method is reported on the side that has the method."""
        with txaio_errors.expect(OSError, match="broken"):
            await peer.notify("fail", ["broken"])
            assert await peer.call("echo", [1]) == 1
        assert server.notes == []

    @pytest.mark.parametrize(
        ("method", "params"), [("nothing", []), ("subtract", [1, 2, 3])]
    )
    async def test_in_vain(
        self, peer: Peer, txaio_log: TxaioLog, method: str, params: list[int]
    ) -> None:
        """One that no method takes is logged there."""
        await peer.notify(method, params)
        assert await peer.call("echo", [1]) == 1
        [event] = [each for each in txaio_log if each.level == "warn"]
        assert event.text.startswith(f"notification {method!r} failed: ")


class TestBatch:
    """A batch is one message, and has one answer."""

    async def test_results(self, peer: Peer, server: Server) -> None:
        """Results are in the order of the calls, whatever takes how long."""
        batch = peer.batch()
        batch.call("sleep", [0.02])
        batch.notify("note", ["in a batch"])
        batch.call("subtract", {"minuend": 3, "subtrahend": 1})
        assert await batch.send() == ["slept 0.02", 2]
        assert server.notes == ["in a batch"]

    async def test_is_one_message(self, txaio: IBackend, world: World) -> None:
        """It is sent in one line; its answers may come in any order, or singly."""
        peer, raw = world.lone()
        batch = peer.batch()
        for number in range(3):
            batch.call("x", [number])
        sending = txaio.as_future(batch.send)
        sent = await raw.receive()
        assert [each["params"] for each in sent] == [[0], [1], [2]]
        answers = [
            {"jsonrpc": "2.0", "result": each["params"][0], "id": each["id"]}
            for each in sent
        ]
        await raw.send([answers[2], answers[0]], answers[1])
        assert await sending == [0, 1, 2]

    async def test_errors(self, txaio: IBackend, world: World) -> None:
        """An error stands in the place of its result."""
        peer, raw = world.lone()
        batch = peer.batch()
        for _ in range(3):
            batch.call("x")
        sending = txaio.as_future(batch.send)
        outcomes: list[dict[str, Any]] = [
            {"error": {"code": 5, "message": "no"}},
            {"error": 1},
            {"result": 2},
        ]
        sent = zip(await raw.receive(), outcomes, strict=True)
        await raw.send(
            [{"jsonrpc": "2.0", "id": each["id"]} | outcome for each, outcome in sent]
        )
        first, second, third = await sending
        assert isinstance(first, RpcError)
        assert first.code == 5
        assert isinstance(second, InvalidAnswer)
        assert third == 2

    async def test_notifications_alone(self, peer: Peer, server: Server) -> None:
        """A batch without calls waits for no answer."""
        batch = peer.batch()
        batch.notify("note", [1])
        batch.notify("note", [2])
        assert await batch.send() == []
        await peer.call("echo", [None])
        assert server.notes == [1, 2]

    async def test_empty(self, peer: Peer) -> None:
        """An empty one is an error."""
        with pytest.raises(ValueError, match="the batch is empty: add something"):
            await peer.batch().send()

    async def test_too_long(self, world: World) -> None:
        """A batch of too many is refused, on both sides."""
        server = world.server(max_batch=3)
        batch = world.client(server, max_batch=3).batch()
        for number in range(3):
            batch.call("echo", [number])
        for add in (batch.call, batch.notify):
            with pytest.raises(MessageTooLong, match="a batch may have 3 members"):
                add("echo", [3])
        assert await batch.send() == [0, 1, 2]
        batch = world.client(server).batch()
        for number in range(4):
            batch.call("echo", [number])
        with pytest.raises(TimeoutError):
            await batch.send(within=0.05)
        raw = world.raw(server)
        answer = await raw.ask([1, 2, 3, 4])
        assert answer["error"]["data"] == "a batch may have 3 members"

    async def test_bad_parameters(self, peer: Peer) -> None:
        """Parameters that are none raise an error where they are added."""
        params: Any = "text"
        batch = peer.batch()
        with pytest.raises(TypeError, match="params must be a list, a dict or None"):
            batch.call("x", params)
        with pytest.raises(TypeError, match="params must be a list, a dict or None"):
            batch.notify("x", params)

    async def test_deadline(self, txaio: IBackend, peer: Peer, server: Server) -> None:
        """All that is left of it is cancelled, and what is done is lost with it."""
        batch = peer.batch()
        batch.call("echo", [1])
        batch.call("sleep", [60])
        batch.call("sleep", [61])
        with pytest.raises(TimeoutError):
            await batch.send(within=0.05)
        assert await peer.call("echo", [2]) == 2
        await until(txaio, lambda: server.cancelled == 2)

    async def test_peer_has_gone(self, txaio: IBackend, world: World) -> None:
        """If the connection ends, it raises `PeerGone`."""
        peer, raw = world.lone()
        batch = peer.batch()
        batch.call("x")
        sending = txaio.as_future(batch.send)
        await raw.receive()
        await raw.stream.close()
        with pytest.raises(PeerGone):
            await sending

    async def test_larger_than_the_limits(self, world: World) -> None:
        """A batch of more requests than are accepted at once is answered whole."""
        raw = world.raw(world.server(max_handlers=2, max_incoming=3))
        answers = await raw.ask(
            [
                {"jsonrpc": "2.0", "method": "echo", "params": [n], "id": n}
                for n in range(50)
            ]
        )
        assert sorted(each["result"] for each in answers) == list(range(50))

    async def test_ping_and_cancellation(self, raw: Raw) -> None:
        """A batch may have those of this library, too."""
        answers = await raw.ask(
            [
                {"jsonrpc": "2.0", "method": "sleep", "params": [60], "id": 1},
                {"jsonrpc": "2.0", "method": "rpc.ping", "id": 2},
                {"jsonrpc": "2.0", "method": "rpc.cancel", "params": {"id": 1}},
            ]
        )
        cancelled, pong = sorted(answers, key=lambda answer: answer["id"])
        assert cancelled["error"]["message"] == "Request cancelled"
        assert pong == {"jsonrpc": "2.0", "result": None, "id": 2}
