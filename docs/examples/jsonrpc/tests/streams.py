"""Streams in memory, whose other end a test may hold itself."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest

from txaio_primitives import Queue, QueueClosed


FEW_LOOPS = pytest.mark.txaio(backends=["asyncio", "twisted", "anyio-trio"])
"""For the many tests that differ in their data alone."""

if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend


class MemoryStream:
    """One end of a connection; as a `ByteStream`, and to look at."""

    def __init__(self, incoming: Queue[bytes], outgoing: Queue[bytes]) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._loss: Exception | None = None
        self.closed = 0

    async def receive(self) -> bytes:
        try:
            return await self._incoming.get()
        except QueueClosed:
            if self._loss is not None:
                raise self._loss from None
            return b""

    async def send(self, data: bytes) -> None:
        try:
            await self._outgoing.put(data)
        except QueueClosed:
            raise ConnectionResetError("the other end is closed") from None

    def send_eof(self) -> None:
        """Send no more."""
        self._outgoing.close()

    def lose(self, error: Exception) -> None:
        """Have `receive` raise *error*."""
        self._loss = error
        self._incoming.close()

    async def close(self) -> None:
        self.closed += 1
        self._incoming.close()
        self._outgoing.close()


def stream_pair(txa: IBackend, maxsize: int = 4) -> tuple[MemoryStream, MemoryStream]:
    """Return both ends of a connection, which buffers *maxsize* pieces of bytes."""
    there, back = Queue[bytes](txa, maxsize), Queue[bytes](txa, maxsize)
    return MemoryStream(there, back), MemoryStream(back, there)


class Raw:
    """The other end of a connection, which sends and receives bytes as they are."""

    def __init__(self, stream: MemoryStream) -> None:
        self.stream = stream
        self._lines: deque[bytes] = deque()

    async def send(self, *values: Any) -> None:
        """Send each of *values* as a line of JSON, or as it is if it is bytes."""
        for value in values:
            line = value if isinstance(value, bytes) else json.dumps(value).encode()
            await self.stream.send(line + b"\n")

    async def line(self) -> bytes:
        """Return the next line, or nothing at the end."""
        while not self._lines:
            data = await self.stream.receive()
            if not data:
                return b""
            # The library sends whole lines.
            self._lines += data.splitlines()
        return self._lines.popleft()

    async def receive(self) -> Any:
        """Return the value of the next line."""
        return json.loads(await self.line())

    async def ask(self, value: Any) -> Any:
        """Send *value*, and return the value of the next line."""
        await self.send(value)
        return await self.receive()


async def until(txa: IBackend, condition: Callable[[], object]) -> None:
    """Wait until *condition* is true."""
    async with txa.fail_after(5):
        while not condition():
            await txa.sleep(0.001)
