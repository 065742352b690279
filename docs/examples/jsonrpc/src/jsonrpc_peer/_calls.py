"""Calls of the peer's methods that wait for their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jsonrpc_peer._errors import PeerGone
from jsonrpc_peer._messages import Answer
from txaio_primitives import Event


if TYPE_CHECKING:
    from jsonrpc_peer._common import Common
    from jsonrpc_peer._messages import Id
    from txaio_interfaces import IFuture


class Calls:
    """The futures of answers, by the ids of their requests.

    They are settled with an `Answer`, also with that of an error: a future that fails
    would be reported if its caller was cancelled at that moment.
    """

    def __init__(self, common: Common) -> None:
        self._txa = common.txa
        self._log = common.log
        self._last = 0
        self._waiting: dict[Id, IFuture[Answer]] = {}
        self._idle = Event(common.txa)
        self._idle.set()

    def begin(self) -> tuple[int, IFuture[Answer]]:
        """Return a new id, and the future of its answer."""
        self._last += 1
        future: IFuture[Answer] = self._txa.create_future()
        self._waiting[self._last] = future
        self._idle.clear()
        return self._last, future

    def give_up(self, id_: Id) -> bool:
        """Wait for the answer no more; return whether it has not come."""
        return self._take(id_) is not None

    def settle(self, answer: Answer) -> None:
        """Give *answer* to the call that waits for it."""
        future = self._take(answer.id)
        if future is not None:
            self._txa.resolve(future, answer)
        elif isinstance(answer.id, int) and 0 < answer.id <= self._last:
            # The call was cancelled, or its deadline has passed.
            self._log.debug("answer to call {id}, which has ended", id=answer.id)
        else:
            self._log.warn(
                "answer to a call that was never made: id {id!r}, {outcome!r}",
                id=answer.id,
                outcome=answer.error or answer.result,
            )

    def fail(self, why: str) -> None:
        """Have all calls that wait raise `PeerGone`."""
        for id_ in list(self._waiting):
            self.settle(Answer(id_, error=PeerGone(why)))

    async def wait_until_idle(self) -> None:
        """Wait until no call waits for an answer."""
        await self._idle.wait()

    def _take(self, id_: Id) -> IFuture[Answer] | None:
        future = self._waiting.pop(id_, None)
        if not self._waiting:
            self._idle.set()
        return future
