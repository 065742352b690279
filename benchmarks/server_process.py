"""An Autobahn server: ``python -m benchmarks.server_process LOOP INTERVAL``.

It echoes, pings each connection every *INTERVAL* seconds, and prints its port.
"""

# Their names and arguments are Autobahn's.
# ruff: noqa: N802, N803

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import txaio
from benchmarks.server_figures import USAGE, Usage


LIFETIME = 300
"""The seconds after which it ends, unless it was ended before."""
PING_TIMEOUT = 5.0
"""The seconds after which a connection is dropped that does not answer."""
BACKLOG = 1024


class OnAsyncio:
    """Autobahn on asyncio."""

    def __init__(self) -> None:
        import asyncio

        from autobahn.asyncio import websocket

        self.websocket: Any = websocket
        self.loop = self.new_loop()
        asyncio.set_event_loop(self.loop)
        txaio.config.loop = self.loop

    def new_loop(self) -> Any:
        """Return the event loop."""
        import asyncio

        return asyncio.new_event_loop()

    def listen(self, factory: Any) -> int:
        """Accept connections, and return the port."""
        made = self.loop.create_server(factory, "127.0.0.1", 0, backlog=BACKLOG)
        server = self.loop.run_until_complete(made)
        port: int = server.sockets[0].getsockname()[1]
        return port

    def run(self) -> None:
        """Run until the process is ended."""
        self.loop.run_forever()


class OnUvloop(OnAsyncio):
    """Autobahn on uvloop."""

    def new_loop(self) -> Any:
        """Return the event loop."""
        import uvloop

        return uvloop.new_event_loop()


class OnTwisted:
    """Autobahn on the default reactor of Twisted."""

    def __init__(self) -> None:
        from autobahn.twisted import websocket
        from twisted.internet import reactor

        self.websocket: Any = websocket
        self.reactor: Any = reactor

    def listen(self, factory: Any) -> int:
        """Accept connections, and return the port."""
        listener = self.reactor.listenTCP(0, factory, BACKLOG, "127.0.0.1")
        port: int = listener.getHost().port
        return port

    def run(self) -> None:
        """Run until the process is ended."""
        self.reactor.run()


LOOPS: dict[str, Callable[[], Any]] = {
    "asyncio": OnAsyncio,
    "uvloop": OnUvloop,
    "Twisted": OnTwisted,
}


def usage() -> Usage:
    """Return what this process uses; memory is measured without garbage."""
    began, before = time.monotonic(), time.process_time()
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    resident = pages * os.sysconf("SC_PAGE_SIZE")
    return Usage(began, before, time.monotonic(), time.process_time(), resident)


def main() -> None:
    """Serve until the process is ended."""
    name, interval = sys.argv[1:]
    signal.alarm(LIFETIME)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    loop = LOOPS[name]()
    base: Any = loop.websocket.WebSocketServerProtocol

    class Echo(base):  # type: ignore[misc]
        """One connection."""

        def onMessage(self, payload: bytes, isBinary: bool) -> None:
            answer = usage().pack() if payload == USAGE else payload
            self.sendMessage(answer, isBinary)

    factory = loop.websocket.WebSocketServerFactory()
    factory.protocol = Echo
    factory.setProtocolOptions(
        autoPingInterval=float(interval), autoPingTimeout=PING_TIMEOUT
    )
    print(json.dumps({"port": loop.listen(factory), "txaio": txaio.__version__}))
    sys.stdout.flush()
    # On Twisted, txaio 26.6.1 then writes what is printed into the log.
    txaio.start_logging(out=sys.stderr, level="warn")
    loop.run()


if __name__ == "__main__":
    main()
