"""Autobahn clients of `asgi_echo`, many connections at the same time.

    asgi_client.py PORT MESSAGES KINDS

KINDS is JSON, the numbers of connections by how they end.
All send MESSAGES, of which every other one is binary, and are then idle, except for
pings.
In the end some close, some abort, some make the application crash, and one that
answers no ping has been dropped.
Prints a report of the clients and that of the application.
"""

# Their names and arguments are Autobahn's.
# ruff: noqa: N802, N803

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from time import monotonic
from urllib.request import urlopen

from autobahn.asyncio.websocket import (
    WebSocketClientFactory,
    WebSocketClientProtocol,
)


PORT, MESSAGES, KINDS = map(json.loads, sys.argv[1:])
IDLE_SECONDS = 5.0
START_SECONDS = 60
"""The seconds that the server may take to start, or to answer; it takes two."""


class Client(WebSocketClientProtocol):
    """One connection; each step of it ends with a future."""

    def __init__(self):
        super().__init__()
        new_future = asyncio.get_running_loop().create_future
        self.opened, self.echoed, self.closed = new_future(), new_future(), new_future()
        self.received: list = []
        self.pings: list[float] = []
        self.answers = True

    def onOpen(self):
        self.opened.set_result(None)

    def onMessage(self, payload, isBinary):
        self.received.append((payload, isBinary))
        if len(self.received) == MESSAGES:
            self.echoed.set_result(self.received)

    def onPing(self, payload):
        self.pings.append(monotonic())
        if self.answers:
            super().onPing(payload)

    def onClose(self, wasClean, code, reason):  # noqa: ARG002
        self.closed.set_result((wasClean, code, monotonic()))


async def connect(kind):
    """Make a connection, and return it once its messages have been echoed."""
    loop = asyncio.get_running_loop()
    factory = WebSocketClientFactory(f"ws://127.0.0.1:{PORT}/")
    factory.protocol = Client
    factory.setProtocolOptions(
        openHandshakeTimeout=START_SECONDS,
        closeHandshakeTimeout=START_SECONDS,
        serverConnectionDropTimeout=START_SECONDS,
    )
    _, client = await loop.create_connection(factory, "127.0.0.1", PORT)
    client.kind, client.answers = kind, kind != "silent"
    await client.opened
    sent = [(b"message %d" % number, number % 2 == 1) for number in range(MESSAGES)]
    for message in sent:
        client.sendMessage(*message)
    assert await client.echoed == sent
    return client


def end(client):
    """End a connection as its kind says."""
    if client.kind == "close":
        client.sendClose(1000, "done")
    elif client.kind == "abort":
        client.transport.abort()
    elif client.kind == "crash":
        client.sendMessage(b"crash", isBinary=False)


def application_report():
    """Return the report of the application, once the server has started."""
    with urlopen(f"http://127.0.0.1:{PORT}/", timeout=START_SECONDS) as response:
        return json.load(response)


async def main():
    """Run all connections, and return the report."""
    await asyncio.to_thread(application_report)
    kinds = list(Counter(KINDS).elements())
    clients = await asyncio.gather(*(connect(kind) for kind in kinds))
    await asyncio.sleep(IDLE_SECONDS)
    (silent,) = [client for client in clients if client.kind == "silent"]
    dropped = await silent.closed
    for client in clients:
        end(client)
    outcomes: Counter = Counter()
    for client in clients:
        clean, code, _ = await client.closed
        outcomes[f"{client.kind}: {code}, {'clean' if clean else 'not clean'}"] += 1
    pings = [len(client.pings) for client in clients if client is not silent]
    report = await asyncio.to_thread(application_report)
    while sum(report["codes"].values()) < len(clients) - KINDS["crash"]:
        await asyncio.sleep(0.05)
        report = await asyncio.to_thread(application_report)
    return {
        "outcomes": dict(sorted(outcomes.items())),
        "pings": [min(pings), max(pings)],
        "dropped": dropped[-1] - silent.pings[0],
        "application": report,
    }


sys.stdout.write(json.dumps(asyncio.run(main())) + "\n")
