"""Delayed calls, batched timers, and calls from and in other threads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from txaio_interfaces._futures import IFuture


P = ParamSpec("P")
T = TypeVar("T")


class IDelayedCall(ABC):
    """A call that is scheduled for later."""

    __slots__ = ()

    @abstractmethod
    def cancel(self) -> None:
        """Cancel the call, so that it is not made.

        Idempotent: may be called at any time, also after the call was made.
        """

    @abstractmethod
    def reset(self, delay: float) -> bool:
        """Reschedule the call to *delay* seconds from now and return True.

        If the call was already made or cancelled, does nothing and returns False.

        Raises `ValueError` if *delay* is NaN, `TypeError` if it is not a number.
        """


class IBatchedTimer(ABC):
    """Schedule calls whose exact time does not matter, at a low cost per call.

    Time is divided into buckets; all calls in a bucket share one native timer.
    A call is never made early.
    It is late by less than one bucket.
    If its bucket holds more than one chunk of calls, the chunks are spread over one
    more bucket, and the call may be late by up to that much more.
    """

    __slots__ = ()

    @abstractmethod
    def call_later(
        self,
        delay: float,
        func: Callable[P, object],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> IDelayedCall:
        """Call *func* with the arguments *delay* seconds from now.

        The call is made in the context in which it was scheduled.
        If *func* schedules itself again, it does not run again in the same bucket.
        An exception it raises is reported immediately, and the other calls are made.
        With an infinite *delay* the call is never made;
        with one of zero or less it is due in the next bucket.

        Raises `ValueError` if *delay* is NaN,
        `TypeError` if it is not a number or *func* is not callable.
        """


class ITimers(ABC):
    """Schedule calls, and call functions from and in other threads."""

    @abstractmethod
    def time(self) -> float:
        """Return the backend's time, in seconds; it never goes backwards."""

    @abstractmethod
    def call_later(
        self,
        delay: float,
        func: Callable[P, object],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> IDelayedCall:
        """Call *func* with the arguments *delay* seconds from now.

        The call is made in the context in which it was scheduled.
        It is not made early (with a tolerance of 2 ms), and never inside `call_later`:
        a *delay* of zero or less means soon, an infinite one means never.
        Calls are made in order of time; an exception that one raises is reported.
        To call a coroutine function, use
        ``call_later(delay, txa.as_future, func, …)``.

        Raises `ValueError` if *delay* is NaN,
        `TypeError` if it is not a number or *func* is not callable.
        """

    def call_at(
        self,
        when: float,
        func: Callable[P, object],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> IDelayedCall:
        """Call *func* with the arguments when `time` is *when*, in seconds.

        If that time has passed, the call is made soon; otherwise as by `call_later`.
        """
        return self.call_later(when - self.time(), func, *args, **kwargs)

    @abstractmethod
    def sleep(self, delay: float) -> IFuture[None]:
        """Return a future that is settled *delay* seconds from now.

        Cancelling it cancels its timer.

        Raises `ValueError` if *delay* is NaN, `TypeError` if it is not a number.
        """

    @abstractmethod
    def make_batched_timer(
        self, bucket_seconds: float, chunk_size: int = 100
    ) -> IBatchedTimer:
        """Return a timer with buckets of *bucket_seconds*, which may be less than one.

        At most *chunk_size* calls are made at a time;
        between two chunks, control returns to the event loop.

        Raises `ValueError` if *bucket_seconds* is not finite and positive
        or *chunk_size* is less than one, `TypeError` if *chunk_size* is not an `int`.
        """

    @abstractmethod
    def call_from_thread(
        self, fn: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Call *fn* soon, in the event loop's thread; may be called from any thread.

        Calls made from one thread keep their order.
        An exception that *fn* raises is reported.
        To call a coroutine function, use ``call_from_thread(txa.as_future, fn, …)``.

        Raises `RuntimeError` if the event loop has ended.
        """

    @abstractmethod
    def run_in_thread(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]:
        """Call *fn* in a worker thread and return a future of its result or exception.

        The caller's context variables are available in the thread.
        Cancelling the future does not stop the thread, whose result is then discarded.
        """
