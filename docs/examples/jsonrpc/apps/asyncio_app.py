"""JSON-RPC on asyncio streams, on asyncio's own loop or on uvloop."""

from __future__ import annotations

import asyncio
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from scenario import Scenario
from tally import CLIENTS, Tally

from txaio_asyncio import AsyncioBackend, run


if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter


class AsyncioStream:
    """A reader and a writer of asyncio as a stream of the library."""

    def __init__(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def receive(self) -> bytes:
        return await self._reader.read(65536)

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        finally:
            # If that took too long, the peer does not read.
            self._writer.transport.abort()


async def main(txa: AsyncioBackend, tally: Tally) -> None:
    """Serve all clients on a free port."""
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: tally.error_reported(context.get("exception"))
    )
    scenario = Scenario(txa, tally)

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        await scenario.serve(AsyncioStream(reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=CLIENTS)
    port = server.sockets[0].getsockname()[1]
    async with server:
        await asyncio.gather(*(client(scenario, n, port) for n in range(CLIENTS)))
        await scenario.finish()


async def client(scenario: Scenario, number: int, port: int) -> None:
    """Connect client *number*, and return when it has disconnected."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await scenario.talk(number, AsyncioStream(reader, writer))


if __name__ == "__main__":
    [loop_library] = sys.argv[1:] or ["asyncio"]
    counted = Tally()
    run(main, counted, loop_factory=import_module(loop_library).new_event_loop)
    counted.show()
