"""A batch: several calls and notifications in one message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from jsonrpc_peer._errors import MessageTooLong, PeerGone
from jsonrpc_peer._messages import Answer, Id, Params, encode, notification


Exchange: TypeAlias = Callable[
    [Callable[[Sequence[Id]], bytes], int, float | None], Awaitable[list[Answer]]
]


class Batch:
    """Calls and notifications that are sent in one message; made by `Peer.batch`."""

    def __init__(self, exchange: Exchange, limit: int) -> None:
        self._exchange = exchange
        self._limit = limit
        self._members: list[tuple[dict[str, Any], bool]] = []

    def call(self, method: str, params: Params = None) -> None:
        """Add a call.

        Raises `TypeError` if *params* is neither a list nor a dict, `MessageTooLong` if
        the batch is full.
        """
        self._add(method, params, is_call=True)

    def notify(self, method: str, params: Params = None) -> None:
        """Add a notification.

        Raises what `call` raises.
        """
        self._add(method, params, is_call=False)

    async def send(self, *, within: float | None = None) -> list[Any]:
        """Send all, and return the results of the calls, in the order of the calls.

        In the place of a result there may be an `RpcError` or an `InvalidAnswer`.
        *within*, and what else is raised, is as that of `Peer.call`.

        Raises `ValueError` if there is nothing to send.
        """
        if not self._members:
            raise ValueError("the batch is empty: add something with call or notify")
        number = sum(is_call for _message, is_call in self._members)
        answers = await self._exchange(self._compose, number, within)
        return [_outcome(answer) for answer in answers]

    def _add(self, method: str, params: Params, *, is_call: bool) -> None:
        if len(self._members) == self._limit:
            raise MessageTooLong(
                f"a batch may have {self._limit} members: send another one, or raise"
                " max_batch on both sides"
            )
        self._members.append((notification(method, params), is_call))

    def _compose(self, ids: Sequence[Id]) -> bytes:
        left = iter(ids)
        return encode(
            [
                {**message, "id": next(left)} if is_call else message
                for message, is_call in self._members
            ]
        )


def _outcome(answer: Answer) -> Any:
    if isinstance(answer.error, PeerGone):
        raise answer.error
    return answer.result if answer.error is None else answer.error
