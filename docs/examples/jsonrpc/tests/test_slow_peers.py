"""Back-pressure: peers that read slowly, or not at all, and those that send too much.

A stream in memory buffers four pieces of bytes, which stands for the buffers of a
socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from streams import until

from jsonrpc_peer import PeerGone


if TYPE_CHECKING:
    from streams import Raw

    from conftest import World
    from txaio_interfaces import IBackend


def note(number: int) -> dict[str, Any]:
    """Return a notification."""
    return {"jsonrpc": "2.0", "method": "note", "params": [number]}


class TestReadsSlowly:
    """If the peer reads slowly, those that send wait."""

    async def test_senders_wait(self, txaio: IBackend, world: World) -> None:
        """No more is queued than the outbox holds, and nothing is lost."""
        peer, raw = world.lone(max_outgoing=3)
        sent = 0

        async def send() -> None:
            nonlocal sent
            for number in range(30):
                await peer.notify("note", [number])
                sent += 1

        sending = txaio.as_future(send)
        # Four in the stream, one on its way into it, three in the outbox.
        await until(txaio, lambda: sent == 8)
        await txaio.sleep(0.05)
        assert sent == 8
        received = [(await raw.receive())["params"][0] for _ in range(30)]
        assert received == list(range(30))
        await sending

    async def test_methods_wait(self, txaio: IBackend, world: World) -> None:
        """If it does not read answers, its requests are not read either."""
        server = world.server(max_outgoing=3, max_handlers=2, max_incoming=2)
        raw = world.raw(server)
        sending = txaio.as_future(send_calls, raw, 60)
        await txaio.sleep(0.05)
        assert not txaio.is_called(sending)
        assert server.begun < 20
        answers = [(await raw.receive())["id"] for _ in range(60)]
        assert sorted(answers) == list(range(60))
        assert server.begun == 60
        await sending


class TestReadsNothing:
    """A peer that reads nothing for too long is given up."""

    async def test_is_given_up(self, txaio: IBackend, world: World) -> None:
        """The connection ends, and says why; all that wait raise `PeerGone`."""
        peer, raw = world.lone(max_outgoing=2, send_timeout=0.1)
        sending = [txaio.as_future(peer.notify, "note", [n]) for n in range(20)]
        call = txaio.as_future(peer.call, "x")
        assert await peer.ended() == "the peer has read nothing for 0.1 seconds"
        with pytest.raises(PeerGone, match="the peer has read nothing"):
            await call
        failed = 0
        for future in sending:
            try:
                await future
            except PeerGone:
                failed += 1
        # Four in the stream, one on its way into it, two in the outbox; one of these
        # may be the call.
        assert failed in {13, 14}
        assert raw.stream.closed == 0

    async def test_that_sends_requests(self, txaio: IBackend, world: World) -> None:
        """So is one that sends requests, and reads no answers."""
        server = world.server(
            max_outgoing=2, max_handlers=2, max_incoming=2, send_timeout=0.1
        )
        raw = world.raw(server)
        with pytest.raises(ConnectionResetError):
            await send_calls(raw, 1000)
        assert server.begun < 20
        await until(txaio, lambda: not server.endpoint.peers)
        assert server.running == 0

    async def test_slow_is_not_gone(self, txaio: IBackend, world: World) -> None:
        """One that reads a message now and then is not given up."""
        peer, raw = world.lone(max_outgoing=1, send_timeout=0.5)
        sending = txaio.as_future(send_notes, peer, 12)
        for number in range(12):
            await txaio.sleep(0.05)
            assert (await raw.receive())["params"] == [number]
        await sending


class TestSendsTooMuch:
    """A peer that sends more than is handled has to wait."""

    async def test_notifications(self, txaio: IBackend, world: World) -> None:
        """Notifications are never dropped: they are not read any more."""
        server = world.server(max_handlers=1, max_incoming=3)
        gate = txaio.create_future()

        async def wait(_number: int) -> None:
            await txaio.shield(gate)

        server.methods.add(wait)
        raw = world.raw(server)
        sent = 0

        async def send() -> None:
            nonlocal sent
            for number in range(40):
                await raw.send(note(number) | {"method": "wait"})
                sent += 1
            await raw.send(note(40))

        sending = txaio.as_future(send)
        await txaio.sleep(0.05)
        # Four in the stream, one read, three wait, one wants to be, one is handled.
        assert sent <= 10
        txaio.resolve(gate)
        await sending
        await until(txaio, lambda: server.notes == [40])

    async def test_both_sides(self, txaio: IBackend, world: World) -> None:
        """Two sides that call each other as fast as they can both get their answers."""
        settings: dict[str, Any] = {
            "max_outgoing": 2,
            "max_handlers": 2,
            "max_incoming": 8,
            "max_calls": 8,
        }
        server, other = world.server(**settings), world.server(**settings)
        peer = world.client(server, other.methods, **settings)

        async def flood(peer: Any, name: str) -> list[Any]:
            calls = [peer.call("echo", [f"{name} {n}"]) for n in range(200)]
            return await txaio.gather(calls, consume_exceptions=False)

        [back] = server.endpoint.peers
        ours, its = await txaio.gather([flood(peer, "a"), flood(back, "b")])
        assert ours == [f"a {n}" for n in range(200)]
        assert its == [f"b {n}" for n in range(200)]


async def send_calls(raw: Raw, number: int) -> None:
    """Send that many calls, each with its number as id."""
    for id_ in range(number):
        await raw.send(
            {"jsonrpc": "2.0", "method": "sleep", "params": [0], "id": id_},
        )


async def send_notes(peer: Any, number: int) -> None:
    """Send that many notifications."""
    for each in range(number):
        await peer.notify("note", [each])
