"""Calls: their results and errors, their deadlines, and their cancellation."""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING, Any

import pytest
from streams import FEW_LOOPS, until

from jsonrpc_peer import (
    Code,
    InvalidAnswer,
    MessageTooLong,
    Methods,
    Peer,
    PeerGone,
    RpcError,
)


if TYPE_CHECKING:
    from conftest import Server, World

    from pytest_txaio import TxaioErrors, TxaioLog
    from txaio_interfaces import IBackend


VALUES: list[Any] = [None, True, 1.5, "a\nb\u2028ü\ud800", [], {"a": [1, {}]}]


class TestResult:
    """A call returns what the method returns."""

    @FEW_LOOPS
    @pytest.mark.parametrize(
        "params", [[5, 3], (5, 3), {"minuend": 5, "subtrahend": 3}]
    )
    async def test_parameters(self, peer: Peer, params: Any) -> None:
        """They are positions or names."""
        assert await peer.call("subtract", params) == 2

    @FEW_LOOPS
    @pytest.mark.parametrize("value", VALUES)
    async def test_values(self, peer: Peer, value: Any) -> None:
        """Each value that JSON has comes through, also a line end."""
        assert await peer.call("echo", [value]) == value

    async def test_concurrent(self, txaio: IBackend, peer: Peer) -> None:
        """Calls run at the same time, and each gets its own answer."""
        calls = [peer.call("sleep", [(40 - n) / 1000]) for n in range(40)]
        answers = await txaio.gather(calls, consume_exceptions=False)
        assert answers == [f"slept {(40 - n) / 1000}" for n in range(40)]

    async def test_in_both_directions(self, world: World) -> None:
        """A method may call the peer that has called it."""
        ours, its = Methods(), world.server()

        async def ask_back(peer: Peer, question: str) -> str:
            return f"you say {await peer.call('answer', [question])}"

        its.methods.add(ask_back, takes_peer=True)
        ours.add(str.upper, name="answer")
        peer = world.client(its, ours)
        assert await peer.call("ask_back", {"question": "tea"}) == "you say TEA"

    async def test_limit(self, txaio: IBackend, world: World) -> None:
        """No more than `max_calls` wait for answers; others are sent after those."""
        peer, raw = world.lone(max_calls=2)
        calls = [txaio.as_future(peer.call, "x", [n]) for n in range(3)]
        first, second = await raw.receive(), await raw.receive()
        await raw.send({"jsonrpc": "2.0", "result": "b", "id": second["id"]})
        third = await raw.receive()
        for message, result in ((third, "c"), (first, "a")):
            await raw.send({"jsonrpc": "2.0", "result": result, "id": message["id"]})
        expected = {
            message["params"][0]: result
            for message, result in ((first, "a"), (second, "b"), (third, "c"))
        }
        assert await txaio.gather(calls) == [expected[n] for n in range(3)]


