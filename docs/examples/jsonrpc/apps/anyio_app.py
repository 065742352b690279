"""JSON-RPC on AnyIO's TCP streams: on asyncio, uvloop or Trio."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import anyio
from anyio.abc import SocketAttribute
from scenario import Scenario
from tally import CLIENTS, Tally

from txaio_anyio import AnyioBackend, run


if TYPE_CHECKING:
    from anyio.abc import SocketStream


class AnyioStream:
    """A socket stream of AnyIO as a stream of the library."""

    def __init__(self, stream: SocketStream) -> None:
        self._stream = stream

    async def receive(self) -> bytes:
        try:
            return await self._stream.receive()
        except anyio.EndOfStream:
            return b""
        except anyio.BrokenResourceError as error:
            raise ConnectionError(f"the connection was lost: {error}") from error

    async def send(self, data: bytes) -> None:
        try:
            await self._stream.send(data)
        except anyio.BrokenResourceError as error:
            raise ConnectionError(f"the connection was lost: {error}") from error

    async def close(self) -> None:
        await self._stream.aclose()


async def main(txa: AnyioBackend, tally: Tally) -> None:
    """Serve all clients on a free port."""
    scenario = Scenario(txa, tally)

    async def serve(stream: SocketStream) -> None:
        await scenario.serve(AnyioStream(stream))

    server = await anyio.create_tcp_listener(
        local_host="127.0.0.1", local_port=0, backlog=CLIENTS
    )
    port = server.extra(SocketAttribute.local_port)
    async with server, anyio.create_task_group() as serving:
        serving.start_soon(server.serve, serve)
        async with anyio.create_task_group() as clients:
            for number in range(CLIENTS):
                clients.start_soon(client, scenario, number, port)
        await scenario.finish()
        serving.cancel_scope.cancel()


async def client(scenario: Scenario, number: int, port: int) -> None:
    """Connect client *number*, and return when it has disconnected."""
    stream = await anyio.connect_tcp("127.0.0.1", port)
    await scenario.talk(number, AnyioStream(stream))


if __name__ == "__main__":
    [loop_library] = sys.argv[1:] or ["asyncio"]
    counted = Tally()
    backend, options = "trio", {}
    if loop_library != "trio":
        backend = "asyncio"
        options = {"loop_factory": import_module(loop_library).new_event_loop}
    run(
        main,
        counted,
        backend=backend,
        backend_options=options,
        on_error=lambda _text, exception: counted.error_reported(exception),
    )
    counted.show()
