"""Presence over TCP, a name on each line: twistd serves it."""

from __future__ import annotations

from os import environ

from presence import Presence
from twisted.application.internet import StreamServerEndpointService
from twisted.application.service import Application
from twisted.internet import reactor
from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineOnlyReceiver

from txaio_twisted import TwistedBackend


class Names(LineOnlyReceiver):
    """Reads a name from each line, and answers with the names seen recently."""

    delimiter = b"\n"

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """Note that a name was seen."""
        presence = self.factory.presence
        presence.seen(line.decode())
        self.sendLine(" ".join(presence.names()).encode())


factory = Factory.forProtocol(Names)
factory.presence = Presence(TwistedBackend())

port = environ.get("PORT", "8007")
endpoint = serverFromString(reactor, f"tcp:{port}:interface=127.0.0.1")
application = Application("presence")
StreamServerEndpointService(endpoint, factory).setServiceParent(application)
