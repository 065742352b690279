"""A lock."""

from __future__ import annotations

from txaio_interfaces import IBackend
from txaio_primitives._permits import Permits


class Lock(Permits):
    """A lock for one holder at a time: ``async with lock:``.

    Waiters get it in the order of their calls.
    As in asyncio, it does not know its holder: a coroutine may acquire it, and a
    callback release it. (In AnyIO and Trio only the task that has acquired it may.)
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
