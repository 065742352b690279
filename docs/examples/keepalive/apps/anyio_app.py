"""The keep-alive library on AnyIO's TCP streams: on asyncio, uvloop or Trio."""

from __future__ import annotations

import gc
import math
import sys
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

import anyio
from anyio.abc import SocketAttribute
from scenario import Scenario
from tally import PEERS, Tally
from timer_count import TimerCount

from txaio_anyio import AnyioBackend, run


if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import SocketStream
    from anyio.streams.memory import MemoryObjectReceiveStream
    from scenario import Join


async def main(
    txa: AnyioBackend, tally: Tally, native_timers: Callable[[], int]
) -> None:
    """Serve all clients on a free port."""
    scenario = Scenario(txa, tally, native_timers)
    server = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = server.extra(SocketAttribute.local_port)
    async with server, anyio.create_task_group() as serving:
        serving.start_soon(server.serve, partial(talk, scenario.accept))
        async with anyio.create_task_group() as clients:
            for number in range(PEERS):
                clients.start_soon(client, scenario, number, port)
        await scenario.finish()
        serving.cancel_scope.cancel()


async def client(scenario: Scenario, number: int, port: int) -> None:
    """Connect client *number*, and return when one side has disconnected."""
    stream = await anyio.connect_tcp("127.0.0.1", port)
    await talk(partial(scenario.connect, number), stream)


async def talk(join: Join, stream: SocketStream) -> None:
    """Pass the bytes of a connection to its peer, and those of the peer to it."""
    outgoing, queue = anyio.create_memory_object_stream[bytes](math.inf)
    async with stream, outgoing, queue, anyio.create_task_group() as tasks:
        tasks.start_soon(send_all, queue, stream)
        peer = join(outgoing.send_nowait, tasks.cancel_scope.cancel)
        try:
            with suppress(anyio.BrokenResourceError):
                async for data in stream:
                    peer.data_received(data)
        finally:
            peer.connection_lost()
            tasks.cancel_scope.cancel()


async def send_all(
    queue: MemoryObjectReceiveStream[bytes], stream: SocketStream
) -> None:
    """Send the bytes that are put into *queue*, until the connection is lost."""
    with suppress(anyio.BrokenResourceError):
        async for data in queue:
            await stream.send(data)


def trio_timers() -> int:
    """Return the number of deadlines in the future, of which Trio has no list."""
    trio = import_module("trio")
    now = trio.current_time()
    scopes = [each for each in gc.get_objects() if type(each) is trio.CancelScope]
    return sum(now < scope.deadline < math.inf for scope in scopes)


if __name__ == "__main__":
    [loop_library] = sys.argv[1:] or ["asyncio"]
    counted = Tally()
    count, backend, options = trio_timers, "trio", {}
    if loop_library != "trio":
        watched = TimerCount(import_module(loop_library).new_event_loop)
        count, backend = watched.outstanding, "asyncio"
        options = {"loop_factory": watched.new_loop}
    run(
        main,
        counted,
        count,
        backend=backend,
        backend_options=options,
        on_error=lambda _text, exception: counted.error_reported(exception),
    )
    counted.show()
