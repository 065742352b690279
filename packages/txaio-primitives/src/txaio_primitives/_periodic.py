"""A function that is called again and again."""

from __future__ import annotations

from collections.abc import Callable
from math import floor
from typing import Any

from txaio_interfaces import (
    IBackend,
    IBatchedTimer,
    IDelayedCall,
    IFailedFuture,
    IFuture,
)
from txaio_primitives._checks import check_backend, check_function, check_seconds


class Periodic:
    """Calls *fn* every *seconds* seconds, from one period after now until `stop`.

    *fn* is a function or a coroutine function.
    The calls are due at fixed times, so that lateness does not add up. A call begins
    when the one before has ended; times that have passed by then are skipped.

    An error is reported, or *on_error* is called with it, and the calls go on.
    With a *timer* of `make_batched_timer` the calls cost less, and are late by up to
    its bucket.

    Raises `ValueError` if *seconds* is not finite and above 0, `TypeError` if *fn* or
    *on_error* is no function: pass the function itself.
    """

    def __init__(
        self,
        txa: IBackend,
        seconds: float,
        fn: Callable[[], Any],
        *,
        timer: IBatchedTimer | None = None,
        on_error: Callable[[BaseException], object] | None = None,
    ) -> None:
        check_backend(txa)
        check_function(fn, "fn", "Periodic(txa, seconds, fn), not fn()")
        if on_error is not None:
            check_function(on_error, "on_error", "on_error=fn, not on_error=fn()")
        self._txa = txa
        self._seconds = check_seconds(seconds, "seconds")
        self._fn = fn
        self._timer = timer
        self._on_error = on_error
        self._begin = txa.time()
        self._number = 0
        """The number of the period at whose end the next call is due."""
        self._call: IDelayedCall | None = None
        self._running: IFuture[None] | None = None
        self._is_stopped = False
        self._arm()

    def stop(self) -> IFuture[Any]:
        """Make no more calls; return a future of the end of the one that runs.

        To cancel it is to cancel that call. Its value has no meaning.
        *fn* may call this, too, but must not await the future.
        """
        self._is_stopped = True
        if self._call is not None:
            self._call.cancel()
            self._call = None
        running = [] if self._running is None else [self._running]
        return self._txa.gather(running)

    def _arm(self) -> None:
        """Have the next call made when it is due."""
        passed = floor((self._txa.time() - self._begin) / self._seconds)
        # A timer may be early by a grain of the clock.
        self._number = max(self._number, passed) + 1
        due = self._begin + self._number * self._seconds
        if self._timer is None:
            self._call = self._txa.call_at(due, self._make)
        else:
            self._call = self._timer.call_later(due - self._txa.time(), self._make)

    def _make(self) -> None:
        self._call = None
        self._running = self._txa.as_future(self._fn)
        self._txa.add_callbacks(self._running, self._go_on, self._fail)

    def _fail(self, failure: IFailedFuture) -> None:
        error = failure.value
        try:
            if not isinstance(error, self._txa.CancelledError):
                on_error = self._on_error or self._report
                on_error(error)
        finally:
            self._go_on()

    def _go_on(self, _value: object = None) -> None:
        self._running = None
        if not self._is_stopped:
            self._arm()

    def _report(self, error: BaseException) -> None:
        self._txa.report(error, f"error in a periodic call of {self._fn!r}")
