"""Semaphores, which limit the number of holders."""

from __future__ import annotations

from txaio_interfaces import IBackend
from txaio_primitives._checks import check_count
from txaio_primitives._permits import Permits


class Semaphore(Permits):
    """A number of permits, one for each holder: ``async with semaphore:``.

    Waiters get them in the order of their calls.
    *value* is the number of permits at first, and may be 0. `release` may be called
    more often than `acquire`, and adds a permit then.

    Raises `TypeError` if *value* is no int, `ValueError` if it is below 0.
    """

    def __init__(self, txa: IBackend, value: int = 1) -> None:
        super().__init__(txa, check_count(value, "value", 0))

    @property
    def value(self) -> int:
        """The number of permits that are free."""
        return self._free


class BoundedSemaphore(Semaphore):
    """A semaphore that never has more permits than at first.

    Raises `TypeError` if *value* is no int, `ValueError` if it is below 1.
    """

    def __init__(self, txa: IBackend, value: int = 1) -> None:
        super().__init__(txa, check_count(value, "value", 1))
        self._bound = value

    def release(self) -> None:
        """Give a permit back: to the first waiter, if there is one.

        Raises `ValueError` if none is held.
        """
        if self._free == self._bound:
            raise ValueError(
                "no permit is held: call release() once after each acquire(),"
                " or use `async with`"
            )
        self._pass_on(None)
