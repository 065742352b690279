"""An Autobahn server that echoes, pings, and drops clients that do not answer.

    websocket_server.py asyncio|twisted

Prints its port, serves two connections, and prints a report of each.
"""

# Their names and arguments are Autobahn's.
# ruff: noqa: ARG002, N802, N803

from __future__ import annotations

import json
import sys
from time import monotonic

from frameworks import chosen, listening_socket


PING_INTERVAL = 0.5
PING_TIMEOUT = 1.0
CONNECTIONS = 2

framework = chosen()
reports: list[dict] = []


class Echo(framework.websocket.WebSocketServerProtocol):
    """One connection."""

    def onOpen(self):
        self.report = {"echoed": 0, "opened": monotonic(), "pings": []}

    def onMessage(self, payload, isBinary):
        self.report["echoed"] += 1
        self.sendMessage(payload, isBinary)

    def sendPing(self, payload=None):
        self.report["pings"].append(monotonic())
        super().sendPing(payload)

    def onClose(self, wasClean, code, reason):
        self.report.update(closed=monotonic(), clean=wasClean, code=code)
        reports.append(self.report)
        if len(reports) == CONNECTIONS:
            framework.stop()


listener = listening_socket()
port = listener.getsockname()[1]
factory = framework.websocket.WebSocketServerFactory(f"ws://127.0.0.1:{port}")
factory.protocol = Echo
factory.setProtocolOptions(autoPingInterval=PING_INTERVAL, autoPingTimeout=PING_TIMEOUT)
framework.serve(listener, factory)
sys.stdout.write(json.dumps(port) + "\n")
sys.stdout.flush()
framework.run()
sys.stdout.write(json.dumps(reports) + "\n")
