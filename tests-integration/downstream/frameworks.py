"""The networking that a script needs, on asyncio and on Twisted."""

from __future__ import annotations

import socket
import sys
from typing import Any


def listening_socket(backlog: int | None = None) -> socket.socket:
    """Return a socket that listens on a free port of 127.0.0.1.

    *backlog* is the number of connections that wait until they are accepted.
    """
    made = socket.create_server(("127.0.0.1", 0), backlog=backlog)
    made.settimeout(0)
    return made


class OnAsyncio:
    """Autobahn on asyncio."""

    def __init__(self) -> None:
        """Make a loop, which does not run yet."""
        import asyncio  # noqa: PLC0415 - imported only if chosen

        from autobahn.asyncio import websocket  # noqa: PLC0415

        self.websocket: Any = websocket
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)

    def serve(self, listener: socket.socket, factory: Any) -> None:
        """Accept connections on *listener*."""
        self.loop.run_until_complete(self.loop.create_server(factory, sock=listener))

    def connect(self, port: int, factory: Any) -> None:
        """Make a connection to *port*."""
        self.loop.run_until_complete(
            self.loop.create_connection(factory, "127.0.0.1", port)
        )

    def run(self) -> None:
        """Run until `stop` is called."""
        self.loop.run_forever()

    def stop(self) -> None:
        """End `run`."""
        self.loop.stop()


class OnTwisted:
    """Autobahn on Twisted."""

    def __init__(self) -> None:
        """Install the reactor."""
        from autobahn.twisted import websocket  # noqa: PLC0415
        from twisted.internet import reactor  # noqa: PLC0415

        self.websocket: Any = websocket
        self.reactor: Any = reactor

    def serve(self, listener: socket.socket, factory: Any) -> None:
        """Accept connections on *listener*."""
        self.reactor.adoptStreamPort(listener.fileno(), socket.AF_INET, factory)

    def connect(self, port: int, factory: Any) -> None:
        """Make a connection to *port*."""
        self.reactor.connectTCP("127.0.0.1", port, factory)

    def run(self) -> None:
        """Run until `stop` is called."""
        self.reactor.run()

    def stop(self) -> None:
        """End `run`."""
        self.reactor.stop()


def chosen() -> Any:
    """Return the framework that the first argument of the script names."""
    return {"asyncio": OnAsyncio, "twisted": OnTwisted}[sys.argv[1]]()
