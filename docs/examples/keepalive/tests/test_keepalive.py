"""The behaviour of the library, in virtual time."""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from keepalive import Ending, KeepAlive, Peer


if TYPE_CHECKING:
    from conftest import Connection, VirtualLoop
    from txaio_interfaces import IBackend


def frame(kind: bytes, number: int) -> bytes:
    """Return a frame: the kind and the number in four bytes."""
    return kind + number.to_bytes(4, "big")


PING = frame(b"?", 1)
PONG = frame(b"!", 1)


class TestPing:
    """A peer is pinged every interval."""

    async def test_first_after_an_interval(
        self, txa: IBackend, peer: Peer, connection: Connection
    ) -> None:
        """The first ping is not early, and late by less than a bucket."""
        await txa.sleep(9.9)
        assert peer.pings == 0
        await txa.sleep(0.7)
        assert connection.written == [PING]

    async def test_every_interval(
        self, txa: IBackend, keeper: KeepAlive, connection: Connection
    ) -> None:
        """A peer that answers is pinged again and again, an interval apart."""
        peer = answering(keeper, connection)
        await txa.sleep(101)
        assert peer.pings >= 9
        gaps = [b - a for a, b in pairwise(connection.times)]
        assert all(10 <= gap < 10.51 for gap in gaps)

    async def test_infinite_interval(
        self, txa: IBackend, connection: Connection
    ) -> None:
        """With an infinite interval a peer is never pinged."""
        KeepAlive(txa, interval=math.inf).add(connection.write, connection.drop)
        await txa.sleep(1e6)
        assert connection.written == []

    async def test_stops_with_the_peer(
        self, txa: IBackend, peer: Peer, connection: Connection
    ) -> None:
        """A peer that was stopped is neither pinged nor dropped."""
        peer.stop()
        await txa.sleep(60)
        assert (connection.written, connection.drops) == ([], [])
        assert await peer.gone() is Ending.STOPPED

    async def test_write_that_fails(self, keeper: KeepAlive, loop: VirtualLoop) -> None:
        """The error of *write* is reported, and the peer ends as silent."""
        error = OSError("no buffer space")

        def write(_data: bytes) -> None:
            raise error

        peer = keeper.add(write, lambda: None)
        assert await peer.gone() is Ending.SILENT
        assert loop.errors.pop() is error


class TestPong:
    """A peer answers, and its round-trip times are measured."""

    async def test_round_trip(
        self, txa: IBackend, peer: Peer, connection: Connection
    ) -> None:
        """The time from the ping to its pong is the round trip."""
        pinged_at = await until_pinged(txa, connection)
        await txa.sleep(0.25)
        peer.data_received(PONG)
        assert math.isclose(peer.round_trips.last or 0, txa.time() - pinged_at)

    async def test_smoothed(
        self, txa: IBackend, peer: Peer, connection: Connection
    ) -> None:
        """The weight of the last time in the smoothed one is an eighth."""
        for number, delay in ((1, 0.25), (2, 1.0)):
            pinged_at = await until_pinged(txa, connection)
            await txa.sleep(pinged_at + delay - txa.time())
            peer.data_received(frame(b"!", number))
        assert math.isclose(peer.round_trips.shortest or 0, 0.25)
        assert math.isclose(peer.round_trips.smoothed or 0, 0.25 + 0.75 / 8)

    async def test_in_pieces(
        self, txa: IBackend, peer: Peer, connection: Connection
    ) -> None:
        """A pong may arrive byte by byte."""
        await until_pinged(txa, connection)
        for place in range(len(PONG)):
            assert peer.round_trips.count == 0
            peer.data_received(PONG[place : place + 1])
        assert peer.round_trips.count == 1

    @pytest.mark.parametrize("number", [0, 2])
    async def test_of_another_ping(
        self, txa: IBackend, peer: Peer, connection: Connection, number: int
    ) -> None:
        """A pong with another number does not count as an answer."""
        await until_pinged(txa, connection)
        peer.data_received(frame(b"!", number))
        assert peer.round_trips.count == 0
        assert await peer.gone() is Ending.SILENT

    async def test_twice(
        self, txa: IBackend, peer: Peer, connection: Connection
    ) -> None:
        """A pong counts once."""
        await until_pinged(txa, connection)
        peer.data_received(PONG + PONG)
        assert peer.round_trips.count == 1

    async def test_callback(
        self, txa: IBackend, keeper: KeepAlive, connection: Connection
    ) -> None:
        """*on_pong* is called with the peer, whose round trip has been measured."""
        counts: list[int] = []
        peer = keeper.add(
            connection.write,
            connection.drop,
            lambda peer: counts.append(peer.round_trips.count),
        )
        await until_pinged(txa, connection)
        peer.data_received(PONG)
        assert counts == [1]

    async def test_stop_in_the_callback(
        self, txa: IBackend, keeper: KeepAlive, connection: Connection
    ) -> None:
        """A peer that is stopped by its pong is not pinged again."""
        peer = keeper.add(connection.write, connection.drop, Peer.stop)
        await until_pinged(txa, connection)
        peer.data_received(PONG)
        await txa.sleep(60)
        assert connection.written == [PING]

    async def test_late(self, txa: IBackend, connection: Connection) -> None:
        """A pong that takes longer than the interval is followed by a ping soon."""
        keeper = KeepAlive(txa, interval=1, timeout=30, bucket=0.5)
        peer = keeper.add(connection.write, connection.drop)
        await until_pinged(txa, connection)
        await txa.sleep(20)
        assert peer.pings == 1
        peer.data_received(PONG)
        await txa.sleep(0.6)
        assert peer.pings == 2

    async def test_answers(self, peer: Peer, connection: Connection) -> None:
        """A ping is answered with its number."""
        peer.data_received(frame(b"?", 7) + frame(b"?", 8))
        assert connection.written == [frame(b"!", 7), frame(b"!", 8)]


