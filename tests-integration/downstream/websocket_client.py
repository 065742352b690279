"""An Autobahn client: one connection that sends, and one that answers no ping.

    websocket_client.py asyncio|twisted PORT

Prints a report of each when both are closed.
"""

# Their names and arguments are Autobahn's.
# ruff: noqa: ARG002, N802, N803

from __future__ import annotations

import json
import sys
from time import monotonic

from frameworks import chosen

import txaio


MESSAGES = 3000
WINDOW = 50
"""The number of messages that are sent ahead of their echoes."""
QUIET_SECONDS = 3.6
"""The seconds after the last message in which the client only counts pings."""

framework = chosen()
reports: dict[str, dict] = {}


def closed(name, report):
    """Store the *report* of a connection, and end after both of them."""
    reports[name] = report
    if len(reports) == 2:
        framework.stop()


class Talker(framework.websocket.WebSocketClientProtocol):
    """Sends messages, checks their echoes, counts pings for a while, and closes."""

    def onOpen(self):
        self.report = {"echoed": 0, "in_order": True, "pings": []}
        self.sent = 0
        for _ in range(WINDOW):
            self.send_next()

    def send_next(self):
        if self.sent < MESSAGES:
            self.sendMessage(b"message %d" % self.sent, isBinary=True)
            self.sent += 1

    def onMessage(self, payload, isBinary):
        expected = b"message %d" % self.report["echoed"]
        self.report["in_order"] &= payload == expected and isBinary
        self.report["echoed"] += 1
        if self.report["echoed"] == MESSAGES:
            self.report["quiet"] = monotonic()
            txaio.call_later(QUIET_SECONDS, self.end_quiet_time)
        self.send_next()

    def end_quiet_time(self):
        self.report["closing"] = monotonic()
        self.sendClose(1000, "done")

    def onPing(self, payload):
        self.report["pings"].append(monotonic())
        super().onPing(payload)

    def onClose(self, wasClean, code, reason):
        closed("talker", {**self.report, "clean": wasClean, "code": code})


class Silent(framework.websocket.WebSocketClientProtocol):
    """Answers no ping."""

    def onOpen(self):
        self.pings = []

    def onPing(self, payload):
        self.pings.append(monotonic())

    def onClose(self, wasClean, code, reason):
        report = {"pings": self.pings, "closed": monotonic(), "clean": wasClean}
        closed("silent", report)


port = int(sys.argv[2])
for protocol in (Talker, Silent):
    factory = framework.websocket.WebSocketClientFactory(f"ws://127.0.0.1:{port}")
    factory.protocol = protocol
    framework.connect(port, factory)
framework.run()
sys.stdout.write(json.dumps(reports) + "\n")