class TestError:
    """A call raises the error that the method raises."""

    async def test_with_data(self, peer: Peer, server: Server) -> None:
        """Its code, its message and its data come through."""

        def refuse() -> None:
            raise RpcError(17, "not now", {"retry": [60]})

        server.methods.add(refuse)
        with pytest.raises(RpcError) as raised:
            await peer.call("refuse")
        error = raised.value
        assert (error.code, error.message) == (17, "not now")
        assert error.data == {"retry": [60]}
        assert str(error) == "not now (code 17, data: {'retry': [60]})"

    async def test_without_data(self, peer: Peer, server: Server) -> None:
        """Data may be missing."""

        def refuse() -> None:
            raise RpcError(Code.INVALID_PARAMS, "odd")

        server.methods.add(refuse)
        with pytest.raises(RpcError) as raised:
            await peer.call("refuse")
        assert raised.value.data is None
        assert str(raised.value) == "odd (code -32602)"

    async def test_others_are_reported(
        self, peer: Peer, txaio_errors: TxaioErrors
    ) -> None:
        """The peer learns nothing of another error, which is reported here."""
        with (
            txaio_errors.expect(OSError, match="secret"),
            pytest.raises(RpcError) as raised,
        ):
            await peer.call("fail", ["secret"])
        assert "secret" not in str(raised.value)
        assert raised.value.code == Code.INTERNAL_ERROR

    @FEW_LOOPS
    @pytest.mark.parametrize(
        ("params", "error"),
        [
            ([{1, 2}], TypeError),
            ([nan], ValueError),
            ("text", TypeError),
            (5, TypeError),
            (["long" * 300], MessageTooLong),
        ],
    )
    async def test_bad_parameters(
        self, world: World, params: Any, error: type[Exception]
    ) -> None:
        """What cannot be sent raises an error, and the next call is made."""
        peer = world.client(world.server(), max_message=1000)
        with pytest.raises(error):
            await peer.call("echo", params)
        with pytest.raises(error):
            await peer.notify("echo", params)
        assert await peer.call("echo", ["short"]) == "short"

    async def test_nested_too_deeply(self, peer: Peer) -> None:
        """So does what is nested too deeply."""
        value: list[Any] = []
        for _ in range(100_000):
            value = [value]
        with pytest.raises((ValueError, RecursionError)):
            await peer.call("echo", value)
        while value:
            value = value.pop()

    @FEW_LOOPS
    @pytest.mark.parametrize(
        "members",
        [
            {"error": "no object"},
            {"error": {"code": "no number", "message": ""}},
            {"error": {"code": 1}},
            {"result": 1, "error": None},
        ],
    )
    async def test_invalid_answer(
        self, txaio: IBackend, world: World, members: dict[str, Any]
    ) -> None:
        """An answer that is none raises `InvalidAnswer`, with what has come."""
        peer, raw = world.lone()
        call = txaio.as_future(peer.call, "x")
        request = await raw.receive()
        await raw.send({"jsonrpc": "2.0", "id": request["id"]} | members)
        with pytest.raises(InvalidAnswer, match=r"an answer with error "):
            await call


class TestUnknownAnswer:
    """Answers that no call waits for are logged, and disturb none that does."""

    @FEW_LOOPS
    @pytest.mark.parametrize("id_", [7, 0, -1, "1", None, 1.5, "no call"])
    async def test_to_no_call(
        self, txaio: IBackend, world: World, txaio_log: TxaioLog, id_: Any
    ) -> None:
        """An answer with the id of no call is a warning."""
        peer, raw = world.lone()
        call = txaio.as_future(peer.call, "x")
        request = await raw.receive()
        await raw.send({"jsonrpc": "2.0", "result": "wrong", "id": id_})
        await raw.send({"jsonrpc": "2.0", "result": "right", "id": request["id"]})
        assert await call == "right"
        [event] = [each for each in txaio_log if each.level == "warn"]
        assert event.text.startswith("answer to a call that was never made: id ")
        assert repr(id_) in event.text

    @FEW_LOOPS
    @pytest.mark.parametrize("id_", [[], {}, True])
    async def test_with_an_id_that_is_none(
        self, txaio: IBackend, world: World, txaio_log: TxaioLog, id_: Any
    ) -> None:
        """So is one whose id cannot be one."""
        peer, raw = world.lone()
        call = txaio.as_future(peer.call, "x")
        request = await raw.receive()
        await raw.send({"jsonrpc": "2.0", "result": "wrong", "id": id_})
        await raw.send({"jsonrpc": "2.0", "result": "right", "id": request["id"]})
        assert await call == "right"
        [event] = [each for each in txaio_log if each.level == "warn"]
        assert f"an answer with the id {id_!r}" in event.text

    async def test_twice(
        self, txaio: IBackend, world: World, txaio_log: TxaioLog
    ) -> None:
        """A second answer is no more than a debug message."""
        peer, raw = world.lone()
        call = txaio.as_future(peer.call, "x")
        request = await raw.receive()
        answer = {"jsonrpc": "2.0", "result": 1, "id": request["id"]}
        await raw.send(answer, answer)
        assert await call == 1
        await raw.ask({"jsonrpc": "2.0", "method": "rpc.ping", "id": 1})
        [event] = txaio_log
        assert event.level == "debug"
        assert event.text == "answer to call 1, which has ended"


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
        for number in range(6):  # As many as the outbox and the stream have room for.
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
        """It waits for room in the outbox, and the caller does not."""
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
        """If there is no room before the connection ends, it is not sent."""
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
