"""The keep-alive library on asyncio streams, on asyncio's own loop or on uvloop."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from scenario import Scenario
from tally import PEERS, Tally
from timer_count import TimerCount

from txaio_asyncio import AsyncioBackend, run


if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

    from scenario import Join


async def main(txa: AsyncioBackend, tally: Tally, timers: TimerCount) -> None:
    """Serve all clients on a free port."""
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: tally.error_reported(context.get("exception"))
    )
    scenario = Scenario(txa, tally, timers.outstanding)
    server = await asyncio.start_server(
        partial(talk, scenario.accept), "127.0.0.1", 0, backlog=PEERS
    )
    port = server.sockets[0].getsockname()[1]
    async with server:
        await asyncio.gather(*(client(scenario, n, port) for n in range(PEERS)))
        await scenario.finish()


async def client(scenario: Scenario, number: int, port: int) -> None:
    """Connect client *number*, and return when one side has disconnected."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await talk(partial(scenario.connect, number), reader, writer)


async def talk(join: Join, reader: StreamReader, writer: StreamWriter) -> None:
    """Pass the bytes of a connection to its peer, and those of the peer to it."""
    peer = join(writer.write, writer.transport.abort)
    with suppress(ConnectionError):
        while data := await reader.read(4096):
            peer.data_received(data)
    peer.connection_lost()
    writer.close()


if __name__ == "__main__":
    [loop_library] = sys.argv[1:] or ["asyncio"]
    counted = Tally()
    watched = TimerCount(import_module(loop_library).new_event_loop)
    run(main, counted, watched, loop_factory=watched.new_loop)
    counted.show()
