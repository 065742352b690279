"""Waiters in order: what locks, events and queues are made of.

A waiter is a future in an ordered dictionary, which is settled when its turn comes.
Two things make this harder than it looks:

- A coroutine may be cancelled after its future was settled, and before it goes on. It
  sees the cancellation, and not the value, which would be lost: a permit that is never
  released, an item that is never handled. So `wait` calls *give_back* then.
- A future that was cancelled may be in the dictionary for some time, as cancellers may
  run later than `cancel`. So `hand` passes over what is settled.

On Twisted `resolve` may run what waits, and all that this leads to, before it returns.
So everything here is in order before it is called.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from txaio_interfaces import IBackend, IFailedFuture, IFuture
from txaio_primitives._checks import check_backend, check_error


T = TypeVar("T")

FOREIGN = (
    "this was made for another backend than the one that runs this coroutine:"
    " make one for each backend"
)

_GONE: Any = object()
_Take = Callable[[Any], object] | None


class WaitQueue(Generic[T]):
    """Waiters in order, each of which is handed one value.

    For authors of primitives: a pool hands connections to its waiters, a lock None.
    """

    def __init__(self, txa: IBackend) -> None:
        check_backend(txa)
        self._txa = txa
        self._waiters: OrderedDict[IFuture[Any], _Take] = OrderedDict()
        """The futures; for those of `wait_future`, what makes the result of a value."""
        self._without_value: set[IFuture[Any]] = set()
        """Futures that left without a value, until their coroutine goes on."""

    def __bool__(self) -> bool:
        """Return True if there is a waiter, which `hand` would hand a value."""
        while self._waiters:
            first = next(iter(self._waiters))
            if not self._txa.is_called(first):
                return True
            self._pass_over(*self._waiters.popitem(last=False))
        return False

    def __len__(self) -> int:
        """Return the number of waiters."""
        return sum(not self._txa.is_called(waiter) for waiter in self._waiters)

    async def wait(
        self,
        give_back: Callable[[T], object] | None = None,
        on_enter: Callable[[], object] | None = None,
    ) -> T:
        """Wait behind those that wait already; return the value that is handed.

        If the caller is cancelled after it was handed a value, and before it goes on,
        *give_back* is called with the value: hand it to the next waiter there, or keep
        it.
        *on_enter* is called once the waiter is in its place: what it does may hand a
        value at once.

        Raises the error that is passed to `fail`.
        """
        future = self._txa.create_future()
        self._waiters[future] = None
        if on_enter is not None:
            self._call(on_enter, future)
        try:
            value: T = await future
        except BaseException as error:
            self._leave(future, give_back, error)
            raise
        else:
            return value
        finally:
            # The traceback of an error keeps this frame, and the future the error.
            del future

    def wait_future(self, take: Callable[[T], object] | None = None) -> IFuture[Any]:
        """Return the future of a waiter, for callbacks; to cancel it is to leave.

        It is settled with the value that is handed, or with ``take(value)``, which is
        called inside `hand`.
        Once it is settled, the value has been delivered: a coroutine that awaits it and
        is cancelled at that moment loses the value, so coroutines use `wait`.
        """
        future = self._txa.create_future(canceller=self._forget)
        self._waiters[future] = take or _same
        return future

    def hand(self, value: T) -> bool:
        """Hand *value* to the first waiter, which leaves; return False if none waits.

        The waiter goes on in a later turn of the event loop, or at once.
        """
        waiter = self._take_first()
        if waiter is None:
            return False
        future, take = waiter
        self._txa.resolve(future, value if take is None else take(value))
        return True

    def supply(self, make: Callable[[], T]) -> bool:
        """Hand ``make()`` to the first waiter; return False if none waits.

        *make* is called only if there is a waiter, which stays if it raises an error.
        """
        waiter = self._take_first()
        if waiter is None:
            return False
        future, take = waiter
        try:
            value = make()
        except BaseException:
            self._waiters[future] = take
            self._waiters.move_to_end(future, last=False)
            raise
        self._txa.resolve(future, value if take is None else take(value))
        return True

    def hand_all(self, value: T) -> int:
        """Hand *value* to all that wait now, in order; return their number."""
        waiters = self._take_all()
        count = 0
        for future, take in waiters.items():
            if self._txa.is_called(future):
                self._pass_over(future, take)
            else:
                count += 1
                self._txa.resolve(future, value if take is None else take(value))
        return count

    def fail(self, error: Exception | IFailedFuture) -> int:
        """Raise *error* in all that wait now, in order; return their number.

        Raises `TypeError` if *error* is neither an exception nor a failure.
        """
        check_error(error)
        waiters = self._take_all()
        count = 0
        for future, take in waiters.items():
            self._pass_over(future, take)
            if not self._txa.is_called(future):
                count += 1
                self._txa.reject(future, error)
        return count

    def _take_first(self) -> tuple[IFuture[Any], _Take] | None:
        """Take out the first waiter that waits, if there is one."""
        waiters = self._waiters
        while waiters:
            first = waiters.popitem(last=False)
            if not self._txa.is_called(first[0]):
                return first
            self._pass_over(*first)
        return None

    def _take_all(self) -> OrderedDict[IFuture[Any], _Take]:
        # What a waiter does may lead to others, which are not meant.
        waiters, self._waiters = self._waiters, OrderedDict()
        return waiters

    def _pass_over(self, future: IFuture[Any], take: _Take) -> None:
        """Remember that *future* has no value, if it is that of a coroutine."""
        if take is None:
            self._without_value.add(future)

    def _forget(self, future: IFuture[Any]) -> None:
        self._waiters.pop(future, None)

    def _call(self, on_enter: Callable[[], object], future: IFuture[Any]) -> None:
        try:
            on_enter()
        except BaseException:
            self._forget(future)
            raise

    def _leave(
        self,
        future: IFuture[T],
        give_back: Callable[[T], object] | None,
        error: BaseException,
    ) -> None:
        """Take out the waiter that was resumed with *error*; give back its value."""
        txa = self._txa
        if self._waiters.pop(future, _GONE) is not _GONE:
            if isinstance(error, Exception) and not txa.is_called(future):
                # It was not cancelled: the loop that runs cannot wait for the future.
                raise RuntimeError(FOREIGN) from error
        elif future in self._without_value:
            self._without_value.discard(future)
            # It may have failed, which its coroutine did not see.
            txa.add_callbacks(future, None, _same)
        elif txa.is_called(future) and give_back is not None:
            give_back(txa.result(future))


def _same(value: Any) -> Any:
    return value
