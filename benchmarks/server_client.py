"""The clients of a server: ``python -m benchmarks.server_client PORT TASK``.

*TASK* is a `Task` as JSON.
It prints what it has measured as JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import struct
import sys
from time import perf_counter, process_time
from typing import cast

import uvloop

from benchmarks.server_figures import (
    USAGE,
    Pings,
    Usage,
    echo_figures,
    ping_figures,
    usage_figures,
)
from benchmarks.server_task import Task
from benchmarks.websocket_frames import (
    BINARY,
    PING,
    PONG,
    after_handshake,
    frame,
    frames,
    handshake,
)


MAX_HANDSHAKES = 200
"""The number of handshakes that wait for an answer; more are not begun."""


class Connection(asyncio.Protocol):
    """A connection that answers pings."""

    transport: asyncio.Transport

    def __init__(self, port: int, interval: float) -> None:
        self._request = handshake(port)
        self._interval = interval
        self._data = b""
        self._reply: asyncio.Future[bytes] | None = None
        self.opened: asyncio.Future[None] = asyncio.Future()
        self.lost = False
        self.pings = Pings(interval, 0.0)
        self.latencies: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # That of uvloop is no subclass of `asyncio.Transport`.
        self.transport = cast("asyncio.Transport", transport)
        # The server counts from when it opens the connection, which is later.
        self.pings.due = perf_counter() + self._interval
        self.transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        for waiter in (self.opened, self._reply):
            if waiter is not None and not waiter.done():
                waiter.set_exception(exc or ConnectionError("the server closed it"))

    def data_received(self, data: bytes) -> None:
        data = self._data + data if self._data else data
        if not self.opened.done():
            rest = after_handshake(data)
            if rest is None:
                self._data = data
                return
            data = rest
            self.opened.set_result(None)
        end = 0
        for opcode, payload, end in frames(data):  # noqa: B007 - the last is used
            if opcode == PING:
                self.pings.arrive(perf_counter())
                self.transport.write(frame(PONG, payload))
            elif opcode == BINARY:
                self.receive(payload)
        self._data = data[end:]

    def receive(self, payload: bytes) -> None:
        """Handle an answer or an echo."""
        if self._reply is not None:
            self._reply.set_result(payload)
            self._reply = None
        else:
            (sent,) = struct.unpack("d", payload)
            self.latencies.append(perf_counter() - sent)

    def send_time(self) -> None:
        """Send the time, which the echo brings back."""
        self.transport.write(frame(BINARY, struct.pack("d", perf_counter())))

    async def usage(self) -> Usage:
        """Return what the server uses."""
        self._reply = asyncio.get_running_loop().create_future()
        self.transport.write(frame(BINARY, USAGE))
        return Usage.unpack(await self._reply)


async def connect(port: int, number: int, interval: float) -> list[Connection]:
    """Make connections as fast as the server accepts them, and not faster than that.

    They are spread over one *interval*, so that the pings are.
    """
    loop = asyncio.get_running_loop()
    free = asyncio.Semaphore(MAX_HANDSHAKES)
    start = loop.time()

    async def open_one(index: int) -> Connection:
        await asyncio.sleep(start + index / number * interval - loop.time())
        async with free:
            made = Connection(port, interval)
            await loop.create_connection(lambda: made, "127.0.0.1", port)
            await made.opened
        return made

    return await asyncio.gather(*map(open_one, range(number)))


async def send_regularly(connection: Connection, delay: float, period: float) -> None:
    """Send a message each *period* s, the first after *delay* s, until cancelled."""
    loop = asyncio.get_running_loop()
    due = loop.time() + delay
    while True:
        await asyncio.sleep(due - loop.time())
        connection.send_time()
        due += period


async def measure(port: int, task: Task) -> dict[str, float]:
    """Make the connections, measure the server, and return the figures."""
    [control] = await connect(port, 1, task.interval)
    empty = await control.usage()
    idle = await connect(port, task.idle, task.interval)
    busy = await connect(port, task.busy, 0.0)
    full = await control.usage()
    period = 1 / task.messages
    senders = [
        asyncio.create_task(send_regularly(each, index * period / task.busy, period))
        for index, each in enumerate(busy)
    ]
    start, own = perf_counter(), process_time()
    await asyncio.sleep(task.seconds)
    own = process_time() - own
    later = await control.usage()
    end = perf_counter()
    for sender in senders:
        sender.cancel()
    latencies = [latency * 1e3 for each in busy for latency in each.latencies]
    return {
        **usage_figures(empty, full, later, task.idle + task.busy),
        **ping_figures([each.pings for each in idle], start, end),
        **echo_figures(latencies),
        "lost": sum(each.lost for each in (*idle, *busy)),
        "client": own / (end - start) * 60,
    }


def main() -> None:
    """Measure the server that listens on the given port."""
    port, text = sys.argv[1:]
    task = Task(**json.loads(text))
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    print(json.dumps(uvloop.run(measure(int(port), task))))


if __name__ == "__main__":
    main()
