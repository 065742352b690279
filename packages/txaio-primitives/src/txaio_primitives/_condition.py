"""A condition variable."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from txaio_interfaces import IBackend
from txaio_primitives._checks import check_count
from txaio_primitives._errors import WouldBlock
from txaio_primitives._lock import Lock
from txaio_primitives._wait_queue import WaitQueue


T = TypeVar("T")


class Condition:
    """A lock, and waiters for a change of what the lock protects.

    ``async with condition:`` holds the lock. Several conditions may share one *lock*.

    Raises `TypeError` if *lock* is no `Lock`, `ValueError` if it is that of another
    backend.
    """

    def __init__(self, txa: IBackend, lock: Lock | None = None) -> None:
        self._waiters = WaitQueue[None](txa)
        self._txa = txa
        self._lock = Lock(txa) if lock is None else _check_lock(txa, lock)

    def locked(self) -> bool:
        """Return True if the lock is held."""
        return self._lock.locked()

    async def acquire(self) -> None:
        """Acquire the lock, see `Lock.acquire`."""
        await self._lock.acquire()

    def acquire_nowait(self) -> None:
        """Acquire the lock; raises `WouldBlock` if it is held."""
        self._lock.acquire_nowait()

    def release(self) -> None:
        """Release the lock; raises `RuntimeError` if it is free."""
        self._lock.release()

    async def wait(self) -> None:
        """Release the lock, wait until notified, and acquire it again.

        It is acquired again even if the caller is cancelled. One that is cancelled when
        it has been notified passes the notification on; one that is cancelled while it
        acquires the lock sees this at its next await, with the lock.

        Raises `RuntimeError` if the lock is free.
        """
        self._check_held("wait")
        try:
            await self._waiters.wait(self._waiters.hand, self._lock.release)
        finally:
            await self._acquire_again()

    async def wait_for(self, predicate: Callable[[], T]) -> T:
        """Wait until ``predicate()`` is true, and return what it returned.

        It is called now, and each time this is notified, while the lock is held.

        Raises `RuntimeError` if the lock is free.
        """
        self._check_held("wait_for")
        value = predicate()
        while not value:
            await self.wait()
            value = predicate()
        return value

    def notify(self, n: int = 1) -> None:
        """Let the first *n* waiters go on, as each of them gets the lock.

        Raises `RuntimeError` if the lock is free, `ValueError` if *n* is below 0.
        """
        check_count(n, "n", 0)
        self._check_held("notify")
        while n and self._waiters.hand(None):
            n -= 1

    def notify_all(self) -> None:
        """Let all that wait now go on, as each of them gets the lock.

        Raises `RuntimeError` if the lock is free.
        """
        self._check_held("notify_all")
        self._waiters.hand_all(None)

    async def __aenter__(self) -> None:
        await self._lock.acquire()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()

    def _check_held(self, method: str) -> None:
        if not self._lock.locked():
            msg = f"{method}() needs the lock: call it inside `async with condition:`"
            raise RuntimeError(msg)

    async def _acquire_again(self) -> None:
        try:
            self._lock.acquire_nowait()
        except WouldBlock:
            await self._txa.uncancelled(self._lock.acquire)


def _check_lock(txa: IBackend, lock: object) -> Lock:
    """Return *lock* if it is a lock of *txa*."""
    if not isinstance(lock, Lock):
        msg = f"lock must be a Lock of this package, not {type(lock).__name__!r}"
        raise TypeError(msg)
    if not lock.is_for(txa):
        raise ValueError("lock was made for another backend: make one with this txa")
    return lock
