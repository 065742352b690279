"""Calls: their results and their errors."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

import pytest
from streams import FEW_LOOPS

from jsonrpc_peer import (
    Code,
    InvalidAnswer,
    MessageTooLong,
    Methods,
    Peer,
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
