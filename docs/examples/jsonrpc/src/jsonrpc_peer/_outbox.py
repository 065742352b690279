"""What is to be sent: a bounded queue, and the task that empties it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from jsonrpc_peer._errors import MessageTooLong, PeerGone
from txaio_primitives import Queue, QueueClosed, QueueFull


if TYPE_CHECKING:
    from jsonrpc_peer._common import Common
    from jsonrpc_peer._stream import ByteStream


class Outbox:
    """The messages that wait to be sent, each of them a line.

    The queue is bounded: if the peer reads slowly, those that send wait.
    """

    def __init__(self, common: Common, stream: ByteStream) -> None:
        settings = common.settings
        self._txa = common.txa
        self._stream = stream
        self._limit = settings.max_message
        self._timeout = settings.send_timeout
        self._lines = Queue[bytes](common.txa, settings.max_outgoing)
        self._end = ""

    async def put(self, message: bytes) -> None:
        """Put *message*; if the queue is full, wait for a free slot.

        Raises `MessageTooLong`, and `PeerGone` if no more is sent.
        """
        line = self._line(message)
        try:
            await self._lines.put(line)
        except QueueClosed:
            raise PeerGone(self._end) from None

    def offer(self, message: bytes) -> bool:
        """Put *message* unless the queue is full; return whether it was put."""
        with suppress(QueueFull, QueueClosed, MessageTooLong):
            self._lines.put_nowait(self._line(message))
            return True
        return False

    def is_empty(self) -> bool:
        """Return whether nothing waits to be sent."""
        return self._lines.empty()

    def fits(self, message: bytes) -> bool:
        """Return whether *message* is short enough to be sent."""
        return len(message) <= self._limit

    def close(self, why: str) -> None:
        """Refuse other messages; `run` ends once those that wait are sent."""
        self._end = why
        self._lines.close()

    async def run(self) -> None:
        """Send what is put, in order, until `close`.

        Raises `PeerGone` if the peer does not read, and what the stream raises.
        """
        async for line in self._lines:
            try:
                async with self._txa.fail_after(self._timeout):
                    await self._stream.send(line)
            except TimeoutError:
                raise PeerGone(
                    f"the peer has read nothing for {self._timeout} seconds"
                ) from None

    def _line(self, message: bytes) -> bytes:
        if not self.fits(message):
            raise MessageTooLong(
                f"the message has {len(message)} bytes, and may have {self._limit}:"
                " split it, or raise max_message on both sides"
            )
        return message + b"\n"
