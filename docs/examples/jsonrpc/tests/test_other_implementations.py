"""Other implementations of JSON-RPC, from PyPI, at the other end.

json-rpc is a server and jsonrpcclient a client; both are functions, so they run on
every loop. aiorpcX is both sides, on asyncio and real sockets, with the same framing.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from streams import FEW_LOOPS

from jsonrpc_peer import Endpoint, Methods, Peer, RpcError


if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from streams import Raw

    from conftest import World
    from txaio_interfaces import IBackend

json_rpc: Any = import_module("jsonrpc")
jsonrpcclient: Any = import_module("jsonrpcclient")
aiorpcx: Any = import_module("aiorpcx")


def subtract(minuend: int, subtrahend: int) -> int:
    """Return the difference."""
    return minuend - subtrahend


def divide(a: int, b: int) -> float:
    """Return the quotient."""
    return a / b


def same(value: Any) -> Any:
    """Return *value*."""
    return value


class TestServer:
    """json-rpc as a server for this library."""

    @pytest.fixture
    async def peer(self, txaio: IBackend, world: World) -> AsyncIterator[Peer]:
        """Return a peer that json-rpc answers for."""
        methods = json_rpc.Dispatcher()
        methods["subtract"] = subtract
        methods["divide"] = divide
        self.notes: list[Any] = []
        methods["note"] = self.notes.append
        methods["echo"] = same

        async def serve(raw: Raw) -> None:
            while line := await raw.line():
                response = json_rpc.JSONRPCResponseManager.handle(line, methods)
                if response is not None:
                    await raw.send(response.json.encode())

        peer, raw = world.lone()
        serving = txaio.as_future(serve, raw)
        yield peer
        await peer.close()
        await serving

    async def test_calls(self, txaio: IBackend, peer: Peer) -> None:
        """It answers calls, with parameters of both kinds, also many at a time."""
        assert await peer.call("subtract", [42, 23]) == 19
        params = {"subtrahend": 23, "minuend": 42}
        assert await peer.call("subtract", params) == 19
        calls = [peer.call("echo", [f"ü {n}\n"]) for n in range(100)]
        answers = await txaio.gather(calls)
        assert answers == [f"ü {n}\n" for n in range(100)]

    @FEW_LOOPS
    @pytest.mark.parametrize(
        ("method", "params", "code"),
        [
            ("nothing", None, -32601),
            ("subtract", [1], -32602),
            ("divide", [1, 0], -32000),
        ],
    )
    async def test_errors(
        self, peer: Peer, method: str, params: Any, code: int
    ) -> None:
        """Its errors are raised, with their data."""
        with pytest.raises(RpcError) as raised:
            await peer.call(method, params)
        assert raised.value.code == code
        if method == "divide":
            assert raised.value.data["type"] == "ZeroDivisionError"

    async def test_batch(self, peer: Peer) -> None:
        """It answers a batch."""
        batch = peer.batch()
        batch.call("subtract", [3, 1])
        batch.notify("note", ["hello"])
        batch.call("nothing")
        result, error = await batch.send()
        assert result == 2
        assert isinstance(error, RpcError)
        assert self.notes == ["hello"]

    async def test_notification(self, peer: Peer) -> None:
        """It takes notifications."""
        await peer.notify("note", ["hello"])
        assert await peer.call("echo", [1]) == 1
        assert self.notes == ["hello"]

    @pytest.mark.txaio(clock="virtual")
    async def test_heartbeat(self, txaio: IBackend, peer: Peer) -> None:
        """It knows no pings, and what it answers is as good a sign of life."""
        await txaio.sleep(24 * 3600)
        assert await peer.call("echo", [1]) == 1


@FEW_LOOPS
class TestClient:
    """jsonrpcclient as a client of this library."""

    async def test_request(self, raw: Raw) -> None:
        """It understands results."""
        request = jsonrpcclient.request("subtract", params=[42, 23])
        response = jsonrpcclient.parse(await raw.ask(request))
        assert response == jsonrpcclient.Ok(result=19, id=request["id"])

    async def test_named_parameters(self, raw: Raw) -> None:
        """It sends named parameters, and other ids."""
        params = {"minuend": 42, "subtrahend": 23}
        request = jsonrpcclient.request_uuid("subtract", params=params)
        response = jsonrpcclient.parse(await raw.ask(request))
        assert response == jsonrpcclient.Ok(result=19, id=request["id"])

    async def test_error(self, raw: Raw) -> None:
        """It understands errors."""
        request = jsonrpcclient.request("nothing")
        error = jsonrpcclient.parse(await raw.ask(request))
        assert (error.code, error.message) == (-32601, "Method not found")
        assert error.id == request["id"]

    async def test_batch(self, raw: Raw) -> None:
        """It understands answers to a batch."""
        requests = [jsonrpcclient.request("echo", params=[n]) for n in range(5)]
        requests.append(jsonrpcclient.notification("note", params=[1]))
        answers = list(jsonrpcclient.parse(await raw.ask(requests)))
        assert sorted(answer.result for answer in answers) == list(range(5))


class AsyncioStream:
    """A stream on asyncio's own streams."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer

    async def receive(self) -> bytes:
        return await self._reader.read(65536)

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


