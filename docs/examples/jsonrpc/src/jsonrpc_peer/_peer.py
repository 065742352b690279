"""A peer: its methods can be called."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from jsonrpc_peer._batch import Batch
from jsonrpc_peer._errors import PeerGone
from jsonrpc_peer._messages import encode, notification, request
from jsonrpc_peer._methods import CANCEL
from txaio_primitives import Semaphore


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from jsonrpc_peer._common import Common
    from jsonrpc_peer._connection import Connection
    from jsonrpc_peer._messages import Answer, Id, Params


class Peer:
    """The other end of one connection; made by `Endpoint.connect`.

    As a context manager, ``async with endpoint.connect(stream) as peer:``, it is closed
    at the end of the block.
    """

    def __init__(self, common: Common, connection: Connection) -> None:
        self._txa = common.txa
        self._connection = connection
        self._timeout = common.settings.call_timeout
        self._max_batch = common.settings.max_batch
        self._slots = Semaphore(common.txa, common.settings.max_calls)

    async def call(
        self, method: str, params: Params = None, *, within: float | None = None
    ) -> Any:
        """Call *method* of the peer and return its result.

        It may take *within* seconds, or those of the settings, from this call on.
        If the caller is cancelled, or the time is over, the peer is notified.

        Raises `RpcError` if the peer answers with an error, `TimeoutError` if it does
        not answer in time, `PeerGone` if it cannot any more, and `InvalidAnswer`;
        `TypeError` or `ValueError` if JSON has no such *params*, `MessageTooLong`;
        `RuntimeError` where `fail_after` does.
        """

        def compose(ids: Sequence[Id]) -> bytes:
            return encode(request(method, params, ids[0]))

        [answer] = await self.exchange(compose, 1, within)
        if answer.error is not None:
            raise answer.error
        return answer.result

    async def notify(self, method: str, params: Params = None) -> None:
        """Call *method* of the peer, which does not answer.

        This waits while the outbox is full.
        Raises what `call` raises before the request is sent.
        """
        self._connection.check_open()
        await self._connection.outbox.put(encode(notification(method, params)))

    def batch(self) -> Batch:
        """Return an empty batch of calls and notifications."""
        return Batch(self.exchange, self._max_batch)

    async def close(self, within: float | None = None) -> None:
        """Close the connection in order, and wait until it has ended.

        Nothing begins any more. What has begun, on either side, has *within* seconds,
        or those of the settings; then it is cancelled.
        To close again changes that time, and waits as well. A method that awaits this
        is waited for, and cancelled when the time is over.
        """
        await self._connection.close(within)

    async def ended(self) -> str:
        """Wait until the connection has ended; return why."""
        return await self._connection.ended()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def exchange(
        self,
        compose: Callable[[Sequence[Id]], bytes],
        number: int,
        within: float | None,
    ) -> list[Answer]:
        """Send a message with *number* requests and return their answers.

        *compose* is called with their ids, and returns the message.
        """
        calls, outbox = self._connection.calls, self._connection.outbox
        seconds = self._timeout if within is None else within
        async with self._txa.fail_after(seconds), self._slots:
            self._connection.check_open()
            begun = dict(calls.begin() for _ in range(number))
            is_sent = False
            try:
                await outbox.put(compose(list(begun)))
                is_sent = True
                return [await future for future in begun.values()]
            finally:
                left = [id_ for id_ in begun if calls.give_up(id_)]
                if is_sent:
                    self._cancel(left)

    def _cancel(self, ids: Sequence[Id]) -> None:
        """Notify the peer that the answers to *ids* are not wanted any more."""
        # The coroutine that leads here may be cancelled, and must not wait.
        for id_ in ids:
            message = encode(notification(CANCEL, {"id": id_}))
            if not self._connection.outbox.offer(message):
                self._connection.tasks.start_soon(self._put_late, message)

    async def _put_late(self, message: bytes) -> None:
        with suppress(PeerGone):
            await self._connection.outbox.put(message)
