"""The heart-beat: pings, and the end of peers that stay silent."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from streams import FEW_LOOPS

from jsonrpc_peer import PeerGone


if TYPE_CHECKING:
    from streams import Raw

    from conftest import World
    from txaio_interfaces import IBackend

PING = {"jsonrpc": "2.0", "method": "rpc.ping", "id": "rpc.ping"}
PONG = {"jsonrpc": "2.0", "result": None, "id": "rpc.ping"}

virtual = pytest.mark.txaio(clock="virtual")


@virtual
async def test_silent_peer_is_pinged(
    txaio: IBackend, world: World, txaio_log: Any
) -> None:
    """After a period of silence it is pinged, and after each that follows a pong."""
    peer, raw = world.lone(heartbeat=30)
    begun = txaio.time()
    for number in range(1, 4):
        assert await raw.receive() == PING
        assert 30 <= txaio.time() - begun < number * 62
        await raw.send(PONG)
    await peer.notify("still there")
    assert (await raw.receive())["method"] == "still there"
    assert list(txaio_log) == []


@virtual
async def test_silent_peer_is_lost(txaio: IBackend, world: World) -> None:
    """If it does not answer for another period, the connection ends."""
    peer, raw = world.lone(heartbeat=30, call_timeout=inf)
    call = txaio.as_future(peer.call, "x")
    assert (await raw.receive())["method"] == "x"
    begun = txaio.time()
    assert await raw.receive() == PING
    why = "the peer has not answered a ping for 30 seconds"
    assert await peer.ended() == why
    assert 60 <= txaio.time() - begun < 95
    with pytest.raises(PeerGone, match=why):
        await call


@FEW_LOOPS
@pytest.mark.parametrize(
    "sign",
    [PONG, {"jsonrpc": "2.0", "method": "note"}, {"result": 1, "id": 7}, b""],
)
async def test_any_bytes_are_a_sign(txaio: IBackend, world: World, sign: Any) -> None:
    """Whatever the peer sends shows that it is there: it is not pinged."""
    peer, raw = world.lone(heartbeat=30)
    for _ in range(20):
        await txaio.sleep(20)
        await raw.send(sign)
    await peer.notify("last")
    methods: list[str] = []
    while "last" not in methods:
        methods.append((await raw.receive()).get("method"))
    assert "rpc.ping" not in methods


@virtual
async def test_of_both_sides(txaio: IBackend, world: World) -> None:
    """Two sides that have nothing to say keep their connection."""
    peer = world.client(world.server(heartbeat=30), heartbeat=30)
    await txaio.sleep(24 * 3600)
    assert await peer.call("echo", ["here"]) == "here"


@virtual
async def test_none(txaio: IBackend, world: World) -> None:
    """An infinite heart-beat is none."""
    peer, raw = world.lone(heartbeat=inf)
    await txaio.sleep(24 * 3600)
    await peer.notify("first")
    assert (await raw.receive())["method"] == "first"


@virtual
async def test_busy_side(world: World) -> None:
    """A side that does not read, as it has too much to do, hears nothing."""
    server = world.server(heartbeat=30, max_handlers=1, max_incoming=1)
    raw = world.raw(server, maxsize=30)
    for number in range(20):
        await raw.send(
            {"jsonrpc": "2.0", "method": "sleep", "params": [200], "id": number}
        )
    answers = [await answer_of(raw) for _ in range(20)]
    assert [each["result"] for each in answers] == ["slept 200"] * 20


@virtual
async def test_slow_peer(txaio: IBackend, world: World) -> None:
    """A peer that has a lot to read, and reads it slowly, need say nothing."""
    peer, raw = world.lone(heartbeat=30, send_timeout=60)
    for number in range(20):
        await peer.notify("note", [number])
    for number in range(20):
        await txaio.sleep(50)
        message = await raw.receive()
        while message["method"] == "rpc.ping":
            await raw.send(PONG)
            message = await raw.receive()
        assert message["params"] == [number]


@virtual
async def test_peer_that_sends_no_more(world: World) -> None:
    """A peer that has said that it sends no more need not answer pings."""
    raw = world.raw(world.server(heartbeat=1, close_timeout=60))
    await raw.send({"jsonrpc": "2.0", "method": "sleep", "params": [30], "id": 1})
    raw.stream.send_eof()
    assert (await raw.receive())["result"] == "slept 30"


@virtual
async def test_suspended_program(
    txaio: IBackend, world: World, txaio_clock: Any
) -> None:
    """A program that was suspended pings its peer first, as it has not read either."""
    peer, raw = world.lone(heartbeat=30)
    txaio_clock.advance(8 * 3600)
    assert await raw.receive() == PING
    await raw.send(PONG)
    await txaio.sleep(10)
    await peer.notify("still there")
    assert (await raw.receive())["method"] == "still there"


async def test_answers_pings(raw: Raw) -> None:
    """A ping is answered with null, with whatever id."""
    for id_ in ("rpc.ping", 7, None):
        ping = {"jsonrpc": "2.0", "method": "rpc.ping", "id": id_}
        assert await raw.ask(ping) == {"jsonrpc": "2.0", "result": None, "id": id_}


async def test_answers_pings_while_it_is_busy(world: World) -> None:
    """A ping does not wait for requests before it."""
    raw = world.raw(world.server(max_handlers=1))
    for number in range(5):
        await raw.send(
            {"jsonrpc": "2.0", "method": "sleep", "params": [60], "id": number}
        )
    assert await raw.ask(PING) == PONG


async def test_pings_are_answered_while_the_outbox_is_full(world: World) -> None:
    """If the outbox is full, a ping waits as a request does, and is answered."""
    raw = world.raw(world.server(max_outgoing=1))
    for number in range(8):
        await raw.send(PING | {"id": number})
    pongs = [await raw.receive() for _ in range(8)]
    assert sorted(each["id"] for each in pongs) == list(range(8))


async def answer_of(raw: Raw) -> Any:
    """Return the next answer; answer pings before it."""
    while True:
        message = await raw.receive()
        if "method" not in message:
            return message
        await raw.send(PONG)
