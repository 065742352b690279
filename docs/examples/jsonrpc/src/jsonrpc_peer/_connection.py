"""A connection, from its first byte to its end.

It is open, then closing, then ended. `run` goes through these, in a task group with the
tasks of the connection: the first of them that fails ends all.

open      Calls and requests are accepted.
closing   `close` was called, or the peer sends no more. What has begun is finished, for
          at most some seconds; what would begin is refused.
ended     The stream is closed, and all calls have raised `PeerGone`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jsonrpc_peer._calls import Calls
from jsonrpc_peer._errors import PeerGone
from jsonrpc_peer._handlers import Handlers
from jsonrpc_peer._heartbeat import Heartbeat
from jsonrpc_peer._messages import encode, request
from jsonrpc_peer._methods import PING
from jsonrpc_peer._outbox import Outbox
from jsonrpc_peer._peer import Peer
from jsonrpc_peer._reader import Reader
from txaio_primitives import Event, TaskGroup


if TYPE_CHECKING:
    from jsonrpc_peer._common import Common
    from jsonrpc_peer._stream import ByteStream
    from txaio_interfaces import IFuture


class Connection:
    """The parts of one connection, and the tasks that they run in."""

    def __init__(self, common: Common, stream: ByteStream) -> None:
        self._txa = txa = common.txa
        self.peer = Peer(common, self)
        self.outbox = Outbox(common, stream)
        self.calls = Calls(common)
        self.tasks = TaskGroup(txa)
        self._stream = stream
        self._close_timeout = common.settings.close_timeout
        self._handlers = Handlers(common, self.peer)
        self._reader = Reader(common, self.calls, self._handlers, self.outbox)
        self._heartbeat = Heartbeat(common, self._ping, self._may_be_silent)
        self._closing = Event(txa)
        self._finishing = txa.move_on_after(self._close_timeout)
        self._ended = Event(txa)
        self._why = "the connection was closed by this side"

    def check_open(self) -> None:
        """Raise `PeerGone` if the connection is being closed, or has ended."""
        if self._closing.is_set():
            raise PeerGone(self._why)

    async def close(self, within: float | None) -> None:
        """Finish what has begun, for at most *within* seconds, and end."""
        if within is not None:
            self._finishing.reset(within)
        self._closing.set()
        await self._ended.wait()

    async def ended(self) -> str:
        """Wait until the connection has ended; return why."""
        await self._ended.wait()
        return self._why

    async def run(self) -> None:
        """Run the connection until it ends."""
        try:
            async with self.tasks as tasks:
                sending = tasks.start_soon(self.outbox.run)
                handling = tasks.start_soon(self._handlers.run)
                beating = tasks.start_soon(self._heartbeat.run)
                tasks.start_soon(self._read)
                await self._closing.wait()
                self._txa.cancel(beating)
                async with self._finishing:
                    await self._finish(handling, sending)
                tasks.cancel()
        except* ConnectionError as lost:
            self._why = str(lost.exceptions[0])
        except* Exception as errors:  # noqa: BLE001 - the stream is the application's
            self._why = f"the connection has failed: {errors.exceptions[0]!r}"
            self._txa.report(errors, "a connection has failed")
        finally:
            self._closing.set()
            self.calls.fail(self._why)
            self.outbox.close(self._why)
            await self._txa.uncancelled(self._close_stream)
            self._ended.set()

    async def _read(self) -> None:
        """Process what the peer sends, until it sends no more."""
        while data := await self._stream.receive():
            self._heartbeat.heard()
            await self._reader.feed(data)
        await self._reader.end()
        if not self._closing.is_set():
            self._why = "the peer has closed the connection"
        self.calls.fail(self._why)
        self._closing.set()

    async def _finish(self, handling: IFuture[None], sending: IFuture[None]) -> None:
        """Wait for the methods that run, then for calls, then for the outbox."""
        self._handlers.close()
        await self._txa.gather([handling])
        await self.calls.wait_until_idle()
        self.outbox.close(self._why)
        await self._txa.gather([sending])

    async def _close_stream(self) -> None:
        try:
            async with self._txa.move_on_after(self._close_timeout):
                await self._stream.close()
        except ConnectionError:
            pass
        except Exception as error:  # noqa: BLE001 - as above
            self._txa.report(error, "a stream could not be closed")

    def _ping(self) -> None:
        self.outbox.offer(encode(request(PING, None, PING)))

    def _may_be_silent(self) -> bool:
        # Either this side does not read, or the peer is to read first, and is given up
        # by the outbox if it does not.
        return self._handlers.are_full() or not self.outbox.is_empty()
