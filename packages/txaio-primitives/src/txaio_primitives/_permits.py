"""What locks and semaphores have in common: permits, and those who wait for one.

A permit that is released goes to the first waiter directly. So there is no free permit
as long as there is a waiter, and no newcomer can take it on the way.
"""

from __future__ import annotations

from types import TracebackType

from txaio_interfaces import IBackend, IFuture
from txaio_primitives._errors import WouldBlock
from txaio_primitives._wait_queue import WaitQueue


class Permits:
    """A number of permits, each of which is held by at most one holder."""

    def __init__(self, txa: IBackend, free: int) -> None:
        self._waiters = WaitQueue[None](txa)
        self._txa = txa
        self._free = free

    def is_for(self, txa: IBackend) -> bool:
        """Return True if this was made for the backend *txa*."""
        return self._txa is txa

    def locked(self) -> bool:
        """Return True if `acquire` would wait."""
        return not self._free

    async def acquire(self) -> None:
        """Wait until a permit is free, and take it.

        It is taken in the order of these calls.
        If the caller is cancelled meanwhile, it holds none.
        """
        if self._free:
            self._free -= 1
        else:
            await self._waiters.wait(self._pass_on)

    def acquire_nowait(self) -> None:
        """Take a permit.

        Raises `WouldBlock` if none is free.
        """
        if not self._free:
            raise WouldBlock("no permit is free: await acquire()")
        self._free -= 1

    def acquire_future(self) -> IFuture[None]:
        """Return a future of `acquire`, for callbacks; cancel it to wait no longer.

        A coroutine that is cancelled as it is settled would keep the permit: use
        `acquire` in coroutines.
        """
        if self._free:
            self._free -= 1
            return self._txa.create_future_success(None)
        return self._waiters.wait_future()

    def release(self) -> None:
        """Give a permit back: to the first waiter, if there is one."""
        self._pass_on(None)

    async def __aenter__(self) -> None:
        if self._free:
            self._free -= 1
        else:
            await self._waiters.wait(self._pass_on)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def _pass_on(self, _permit: None) -> None:
        if not self._waiters.hand(None):
            self._free += 1
