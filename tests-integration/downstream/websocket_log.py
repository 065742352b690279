"""An Autobahn server and client in one process, and the log of both at level debug.

    websocket_log.py asyncio|twisted

The client sends a message that the server echoes, and one that makes it raise.
"""

# Their names and arguments are Autobahn's.
# ruff: noqa: ARG002, N802, N803

from __future__ import annotations

from frameworks import chosen, listening_socket

import txaio


HANDSHAKE_SECONDS = 60
"""On a busy machine 26.6, whose timers are early, gives up the default of 5 s."""

framework = chosen()
txaio.start_logging(level="debug")


class Server(framework.websocket.WebSocketServerProtocol):
    """Echoes, or raises."""

    def onMessage(self, payload, isBinary):
        if payload == b"crash":
            raise RuntimeError("asked to crash")
        self.sendMessage(payload, isBinary)


class Client(framework.websocket.WebSocketClientProtocol):
    """Sends two messages, and ends the process."""

    def onOpen(self):
        self.sendMessage(b"hello")

    def onMessage(self, payload, isBinary):
        self.sendMessage(b"crash")

    def onClose(self, wasClean, code, reason):
        txaio.call_later(0.5, framework.stop)


listener = listening_socket()
port = listener.getsockname()[1]
served = framework.websocket.WebSocketServerFactory()
served.protocol = Server
served.setProtocolOptions(openHandshakeTimeout=HANDSHAKE_SECONDS)
framework.serve(listener, served)
factory = framework.websocket.WebSocketClientFactory(f"ws://127.0.0.1:{port}")
factory.protocol = Client
factory.setProtocolOptions(openHandshakeTimeout=HANDSHAKE_SECONDS)
framework.connect(port, factory)
framework.run()
