"""The keep-alive library on Twisted's endpoints and protocols, on either reactor."""
# Twisted's endpoints have no types, and its methods have camel case names.
# mypy: disallow-untyped-calls=False
# pyright: basic
# ruff: noqa: N802

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from scenario import Scenario
from tally import PEERS, Tally
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.endpoints import (
    TCP4ClientEndpoint,
    TCP4ServerEndpoint,
    connectProtocol,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import globalLogBeginner

from txaio_twisted import TwistedBackend, run


if TYPE_CHECKING:
    from scenario import Join
    from twisted.logger import LogEvent
    from twisted.python.failure import Failure


async def main(txa: TwistedBackend, tally: Tally, reactor: Any) -> None:
    """Serve all clients on a free port."""

    def observe(event: LogEvent) -> None:
        if "log_failure" in event:
            tally.error_reported(event["log_failure"].value)

    observers: Any = [observe]
    globalLogBeginner.beginLoggingTo(observers, redirectStandardIO=False)
    scenario = Scenario(txa, tally, partial(outstanding_timers, reactor))
    server = TCP4ServerEndpoint(reactor, 0, PEERS, "127.0.0.1")
    port = await server.listen(Factory.forProtocol(partial(Talk, scenario.accept)))
    address = TCP4ClientEndpoint(reactor, "127.0.0.1", port.getHost().port)
    await gatherResults(
        [Deferred.fromCoroutine(client(scenario, n, address)) for n in range(PEERS)]
    )
    await scenario.finish()
    await port.stopListening()


async def client(scenario: Scenario, number: int, address: TCP4ClientEndpoint) -> None:
    """Connect client *number*, and return when one side has disconnected."""
    talk = Talk(partial(scenario.connect, number))
    await connectProtocol(address, talk)
    await talk.ended


class Talk(Protocol):
    """Passes the bytes of a connection to its peer, and those of the peer to it."""

    transport: Any

    def __init__(self, join: Join) -> None:
        self._join = join
        self.ended: Deferred[None] = Deferred()

    def connectionMade(self) -> None:
        self._peer = self._join(self.transport.write, self.transport.abortConnection)

    def dataReceived(self, data: bytes) -> None:
        self._peer.data_received(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002
        self._peer.connection_lost()
        self.ended.callback(None)


def outstanding_timers(reactor: Any) -> int:
    """Return the number of timers in the future; Twisted has others for this turn."""
    now = reactor.seconds()
    return sum(call.getTime() > now for call in reactor.getDelayedCalls())


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
