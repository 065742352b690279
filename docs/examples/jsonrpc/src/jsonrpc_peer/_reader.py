"""What the peer sends: each message to those that it is for.

Answers, pings and cancellations are processed at once. Everything else, also what is to
be answered with an error, takes its place among the requests. So this waits for a slot
there, and, unless the connection is being closed, for nothing else.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jsonrpc_peer._errors import Code, PeerGone, RpcError
from jsonrpc_peer._handlers import Job
from jsonrpc_peer._lines import Lines
from jsonrpc_peer._messages import (
    Answer,
    Invalid,
    Notification,
    Request,
    classify,
    decode,
    encode,
    failure,
    is_batch,
    is_id,
    success,
)
from jsonrpc_peer._methods import CANCEL, PING
from jsonrpc_peer._replies import BatchReply, Reply
from txaio_primitives import QueueClosed


if TYPE_CHECKING:
    from jsonrpc_peer._calls import Calls
    from jsonrpc_peer._common import Common
    from jsonrpc_peer._handlers import Handlers
    from jsonrpc_peer._messages import Id, Message
    from jsonrpc_peer._outbox import Outbox


class Reader:
    """Splits the bytes of the peer into messages, and passes them on."""

    def __init__(
        self, common: Common, calls: Calls, handlers: Handlers, outbox: Outbox
    ) -> None:
        self._log = common.log
        self._settings = common.settings
        self._lines = Lines(common.settings.max_message)
        self._calls = calls
        self._handlers = handlers
        self._outbox = outbox

    async def feed(self, data: bytes) -> None:
        """Process *data*; wait as long as there are too many requests."""
        for line in self._lines.feed(data):
            await self._process(line)

    async def end(self) -> None:
        """Process the last message, if its line was not ended."""
        for line in self._lines.end():
            await self._process(line)

    async def _process(self, line: bytes | None) -> None:
        try:
            value = self._decoded(line)
        except RpcError as error:
            await self._put(Invalid(error), Reply(self._outbox))
            return
        if is_batch(value):
            await self._process_batch(value)
            return
        message = classify(value)
        if not self._is_answered_ping(message):
            await self._pass_on(message, Reply(self._outbox))

    def _decoded(self, line: bytes | None) -> Any:
        if line is None:
            why = f"a message may have {self._settings.max_message} bytes"
            raise RpcError(Code.INVALID_REQUEST, "Message too long", why)
        value = decode(line)
        if is_batch(value) and len(value) > self._settings.max_batch:
            why = f"a batch may have {self._settings.max_batch} members"
            raise RpcError(Code.INVALID_REQUEST, "Batch too long", why)
        return value

    async def _process_batch(self, values: list[Any]) -> None:
        messages = [classify(value) for value in values]
        number = sum(isinstance(message, Request | Invalid) for message in messages)
        reply = BatchReply(self._outbox, number)
        for message in messages:
            await self._pass_on(message, reply)

    async def _pass_on(self, message: Message, reply: Reply) -> None:
        if isinstance(message, Answer):
            if message.id != PING:
                self._calls.settle(message)
        elif isinstance(message, Notification) and message.method == CANCEL:
            self._cancel(message)
        else:
            await self._put(message, reply)

    def _is_answered_ping(self, message: Message) -> bool:
        """Return whether *message* is a ping; answer it unless the outbox is full.

        A full outbox has something for the peer to read, which serves as an answer.
        """
        if not isinstance(message, Request) or message.method != PING:
            return False
        return self._outbox.offer(encode(success(None, message.id)))

    def _cancel(self, notification: Notification) -> None:
        match notification.params:
            case {"id": id_} if is_id(id_):
                self._handlers.cancel(id_)
            case params:
                self._log.warn("cancellation of no request: {params!r}", params=params)

    async def _put(
        self, message: Request | Notification | Invalid, reply: Reply
    ) -> None:
        try:
            await self._handlers.put(Job(message, reply))
        except QueueClosed:
            if not isinstance(message, Notification):
                await self._refuse(message.id, reply)

    async def _refuse(self, id_: Id, reply: Reply) -> None:
        error = RpcError(Code.CLOSING, "The connection is being closed")
        with suppress(PeerGone):
            await reply.send(id_, encode(failure(error, id_)))
