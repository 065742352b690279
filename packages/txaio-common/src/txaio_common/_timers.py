"""Delayed calls, over the timers of a driver."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from functools import partial
from math import inf
from types import CoroutineType
from typing import Any

from txaio_common._checks import check_delay, reject_unawaited_coroutine
from txaio_common._driver import Driver, Handle, HasDriver
from txaio_interfaces import IDelayedCall, IFuture


AS_LATER_FUTURE = "call_later(delay, txa.as_future, func, …)"
"""The code that runs the coroutine function *func* later."""


def call_at(driver: Driver, when: float, fn: Any) -> Handle | None:
    """Call *fn* at *when*: soon if that has passed, never if it is infinite."""
    if when <= driver.now():
        return driver.call_soon(fn)
    return None if when == inf else driver.call_at(when, fn)


def call_later(driver: Driver, delay: float, fn: Any) -> Handle | None:
    """Call *fn* after *delay* seconds: soon if 0 or less, never if infinite."""
    if delay <= 0:
        return driver.call_soon(fn)
    return None if delay == inf else driver.call_later(delay, fn)


def report_call(
    backend: HasDriver,
    context: Context,
    func: Callable[..., object],
    error: BaseException,
) -> None:
    """Report the *error* that a timed call of *func* has raised in *context*."""
    text = f"error in a delayed call of {func!r}"
    context.run(backend.driver.report, text, error)


def describe_call(call: Any, due: float | None, driver: Driver) -> str:
    """Return a description of the handle *call*, with the seconds until *due*.

    *due* is None if it is not known.
    """
    func, kind = call.func, type(call).__name__
    if func is None:
        return f"<{kind}, made or cancelled>"
    name = getattr(func, "__qualname__", None) or repr(func)
    if due is None:
        return f"<{kind} of {name}>"
    try:
        left = due - driver.now()
    except RuntimeError:  # The loop has ended, and the call is never made.
        left = inf
    return f"<{kind} of {name} in {left:.6g} s>"


class DelayedCall(IDelayedCall):
    """A call with its context, and the handle of the timer that makes it.

    It is pending as long as it has a function.  Made or cancelled, it refers to
    nothing.
    """

    __slots__ = ("_args", "_backend", "_context", "_handle", "func")

    def __init__(
        self,
        backend: HasDriver,
        context: Context,
        func: Callable[..., object],
        args: tuple[Any, ...],
    ) -> None:
        """Store the call; `arm` starts its timer."""
        self._backend = backend
        self._context: Context | None = context
        self.func: Callable[..., object] | None = func
        """What is called; None if it is not pending any more."""
        self._args = args
        self._handle: Handle | None = None

    def __repr__(self) -> str:
        """Return what is called, and in how many seconds."""
        handle, driver = self._handle, self._backend.driver
        # Read here and not in `arm`, where the clock would cost more than the rest.
        return describe_call(
            self, inf if handle is None else driver.due(handle), driver
        )

    def arm(self, delay: float) -> None:
        """Make the call after *delay* seconds."""
        self._handle = call_later(self._backend.driver, delay, self.make)

    def cancel(self) -> None:
        handle = self._handle
        self._forget()
        if handle is not None:
            handle.cancel()

    def reset(self, delay: float) -> bool:
        seconds = check_delay(delay)
        if self.func is None:
            return False
        former = self._handle
        self.arm(seconds)  # If this raises, the call is still due as it was.
        if former is not None:
            former.cancel()
        return True

    def make(self) -> None:
        """Make the call, if it is pending; report what it raises.

        A loop may go on after the end of the backend, while it waits for threads.
        """
        context, func, args = self._context, self.func, self._args
        self._forget()
        if context is None or func is None or self._backend.driver.has_ended:
            return
        try:
            result = context.run(func, *args)
            if type(result) is CoroutineType:
                reject_unawaited_coroutine(result, func, AS_LATER_FUTURE)
            # The coroutines that it starts or cancels may fail in here: see `Outcome`.
            del args, result
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - cancellations, too
            report_call(self._backend, context, func, error)

    def _forget(self) -> None:
        self._handle = self._context = self.func = None
        self._args = ()


def sleep(driver: Driver, seconds: float) -> IFuture[None]:
    """Return a future that is resolved after *seconds*."""
    future = driver.create_future()
    end = partial(end_sleep, driver, future)
    if seconds <= 0:
        driver.call_soon(end)  # If it is cancelled, this does nothing, and soon.
    elif seconds < inf:
        handle = driver.call_later(seconds, end)
        driver.set_canceller(future, partial(_give_up, handle))
    return future


def end_sleep(driver: Driver, future: IFuture[None]) -> None:
    """Resolve the *future* of a sleep."""
    driver.resolve_own(future, None)


def _give_up(handle: Handle, _future: object) -> None:
    handle.cancel()
