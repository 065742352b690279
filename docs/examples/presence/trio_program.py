"""Presence over TCP, a name on each line: `python trio_program.py` serves it."""

from __future__ import annotations

from functools import partial
from os import environ

import trio
from presence import Presence

from txaio_anyio import AnyioBackend


async def talk(presence: Presence, stream: trio.SocketStream) -> None:
    """Read a name from each line, and answer with the names seen recently."""
    rest = b""
    async for data in stream:
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            presence.seen(line.decode())
            await stream.send_all(" ".join(presence.names()).encode() + b"\n")


async def main() -> None:
    """Serve all connections, inside the block of the backend."""
    port = int(environ.get("PORT", "8007"))
    async with AnyioBackend() as txa:
        txa.start_logging()
        presence = Presence(txa)
        await trio.serve_tcp(partial(talk, presence), port, host="127.0.0.1")


if __name__ == "__main__":
    trio.run(main)
