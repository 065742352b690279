"""Delayed calls of any backend, over the native timers that it gives."""

from __future__ import annotations

from abc import abstractmethod
from contextvars import Context, copy_context
from functools import partial
from math import inf
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Protocol

from txaio_common._batches import BatchedTimer
from txaio_common._checks import check_callable, check_delay
from txaio_common._coroutine_functions import check_runs
from txaio_common._failures import Failures
from txaio_interfaces import IBatchedTimer, IDelayedCall


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec

    from txaio_interfaces import IFuture

    P = ParamSpec("P")


class NativeCall(Protocol):
    """What a loop hands out for a call that it was asked to make."""

    def cancel(self) -> object:
        """Give the call up; it is neither made nor cancelled yet."""


class Timers(Failures):
    """Timers of any backend, over the primitives that are abstract here."""

    _now: Callable[[], float]
    """The loop's monotonic clock, in seconds."""

    @abstractmethod
    def _call_soon(self, fn: Callable[[], object]) -> NativeCall:
        """Have ``fn()`` called in a coming turn of the loop, in the order of asking."""

    @abstractmethod
    def _call_after(self, delay: float, fn: Callable[[], object]) -> NativeCall:
        """Have ``fn()`` called *delay* seconds, more than none, from now."""

    def _tidy_soon(self, fn: Callable[[], object]) -> None:
        """Have ``fn()``, which raises nothing, called soon and in any order."""
        self._call_soon(fn)

    def time(self) -> float:
        return self._now()

    def call_later(
        self,
        delay: float,
        func: Callable[P, object],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> IDelayedCall:
        seconds = check_delay(delay)
        check_callable(func, "func")
        if kwargs:
            func = partial(func, **kwargs)
        call = DelayedCall(self, copy_context(), func, args)
        call.arm(seconds)
        return call

    def sleep(self, delay: float) -> IFuture[None]:
        seconds = check_delay(delay)

        def give_up(_future: object) -> None:
            call.cancel()

        future = self.create_future(canceller=give_up)
        call = self.call_later(seconds, self.resolve, future)
        return future

    def make_batched_timer(
        self, bucket_seconds: float, chunk_size: Any = 100
    ) -> IBatchedTimer:
        width = check_delay(bucket_seconds, "bucket_seconds")
        if not 0 < width < inf:
            msg = f"bucket_seconds must be finite and above 0, not {width!r}"
            raise ValueError(msg)
        if not isinstance(chunk_size, int) or isinstance(chunk_size, bool):
            msg = f"chunk_size must be an int, not {type(chunk_size).__name__!r}"
            raise TypeError(msg)
        if chunk_size < 1:
            msg = f"chunk_size must be 1 or more, not {chunk_size}"
            raise ValueError(msg)
        return BatchedTimer(self, width, chunk_size)

    def _arm(self, delay: float, fn: Callable[[], object]) -> NativeCall | None:
        """Have ``fn()`` called after *delay* seconds, soon if it is 0 or less."""
        if delay <= 0:
            return self._call_soon(fn)
        return None if delay == inf else self._call_after(delay, fn)


class DelayedCall(IDelayedCall):
    """A call with its context, and the native timer that makes it."""

    __slots__ = ("_args", "_context", "_func", "_native", "_timers")

    def __init__(
        self,
        timers: Timers,
        context: Context,
        func: Callable[..., object],
        args: tuple[Any, ...],
    ) -> None:
        """Hold the call; `arm` is what has it made."""
        self._timers = timers
        self._context: Context | None = context
        self._func: Callable[..., object] | None = func
        self._args = args
        self._native: NativeCall | None = None

    def arm(self, delay: float) -> None:
        """Have the call made after *delay* seconds."""
        self._native = self._timers._arm(delay, self._make)

    def cancel(self) -> None:
        native = self._native
        self._forget()
        if native is not None:
            native.cancel()

    def reset(self, delay: float) -> bool:
        seconds = check_delay(delay)
        if self._func is None:
            return False
        former = self._native
        self.arm(seconds)  # Where it raises, the call is still due as it was.
        if former is not None:
            former.cancel()
        return True

    def _make(self) -> None:
        context, func, args = self._context, self._func, self._args
        self._forget()
        if context is not None and func is not None:
            try:
                result = context.run(func, *args)
                if type(result) is CoroutineType:
                    check_runs(result, func)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - cancellations, too
                text = f"error in a delayed call of {func!r}"
                context.run(self._timers._report, text, error)

    def _forget(self) -> None:
        self._native = self._context = self._func = None
        self._args = ()
