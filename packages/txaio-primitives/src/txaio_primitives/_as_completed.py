"""Futures in the order in which they are settled."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Iterable
from functools import partial
from typing import Generic, Self, TypeVar

from txaio_interfaces import IBackend, IFailedFuture, IFuture
from txaio_primitives._members import as_futures
from txaio_primitives._wait_queue import WaitQueue


T = TypeVar("T")


def as_completed(
    txa: IBackend, futures: Iterable[Awaitable[T]]
) -> AsyncIterator[IFuture[T]]:
    """Return an iterator over *futures* in the order in which they are settled.

    ``async for future in as_completed(txa, futures): value = await future``.
    It gives the futures themselves, each once.
    Coroutine objects are accepted, too, and are run.

    If the loop is left early, or cancelled, the futures go on; errors of those that it
    did not come to are reported.

    Raises `TypeError` as `gather` does.
    """
    return _AsCompleted(txa, as_futures(txa, futures))


class _AsCompleted(Generic[T]):
    """The iterator."""

    def __init__(self, txa: IBackend, members: list[IFuture[T]]) -> None:
        self._waiters = WaitQueue[IFuture[T]](txa)
        self._txa = txa
        self._left = len(members)
        self._settled: deque[IFuture[T]] = deque()
        self._errors: dict[IFuture[T], BaseException] = {}
        """Those of the futures that were not given yet."""
        for member in members:
            txa.add_callbacks(
                member, partial(self._end, member), partial(self._fail, member)
            )

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> IFuture[T]:
        if not self._left:
            raise StopAsyncIteration
        if self._settled:
            member = self._settled.popleft()
        else:
            member = await self._waiters.wait(self._settled.appendleft)
        self._left -= 1
        self._errors.pop(member, None)
        return member

    def __del__(self) -> None:
        for error in self._errors.values():
            self._txa.report(error, "a future that was not waited for has failed")

    def _end(self, member: IFuture[T], _value: object) -> None:
        if not self._waiters.hand(member):
            self._settled.append(member)

    def _fail(self, member: IFuture[T], failure: IFailedFuture) -> None:
        if not isinstance(failure.value, self._txa.CancelledError):
            self._errors[member] = failure.value
        self._end(member, None)