class TestEnd:
    """A peer ends for one of four reasons."""

    async def test_silent(
        self, txa: IBackend, keeper: KeepAlive, peer: Peer, connection: Connection
    ) -> None:
        """A peer that stays silent is dropped once, after the timeout and a bucket."""
        assert await peer.gone() is Ending.SILENT
        await txa.sleep(60)
        [waited] = [at - connection.times[0] for at in connection.drops]
        assert 4 <= waited < 4.51
        assert keeper.peers == set()

    async def test_lost(
        self, txa: IBackend, keeper: KeepAlive, peer: Peer, connection: Connection
    ) -> None:
        """A peer whose connection is lost is not dropped as well."""
        await until_pinged(txa, connection)
        peer.connection_lost()
        assert await peer.gone() is Ending.LOST
        await txa.sleep(60)
        assert connection.drops == []
        assert keeper.peers == set()

    async def test_garbled(self, peer: Peer, connection: Connection) -> None:
        """A peer that sends an invalid frame is dropped, and its data is ignored."""
        peer.data_received(frame(b"G", 0) + frame(b"?", 1))
        peer.data_received(frame(b"?", 2))
        assert await peer.gone() is Ending.GARBLED
        assert len(connection.drops) == 1
        assert connection.written == []

    async def test_first_reason_counts(self, peer: Peer) -> None:
        """What happens after the end does not change it."""
        peer.stop()
        peer.connection_lost()
        assert await peer.gone() is Ending.STOPPED

    async def test_ends_while_pinged(
        self, txa: IBackend, keeper: KeepAlive, connection: Connection
    ) -> None:
        """A peer may end inside *write*, and leaves no timer behind."""

        def write(_data: bytes) -> None:
            peer.connection_lost()

        peer = keeper.add(write, connection.drop)
        assert await peer.gone() is Ending.LOST
        await txa.sleep(60)
        assert connection.drops == []

    async def test_cancelled_watcher(self, txa: IBackend, peer: Peer) -> None:
        """Cancelling one future of the end does not affect another."""
        mine, other = peer.gone(), peer.gone()
        txa.cancel(mine)
        peer.stop()
        assert await other is Ending.STOPPED

    async def test_close(self, txa: IBackend, keeper: KeepAlive, peer: Peer) -> None:
        """Closing the keeper stops every peer, and settles their futures."""
        endings: list[Ending] = []
        txa.add_callbacks(peer.gone(), endings.append, None)
        await keeper.close()
        assert endings == [Ending.STOPPED]
        assert keeper.peers == set()


class TestOverslept:
    """A program whose loop was blocked drops no peer for that."""

    async def test_second_chance(
        self, txa: IBackend, peer: Peer, loop: VirtualLoop, connection: Connection
    ) -> None:
        """After the loop was blocked a peer gets the timeout once more."""
        await until_pinged(txa, connection)
        loop.now += 3600
        await txa.sleep(3)
        assert connection.drops == []
        peer.data_received(PONG)
        await txa.sleep(3.5)
        assert peer.pings == 2
        assert connection.drops == []

    async def test_only_once(
        self, txa: IBackend, peer: Peer, loop: VirtualLoop, connection: Connection
    ) -> None:
        """A peer that is still silent is dropped."""
        await until_pinged(txa, connection)
        loop.now += 3600
        assert await txa.timeout(peer.gone(), 6) is Ending.SILENT
        assert len(connection.drops) == 1


class TestArguments:
    """Invalid arguments raise immediately."""

    @pytest.mark.parametrize("name", ["interval", "timeout"])
    @pytest.mark.parametrize("seconds", [0, -1, math.nan])
    def test_not_above_zero(self, txa: IBackend, name: str, seconds: float) -> None:
        """`ValueError` names an interval or a timeout that is not above zero."""
        with pytest.raises(ValueError, match=f"{name} must be above zero"):
            KeepAlive(txa, **{name: seconds})


def test_imports_the_interfaces_alone() -> None:
    """Apart from the standard library, it imports only txaio_interfaces."""
    program = (
        "import sys; before = set(sys.modules); import keepalive;"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before}"
        " - sys.stdlib_module_names)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert set(run.stdout.split()) <= {"keepalive", "txaio_interfaces"}


def answering(keeper: KeepAlive, connection: Connection) -> Peer:
    """Return a peer that answers from inside *write*."""

    def write(data: bytes) -> None:
        connection.write(data)
        peer.data_received(data.replace(b"?", b"!"))

    peer = keeper.add(write, connection.drop)
    return peer


async def until_pinged(txa: IBackend, connection: Connection) -> float:
    """Wait for the next ping; return when it was sent."""
    before = len(connection.times)
    while len(connection.times) == before:
        await txa.sleep(0.05)
    return connection.times[-1]
