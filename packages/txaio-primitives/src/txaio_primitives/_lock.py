"""A lock that is held by one at a time."""

from __future__ import annotations

from txaio_interfaces import IBackend
from txaio_primitives._permits import Permits


class Lock(Permits):
    """Held by one at a time: ``async with lock:``, first come, first served.

    As in asyncio, it belongs to no task: who has acquired it may have it released by
    somebody else, a callback for one.
    It is not reentrant.
    """

    def __init__(self, txa: IBackend) -> None:
        super().__init__(txa, 1)

    def release(self) -> None:
        """Give the lock to the first waiter, or leave it free.

        Raises `RuntimeError` if it is free.
        """
        if self._free:
            raise RuntimeError(
                "the lock is not held: call release() once after each acquire(),"
                " or use `async with`"
            )
        self._pass_on(None)
