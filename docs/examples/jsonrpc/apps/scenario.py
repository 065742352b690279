"""The scenario of the demo, which is the same on every loop.

All clients are connected before the first begins. Each of them makes many calls at the
same time, and then one of each kind. Its numbers are the same on every machine.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tally import BATCHED, CALLS, CLIENTS

from jsonrpc_peer import Code, Endpoint, Methods, Peer, RpcError, Settings
from txaio_primitives import Event, TaskGroup


if TYPE_CHECKING:
    from tally import Tally

    from jsonrpc_peer import ByteStream
    from txaio_interfaces import IBackend

NO_ANSWER = 0.5
"""The seconds after which a client gives up a call that is never answered."""

LONG = 3600.0

IN_ORDER = {
    "the connection was closed by this side",
    "the peer has closed the connection",
}
"""Why a connection has ended, if all was in order."""


class Scenario:
    """The server and its clients, without their sockets."""

    def __init__(self, txa: IBackend, tally: Tally) -> None:
        self._txa = txa
        self._tally = tally
        self._server = Endpoint(txa, self._methods())
        self._all_connected = Event(txa)
        self._running = 0
        self._seen: set[str] = set()
        self._begun = txa.time()

    def _methods(self) -> Methods:
        methods = Methods()
        for fn in (self.reverse, self.sleep, self.refuse, self.note):
            methods.add(fn)
        methods.add(self.greet, takes_peer=True)
        return methods

    # The server

    async def serve(self, stream: ByteStream) -> None:
        """Serve a client, as long as it is connected."""
        self._tally.clients += 1
        if self._tally.clients == CLIENTS:
            self._all_connected.set()
        why = await self._server.serve(stream)
        self._tally.closed += why in IN_ORDER

    async def reverse(self, text: str) -> str:
        """Return *text* backwards, a little later."""
        self._tally.doubled += text in self._seen
        self._seen.add(text)
        await self.sleep(0.001)
        return text[::-1]

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        self._running += 1
        self._tally.at_once = max(self._tally.at_once, self._running)
        try:
            await self._txa.sleep(seconds)
        finally:
            self._running -= 1

    def refuse(self, what: str) -> None:
        """Answer with an error."""
        raise RpcError(1, "refused", {"what": what})

    def note(self, text: str) -> None:
        """Count a notification."""
        self._tally.doubled += text in self._seen
        self._seen.add(text)
        self._tally.notes += 1

    async def greet(self, peer: Peer) -> str:
        """Ask the client for its name, and return a greeting."""
        return f"hello {await peer.call('name')}"

    # The clients

    async def talk(self, number: int, stream: ByteStream) -> None:
        """Be client *number*, and leave when all is done."""
        methods = Methods()
        methods.add(lambda: number, name="name")
        endpoint = Endpoint(self._txa, methods, Settings(max_calls=8))
        wire = Wire(self._txa, stream, self._tally)
        peer = endpoint.connect(wire)
        await self._all_connected.wait()
        await self._call(peer, number)
        await self._call_in_vain(peer, number)
        await wire.both_cancelled.wait()
        async with TaskGroup(self._txa) as tasks:
            tasks.start_soon(self._expect, peer, "reverse", [f"{number} last"])
            await self._txa.sleep(0)
            tasks.start_soon(peer.close)
        why = await peer.ended()
        self._tally.closed += why in IN_ORDER
        await endpoint.close()

    async def _call(self, peer: Peer, number: int) -> None:
        """Make all kinds of calls that are answered."""
        async with TaskGroup(self._txa) as tasks:
            for call in range(CALLS):
                tasks.start_soon(self._expect, peer, "reverse", [f"{number} {call}"])
        batch = peer.batch()
        for call in range(BATCHED):
            batch.call("reverse", {"text": f"{number} in batch {call}"})
        batch.notify("note", [f"{number} in batch"])
        answers = await batch.send()
        self._count([f"{number} in batch {n}"[::-1] for n in range(BATCHED)], answers)
        await peer.notify("note", [f"{number}"])
        self._count([f"hello {number}"], [await peer.call("greet")])

    async def _call_in_vain(self, peer: Peer, number: int) -> None:
        """Make all kinds of calls that are not answered with a result."""
        for method, data in (("refuse", {"what": f"{number}"}), ("missing", "missing")):
            try:
                await peer.call(method, {"what": f"{number}"})
            except RpcError as error:
                self._tally.errors += error.data == data
        given_up = self._txa.as_future(peer.call, "sleep", [LONG])
        try:
            await peer.call("sleep", [LONG], within=NO_ANSWER)
        except TimeoutError:
            self._tally.timeouts += 1
        self._txa.cancel(given_up)
        await self._txa.gather([given_up])

    async def _expect(self, peer: Peer, method: str, params: list[str]) -> None:
        self._count([params[0][::-1]], [await peer.call(method, params)])

    def _count(self, expected: list[str], answers: list[Any]) -> None:
        for right, answer in zip(expected, answers, strict=True):
            self._tally.answers += answer == right
            self._tally.wrong += answer != right
            if self._tally.answers % (self._tally.answers_due // 10) == 0:
                print(f"{self._tally.answers} answers", flush=True)

    async def finish(self) -> None:
        """Close the server, once all clients have left."""
        await self._server.close()
        self._tally.seconds = self._txa.time() - self._begun


class Wire:
    """The stream of a client, on which it is seen what is answered twice."""

    def __init__(self, txa: IBackend, stream: ByteStream, tally: Tally) -> None:
        self.both_cancelled = Event(txa)
        self._cancelled = 0
        self._stream = stream
        self._tally = tally
        self._rest = b""
        self._answered: set[Any] = set()
        self.close = stream.close

    async def receive(self) -> bytes:
        """Return what *stream* returns, and look at the messages in it."""
        data = await self._stream.receive()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            for each in message if line.startswith(b"[") else [message]:
                self._look_at(each)
        return data

    async def send(self, data: bytes) -> None:
        """Send *data*, which is a message."""
        self._tally.messages += 1
        await self._stream.send(data)

    def _look_at(self, message: Any) -> None:
        self._tally.messages += 1
        if "method" not in message:
            self._tally.doubled += message["id"] in self._answered
            self._answered.add(message["id"])
            if message.get("error", {}).get("code") == Code.CANCELLED:
                self._tally.cancelled += 1
                self._cancelled += 1
                if self._cancelled == 2:  # noqa: PLR2004 - see _call_in_vain
                    self.both_cancelled.set()
