"""A flag to wait for."""

from __future__ import annotations

from txaio_interfaces import IBackend, IFuture
from txaio_primitives._wait_queue import WaitQueue


class Event:
    """A flag that coroutines and callbacks wait for.

    All that wait when `set` is called go on, even if `clear` is called right after it.
    """

    def __init__(self, txa: IBackend) -> None:
        self._waiters = WaitQueue[None](txa)
        self._txa = txa
        self._is_set = False

    def is_set(self) -> bool:
        """Return True if the flag is set."""
        return self._is_set

    def set(self) -> None:
        """Set the flag: all waiters go on, and `wait` returns at once until `clear`."""
        self._is_set = True
        self._waiters.hand_all(None)

    def clear(self) -> None:
        """Clear the flag: from now on `wait` waits for the next `set`."""
        self._is_set = False

    async def wait(self) -> None:
        """Wait until the flag is set; return at once if it is."""
        if not self._is_set:
            await self._waiters.wait()

    def wait_future(self) -> IFuture[None]:
        """Return a future of `wait`, for callbacks; each call returns its own."""
        if self._is_set:
            return self._txa.create_future_success(None)
        return self._waiters.wait_future()
