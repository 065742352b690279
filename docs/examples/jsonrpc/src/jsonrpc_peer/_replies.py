"""Answers to the peer: one by one, or those of a batch in one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jsonrpc_peer._errors import Code, RpcError
from jsonrpc_peer._messages import encode, failure


if TYPE_CHECKING:
    from collections.abc import Iterable

    from jsonrpc_peer._messages import Id
    from jsonrpc_peer._outbox import Outbox


class Reply:
    """Sends the answer to a request, as a message of its own."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def send(self, id_: Id, answer: bytes) -> None:
        """Send *answer*, or an error if it is too long, once the outbox is not full."""
        if not self._outbox.fits(answer):
            answer = _too_long(id_)
        await self._put(answer)

    async def _put(self, message: bytes) -> None:
        if not self._outbox.fits(message):
            message = _too_long(None)  # The ids alone are too long.
        await self._outbox.put(message)


class BatchReply(Reply):
    """Sends the answers to a batch together, once there are *number* of them."""

    def __init__(self, outbox: Outbox, number: int) -> None:
        super().__init__(outbox)
        self._number = number
        self._answers: list[tuple[Id, bytes]] = []

    async def send(self, id_: Id, answer: bytes) -> None:
        self._answers.append((id_, answer))
        if len(self._answers) < self._number:
            return
        joined = _array(answer for _id, answer in self._answers)
        if not self._outbox.fits(joined):
            joined = _array(_too_long(id_) for id_, _answer in self._answers)
        await self._put(joined)


def _array(members: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(members) + b"]"


def _too_long(id_: Id) -> bytes:
    error = RpcError(Code.INTERNAL_ERROR, "Internal error", "the answer is too long")
    return encode(failure(error, id_))
