"""Calls that are made later, in batches, or in another thread."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from txaio_interfaces._futures import IFuture


P = ParamSpec("P")
T = TypeVar("T")


class IDelayedCall(ABC):
    """A call that is due later."""

    __slots__ = ()

    @abstractmethod
    def cancel(self) -> None:
        """Make sure that the call is not made; harmless at any time, any number."""

    @abstractmethod
    def reset(self, delay: float) -> bool:
        """Move the call to *delay* seconds from now, if it is still pending.

        Returns False, and does nothing, once it was made or cancelled.

        Raises `ValueError` if *delay* is NaN, `TypeError` if it is no number.
        """


class IBatchedTimer(ABC):
    """Makes delayed calls whose exact time does not matter, at little cost each.

    Time is divided into buckets; all calls of one bucket share one native timer.
    A call is never made early.
    It is late by less than one bucket and, where its bucket holds more than a chunk
    of calls, by up to one bucket more over which the chunks are spread.
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
        """Call *func* with the arguments, in this context, *delay* seconds from now.

        A call re-armed from inside itself does not run again in the same bucket.
        What it raises is reported at once, and the other calls are made.
        An infinite *delay* is never due; one of zero or less is due in the next bucket.

        Raises `ValueError` if *delay* is NaN,
        `TypeError` if it is no number or *func* cannot be called.
        """


class ITimers(ABC):
    """Make calls later, and to and from other threads."""

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
        """Call *func* with the arguments, in this context, *delay* seconds from now.

        It is not made earlier (within a grain of 2 ms), and never inside `call_later`:
        a *delay* of zero or less means soon, an infinite one never.
        Calls are made in order of time; what one raises is reported.
        For a coroutine function call ``call_later(delay, txa.as_future, func, …)``.

        Raises `ValueError` if *delay* is NaN,
        `TypeError` if it is no number or *func* cannot be called.
        """

    @abstractmethod
    def sleep(self, delay: float) -> IFuture[None]:
        """Return a future that is settled *delay* seconds from now.

        Cancelling it gives up its timer.

        Raises `ValueError` if *delay* is NaN, `TypeError` if it is no number.
        """

    @abstractmethod
    def make_batched_timer(
        self, bucket_seconds: float, chunk_size: int = 100
    ) -> IBatchedTimer:
        """Return a timer with buckets of *bucket_seconds*, which may be below one.

        At most *chunk_size* calls are made in one go;
        between two chunks the loop gets its turn.

        Raises `ValueError` if *bucket_seconds* is not finite and above zero
        or *chunk_size* is below one, `TypeError` if *chunk_size* is no `int`.
        """

    @abstractmethod
    def call_from_thread(
        self, fn: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Call *fn* in the loop's thread, soon; may be used in any thread.

        Calls made from one thread keep their order. What *fn* raises is reported.

        Raises `RuntimeError` if the loop has ended.
        """

    @abstractmethod
    def run_in_thread(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]:
        """Return a future of what *fn* returns or raises in a worker thread.

        Context variables are seen there.
        Cancelling the future does not stop the thread, whose result is then dropped.
        """
