"""What locks and semaphores have in common: permits, and waiters.

A permit that is released goes to the first waiter directly. So no permit is free as
long as there is a waiter, and no other caller can take one that is on its way.
"""

from __future__ import annotations

from types import TracebackType

from txaio_interfaces import IBackend, IFuture
from txaio_primitives._errors import WouldBlock
from txaio_primitives._wait_queue import WaitQueue


class Permits:
    """A number of permits, in the order in which they were asked for."""

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
        """Wait for a permit: first come, first served.

        A caller that is cancelled meanwhile holds none.
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

        Its place in the order is that of this call.
        Once it is settled, the permit is held, also if a coroutine that awaits it is
        cancelled at that moment: coroutines use `acquire`.
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
