"""The first of several futures that is settled."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from functools import partial
from typing import Generic, TypeVar

from txaio_interfaces import IBackend, IFailedFuture, IFuture
from txaio_primitives._members import as_futures
from txaio_primitives._wait_queue import WaitQueue


T = TypeVar("T")


async def first(txa: IBackend, futures: Iterable[Awaitable[T]]) -> T:
    """Return the value of the first of *futures* that is settled, or raise its error.

    The others are then cancelled, and this returns when they have ended. If the caller
    is cancelled, all are. An error of another one than the first is reported.
    Coroutine objects are accepted, too, and are run.

    To learn which it was, pass futures, and look at their results afterwards: the
    others were cancelled, or have a value that came at the same moment.

    Raises `ValueError` if *futures* is empty, `TypeError` as `gather` does.
    """
    members = as_futures(txa, futures)
    if not members:
        raise ValueError("futures must not be empty: pass at least one")
    [winner] = await _Race(txa, members).run()
    # The traceback of an error keeps this frame, and its future the error.
    del futures, members
    try:
        return await winner
    finally:
        del winner


class _Race(Generic[T]):
    """Futures, of which the first that is settled is the winner."""

    def __init__(self, txa: IBackend, members: list[IFuture[T]]) -> None:
        self._waiters = WaitQueue[None](txa)
        self._txa = txa
        self._members = members
        self._winner: list[IFuture[T]] = []
        """None or one."""
        self._error: BaseException | None = None
        """That of the winner, if it has failed."""
        self._is_over = False
        for member in members:
            txa.add_callbacks(
                member, partial(self._end, member), partial(self._fail, member)
            )

    async def run(self) -> list[IFuture[T]]:
        """Wait for the winner, and for the end of the others; return the winner."""
        try:
            if not self._is_over:
                await self._waiters.wait()
        except BaseException:
            self._is_over = True
            if self._error is not None:
                # The caller was cancelled at the moment when the winner had failed.
                self._report(self._error)
            raise
        finally:
            await self._end_all()
        return self._winner

    async def _end_all(self) -> None:
        txa = self._txa
        for member in self._members:
            txa.cancel(member)
        others = [member for member in self._members if not txa.is_called(member)]
        if others:
            await txa.uncancelled(partial(txa.gather, others))

    def _end(self, member: IFuture[T], _value: object) -> None:
        if not self._is_over:
            self._is_over = True
            self._winner.append(member)
            self._waiters.hand(None)

    def _fail(self, member: IFuture[T], failure: IFailedFuture) -> None:
        if self._is_over:
            self._report(failure.value)
        else:
            self._error = failure.value
            self._end(member, None)

    def _report(self, error: BaseException) -> None:
        if not isinstance(error, self._txa.CancelledError):
            self._txa.report(error, "a future that was not the first has failed")
