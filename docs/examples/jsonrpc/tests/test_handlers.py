"""Requests of the peer: how many are handled at a time, and how they end."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

import pytest
from streams import FEW_LOOPS, until

from jsonrpc_peer import Code, Peer, RpcError


if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from streams import Raw

    from conftest import Server, World
    from pytest_txaio import TxaioErrors, TxaioLog
    from txaio_interfaces import IBackend


def call(method: str, *params: Any, id_: Any) -> dict[str, Any]:
    """Return a request."""
    return {"jsonrpc": "2.0", "method": method, "params": params, "id": id_}


def cancel(id_: Any) -> dict[str, Any]:
    """Return the notification that cancels a request."""
    return {"jsonrpc": "2.0", "method": "rpc.cancel", "params": {"id": id_}}


class TestLimit:
    """At most `max_handlers` requests are handled at a time."""

    async def test_is_kept(self, txaio: IBackend, world: World) -> None:
        """Others wait until one has ended; all are answered, once."""
        server = world.server(max_handlers=3)
        peer = world.client(server)
        calls = [peer.call("sleep", [0.001 * (1 + n % 3)]) for n in range(40)]
        await txaio.gather(calls, consume_exceptions=False)
        assert (server.begun, server.most) == (40, 3)

    async def test_of_each_connection(self, txaio: IBackend, world: World) -> None:
        """A busy connection does not keep another one waiting."""
        server = world.server(max_handlers=1)
        busy, other = world.client(server), world.client(server)
        call_ = txaio.as_future(busy.call, "sleep", [60])
        assert await other.call("echo", [1]) == 1
        txaio.cancel(call_)

    async def test_answers_are_never_kept_waiting(self, world: World) -> None:
        """As long as requests do, answers and cancellations get through."""
        server = world.server(max_handlers=1)

        async def ask_back(peer: Peer) -> Any:
            return await peer.call("echo", ["back"])

        server.methods.add(ask_back, takes_peer=True)
        raw = world.raw(server)
        await raw.send(call("ask_back", id_=1), call("echo", 5, id_=2))
        question = await raw.receive()
        assert question["method"] == "echo"
        await raw.send({"jsonrpc": "2.0", "result": "here", "id": question["id"]})
        answers = [await raw.receive(), await raw.receive()]
        assert [each["result"] for each in answers] == ["here", 5]


class TestCancelled:
    """A request that its sender cancels is answered with an error of its own."""

    async def test_while_it_is_handled(
        self, txaio: IBackend, raw: Raw, server: Server
    ) -> None:
        """The method is cancelled."""
        await raw.send(call("sleep", 60, id_="a"))
        await until(txaio, lambda: server.running)
        answer = await raw.ask(cancel("a"))
        assert answer["error"]["code"] == Code.CANCELLED
        assert answer["id"] == "a"
        assert server.cancelled == 1

    async def test_before_it_is_handled(self, world: World) -> None:
        """The method is not called."""
        server = world.server(max_handlers=1)
        raw = world.raw(server)
        await raw.send(
            call("sleep", 60, id_=1), call("sleep", 60, id_=2), cancel(2), cancel(1)
        )
        answers = [await raw.receive(), await raw.receive()]
        assert [each["error"]["code"] for each in answers] == [Code.CANCELLED] * 2
        assert server.begun <= 1

    async def test_method_that_makes_a_value_of_it(
        self, txaio: IBackend, raw: Raw, server: Server
    ) -> None:
        """A method may return a result all the same."""

        async def stubborn() -> str:
            server.running += 1
            try:
                await txaio.sleep(60)
            except txaio.CancelledError:
                return "as far as I got"
            return "all"

        server.methods.add(stubborn)
        await raw.send(call("stubborn", id_=1))
        await until(txaio, lambda: server.running)
        answer = await raw.ask(cancel(1))
        assert answer["result"] == "as far as I got"

    @FEW_LOOPS
    @pytest.mark.parametrize("id_", [1, "other", None, 1.5])
    async def test_of_no_request(self, raw: Raw, id_: Any) -> None:
        """To cancel what is not there, or has been answered, does nothing."""
        await raw.ask(call("echo", 1, id_=1))
        await raw.send(cancel(id_))
        assert (await raw.ask(call("echo", 2, id_=2)))["result"] == 2

    @FEW_LOOPS
    @pytest.mark.parametrize("params", [{"id": []}, {"id": True}, {}, [1]])
    async def test_invalid(
        self, raw: Raw, server: Server, txaio_log: TxaioLog, params: Any
    ) -> None:
        """One that names no request is logged."""
        await raw.send(call("sleep", 0.05, id_=1))
        await raw.send({"jsonrpc": "2.0", "method": "rpc.cancel", "params": params})
        assert (await raw.receive())["result"] == "slept 0.05"
        [event] = [each for each in txaio_log if each.level == "warn"]
        assert event.text == f"cancellation of no request: {params!r}"
        assert server.cancelled == 0

    async def test_same_id_twice(self, raw: Raw) -> None:
        """Two requests with one id are both answered; the later can be cancelled."""
        await raw.send(call("sleep", 0.05, id_=1), call("sleep", 60, id_=1), cancel(1))
        answers = [await raw.receive(), await raw.receive()]
        assert answers[0]["error"]["code"] == Code.CANCELLED
        assert answers[1]["result"] == "slept 0.05"
        await raw.send(call("sleep", 0.05, id_=1), call("sleep", 60, id_=1))
        assert (await raw.receive())["result"] == "slept 0.05"
        assert (await raw.ask(cancel(1)))["error"]["code"] == Code.CANCELLED


class TestResult:
    """What JSON does not have, or what is too long, is answered with an error."""

    @FEW_LOOPS
    @pytest.mark.parametrize("value", [{1, 2}, inf, object])
    async def test_no_json(
        self, peer: Peer, server: Server, txaio_errors: TxaioErrors, value: Any
    ) -> None:
        """A result that JSON does not have is an internal error, and is reported."""
        server.methods.add(lambda: value, name="value")
        with (
            txaio_errors.expect((TypeError, ValueError)),
            pytest.raises(RpcError) as raised,
        ):
            await peer.call("value")
        assert raised.value.code == Code.INTERNAL_ERROR

    async def test_data_that_are_no_json(
        self, peer: Peer, server: Server, txaio_errors: TxaioErrors
    ) -> None:
        """An error whose data JSON does not have comes without."""

        def refuse() -> None:
            raise RpcError(5, "no", {1, 2})

        server.methods.add(refuse)
        with txaio_errors.expect(TypeError), pytest.raises(RpcError) as raised:
            await peer.call("refuse")
        assert (raised.value.code, raised.value.data) == (5, None)

    async def test_too_long(self, world: World) -> None:
        """A result that is too long is an internal error."""
        raw = world.raw(world.server(max_message=300))
        answer = await raw.ask(call("echo", "x" * 220, id_=1))
        assert answer["result"] == "x" * 220
        # As this sends it, it is shorter.
        await raw.send(
            f'{{"jsonrpc":"2.0","method":"echo","params":["{"ü" * 100}"],'
            '"id":1}'.encode()
        )
        answer = await raw.receive()
        assert answer["error"]["data"] == "the answer is too long"
        assert answer["id"] == 1

    async def test_batch_too_long(self, world: World) -> None:
        """So are all of a batch, if they are too long together."""
        raw = world.raw(world.server(max_message=400))
        call_ = '{"jsonrpc":"2.0","method":"echo","params":["%s"],"id":%s}'
        await raw.send(f"[{call_ % ('ü' * 20, 1)},{call_ % ('ü' * 20, 2)}]".encode())
        assert [each["result"] for each in await raw.receive()] == ["ü" * 20] * 2
        await raw.send(f"[{call_ % ('ü' * 40, 1)},{call_ % ('ü' * 40, 2)}]".encode())
        answers = await raw.receive()
        assert [each["error"]["data"] for each in answers] == [
            "the answer is too long"
        ] * 2

    @FEW_LOOPS
    @pytest.mark.parametrize("method", ["echo", "rpc.ping"])
    async def test_id_too_long(self, world: World, method: str) -> None:
        """If the id alone is too long for an answer, that has none."""
        raw = world.raw(world.server(max_message=300))
        params = "[1]" if method == "echo" else "[]"
        await raw.send(
            f'{{"jsonrpc":"2.0","method":"{method}","params":{params},'
            f'"id":"{"ü" * 100}"}}'.encode()
        )
        answer = await raw.receive()
        assert answer["error"]["data"] == "the answer is too long"
        assert answer["id"] is None


class TestOddMethods:
    """Methods that are none are internal errors, and harm nothing else."""

    async def test_async_generator(
        self, peer: Peer, server: Server, txaio_errors: TxaioErrors
    ) -> None:
        """An async generator has no result."""

        async def generate() -> AsyncIterator[int]:
            yield 1

        server.methods.add(generate)
        with txaio_errors.expect(TypeError), pytest.raises(RpcError):
            await peer.call("generate")
        assert await peer.call("echo", [1]) == 1

    async def test_future(self, txaio: IBackend, peer: Peer, server: Server) -> None:
        """A method may return a future."""

        def later() -> Any:
            future = txaio.create_future()
            txaio.call_later(0.01, txaio.resolve, future, "done")
            return future

        server.methods.add(later)
        assert await peer.call("later") == "done"

    async def test_cancels_itself(
        self, txaio: IBackend, peer: Peer, server: Server
    ) -> None:
        """A method may end by a cancellation of its own."""

        def give_up() -> Any:
            future = txaio.create_future()
            txaio.call_later(0.01, txaio.cancel, future)
            return future

        server.methods.add(give_up)
        with pytest.raises(RpcError) as raised:
            await peer.call("give_up")
        assert raised.value.code == Code.CANCELLED
