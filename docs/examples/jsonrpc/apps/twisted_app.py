"""JSON-RPC on Twisted's endpoints and protocols, on either reactor."""
# Twisted's endpoints have no types, and its methods have camel case names.
# mypy: disallow-untyped-calls=False
# pyright: basic
# ruff: noqa: N802

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from scenario import Scenario
from tally import CLIENTS, Tally
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.endpoints import (
    TCP4ClientEndpoint,
    TCP4ServerEndpoint,
    connectProtocol,
)
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import globalLogBeginner
from zope.interface import implementer

from txaio_primitives import Event, Queue, QueueClosed
from txaio_twisted import TwistedBackend, run


if TYPE_CHECKING:
    from twisted.logger import LogEvent
    from twisted.python.failure import Failure

MAX_ARRIVED = 16
"""The pieces of bytes that may wait to be received, before the transport pauses."""


@implementer(IPushProducer)
class TwistedStream(Protocol):
    """A protocol of Twisted as a stream of the library.

    The transport pauses this protocol, its producer, when its buffer is full; and this
    pauses the transport when bytes arrive faster than they are received.
    """

    transport: Any

    def __init__(self, txa: TwistedBackend) -> None:
        self._arrived = Queue[bytes](txa)
        self._can_write = Event(txa)
        self._lost = Event(txa)
        self._why: BaseException | None = None

    async def receive(self) -> bytes:
        try:
            data = await self._arrived.get()
        except QueueClosed:
            if isinstance(self._why, ConnectionDone):
                return b""
            raise ConnectionError(str(self._why)) from self._why
        if self._arrived.qsize() == MAX_ARRIVED - 1:
            self.transport.resumeProducing()
        return data

    async def send(self, data: bytes) -> None:
        self.transport.write(data)
        await self._can_write.wait()
        if self._lost.is_set():
            raise ConnectionError(str(self._why)) from self._why

    async def close(self) -> None:
        self.transport.unregisterProducer()
        self.transport.loseConnection()
        try:
            await self._lost.wait()
        finally:
            # If that took too long, the peer does not read.
            self.transport.abortConnection()

    # What the transport calls

    def connectionMade(self) -> None:
        self._can_write.set()
        self.transport.registerProducer(self, True)  # noqa: FBT003 - it pushes

    def dataReceived(self, data: bytes) -> None:
        self._arrived.put_nowait(data)
        if self._arrived.qsize() == MAX_ARRIVED:
            self.transport.pauseProducing()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._why = reason.value
        self._arrived.close()
        self._lost.set()
        self._can_write.set()

    def pauseProducing(self) -> None:
        self._can_write.clear()

    def resumeProducing(self) -> None:
        self._can_write.set()

    def stopProducing(self) -> None:
        self._can_write.set()


class Served(TwistedStream):
    """A connection that came in."""

    def __init__(self, txa: TwistedBackend, scenario: Scenario) -> None:
        super().__init__(txa)
        self._txa = txa
        self._scenario = scenario

    def connectionMade(self) -> None:
        super().connectionMade()
        self._txa.as_future(self._scenario.serve, self)


async def main(txa: TwistedBackend, tally: Tally, reactor: Any) -> None:
    """Serve all clients on a free port."""

    def observe(event: LogEvent) -> None:
        if "log_failure" in event:
            tally.error_reported(event["log_failure"].value)

    observers: Any = [observe]
    globalLogBeginner.beginLoggingTo(observers, redirectStandardIO=False)
    scenario = Scenario(txa, tally)
    server = TCP4ServerEndpoint(reactor, 0, CLIENTS, "127.0.0.1")
    port = await server.listen(Factory.forProtocol(lambda: Served(txa, scenario)))
    address = TCP4ClientEndpoint(reactor, "127.0.0.1", port.getHost().port)

    async def client(number: int) -> None:
        stream = TwistedStream(txa)
        await connectProtocol(address, stream)
        await scenario.talk(number, stream)

    clients = [client(number) for number in range(CLIENTS)]
    await txa.gather(clients, consume_exceptions=False)
    await scenario.finish()
    await port.stopListening()


def reactor_named(name: str) -> Any:
    """Return the default reactor, or one on a new asyncio loop."""
    if name == "asyncioreactor":
        return AsyncioSelectorReactor(asyncio.new_event_loop())

    from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

    return reactor


if __name__ == "__main__":
    [reactor_name] = sys.argv[1:] or ["default"]
    counted = Tally()
    chosen = reactor_named(reactor_name)
    run(main, counted, chosen, reactor=chosen)
    counted.show()
