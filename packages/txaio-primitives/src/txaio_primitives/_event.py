"""A flag to wait for."""

from __future__ import annotations

from txaio_interfaces import IBackend, IFuture
from txaio_primitives._wait_queue import WaitQueue


class Event:
    """Something that happens, and all who wait for it.

    As in asyncio, `set` wakes those that wait even if `clear` is called right after it.
    """

    def __init__(self, txa: IBackend) -> None:
        self._waiters = WaitQueue[None](txa)
        self._txa = txa
        self._is_set = False

    def is_set(self) -> bool:
        """Return True if it has happened."""
        return self._is_set

    def set(self) -> None:
        """Let it happen: all who wait go on, and nobody waits until `clear`."""
        self._is_set = True
        self._waiters.hand_all(None)

    def clear(self) -> None:
        """Let it not have happened: wait for the next `set` from now on."""
        self._is_set = False

    async def wait(self) -> None:
        """Wait until it has happened; return at once if it has."""
        if not self._is_set:
            await self._waiters.wait()

    def wait_future(self) -> IFuture[None]:
        """Return a future of `wait`, for callbacks; cancelling it affects no other."""
        if self._is_set:
            return self._txa.create_future_success(None)
        return self._waiters.wait_future()