@pytest.mark.txaio(backends=["asyncio", "anyio-asyncio"], clock="real")
class TestBothSides:
    """aiorpcX at the other end of a real connection."""

    @pytest.fixture(autouse=True)
    async def _ended(self, txaio: IBackend) -> AsyncIterator[None]:
        """Wait for the tasks of aiorpcX, which end some time after the connection."""
        before = asyncio.all_tasks()
        yield
        if left := asyncio.all_tasks() - before:
            await txaio.as_future(asyncio.wait, left)

    async def test_it_serves(self, txaio: IBackend) -> None:
        """It answers concurrent calls, errors and batches, and gets notifications."""
        notes: list[Any] = []

        class Session(aiorpcx.RPCSession):  # type: ignore[misc]
            async def handle_request(self, request: Any) -> Any:
                handlers = {"add": add, "sleep": asyncio.sleep, "note": note}
                handler = handlers.get(request.method)
                return await aiorpcx.handler_invocation(handler, request)()

        async def add(a: int, b: int) -> int:
            return a + b

        async def note(text: str) -> None:
            notes.append(text)

        server = await aiorpcx.serve_rs(Session, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        stream = AsyncioStream(*await asyncio.open_connection("127.0.0.1", port))
        async with Endpoint(txaio).connect(stream) as peer:
            calls = [peer.call("add", [n, n]) for n in range(100)]
            assert await txaio.gather(calls) == [2 * n for n in range(100)]
            with pytest.raises(RpcError) as raised:
                await peer.call("nothing", [])
            assert raised.value.code == -32601
            await peer.notify("note", ["hello"])
            batch = peer.batch()
            batch.call("add", [1, 2])
            batch.call("add", {"a": 3, "b": 4})
            assert await batch.send() == [3, 7]
            with pytest.raises(TimeoutError):
                await peer.call("sleep", [60], within=0.05)
            assert await peer.call("add", [5, 6]) == 11
        assert notes == ["hello"]
        server.close()
        await server.wait_closed()

    async def test_it_calls(self, txaio: IBackend) -> None:
        """It calls concurrently, and in batches, and serves at the same time."""
        methods = Methods()

        async def ask_back(peer: Peer, text: str) -> Any:
            return await peer.call("shout", [text])

        async def nap(seconds: float) -> float:
            await txaio.sleep(seconds)
            return seconds

        methods.add(ask_back, takes_peer=True)
        methods.add(nap)
        endpoint = Endpoint(txaio, methods)

        async def talk(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            await endpoint.serve(AsyncioStream(reader, writer))

        class Session(aiorpcx.RPCSession):  # type: ignore[misc]
            async def handle_request(self, request: Any) -> Any:
                return await aiorpcx.handler_invocation(shout, request)()

        async def shout(text: str) -> str:
            return text.upper()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with aiorpcx.connect_rs(
            "127.0.0.1", port, session_factory=Session
        ) as session:
            naps = [session.send_request("nap", [0.001 * n]) for n in range(20, 0, -1)]
            assert await asyncio.gather(*naps) == [0.001 * n for n in range(20, 0, -1)]
            assert await session.send_request("ask_back", ["tea"]) == "TEA"
            with pytest.raises(aiorpcx.RPCError) as raised:
                await session.send_request("nothing")
            assert raised.value.code == -32601
            async with session.send_batch() as batch:
                batch.add_request("nap", [0])
                batch.add_notification("nap", [0])
                batch.add_request("nap", {"seconds": 0.01})
            assert batch.results == (0, 0.01)
        await endpoint.close()
        server.close()
        await server.wait_closed()
