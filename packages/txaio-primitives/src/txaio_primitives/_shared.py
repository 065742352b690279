"""A function that runs once for several callers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Generic, ParamSpec, TypeVar

from txaio_interfaces import IBackend, IFailedFuture, IFuture
from txaio_primitives._checks import check_backend, check_function
from txaio_primitives._wait_queue import WaitQueue


P = ParamSpec("P")
T = TypeVar("T")


class Shared(Generic[P, T]):
    """A coroutine function that runs once for all callers that come meanwhile.

    ``await shared(key)`` calls *fn* with the arguments, or waits for the run that an
    earlier call with equal arguments has started. All callers get its value, or its
    error. Of a run that has ended nothing is kept.

    A caller that is cancelled affects no other; with the last of them the run is
    cancelled. A call that comes then waits for its end, and starts another run.
    A run is in a copy of the context of the caller that started it.

    Raises `TypeError` if *fn* is no function: pass the function itself.
    """

    def __init__(self, txa: IBackend, fn: Callable[P, Awaitable[T]]) -> None:
        check_backend(txa)
        check_function(fn, "fn", "Shared(txa, fn), not Shared(txa, fn())")
        self._txa = txa
        self._fn = fn
        self._runs: dict[Hashable, _Run[T]] = {}

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the value of the run for these arguments; start one if none runs.

        Raises `TypeError` if an argument cannot be hashed.
        """
        key = (args, tuple(sorted(kwargs.items())))
        run = self._runs.get(key)
        while run is not None and run.is_over():
            await run.wait_for_end()
            run = self._runs.get(key)
        if run is None:
            run = self._runs[key] = _Run(self._txa, partial(self._runs.pop, key))
            return await run.start(partial(self._fn, *args, **kwargs))
        return await run.join()


class _Run(Generic[T]):
    """One run, and the callers that wait for it."""

    _future: IFuture[T]

    def __init__(self, txa: IBackend, on_end: Callable[[], object]) -> None:
        self._waiters = WaitQueue[None](txa)
        self._txa = txa
        self._on_end = on_end
        self._callers = 0
        self._is_cancelled = False
        self._has_ended = False
        self._error: BaseException | None = None
        """That of the run, as long as no caller has got it."""

    async def start(self, fn: Callable[[], Awaitable[T]]) -> T:
        """Run *fn* for its first caller; return its value."""
        self._callers = 1  # It may have failed at once.
        self._future = self._txa.as_future(fn)
        self._txa.add_callbacks(self._future, self._end, self._fail)
        return await self._wait()

    def is_over(self) -> bool:
        """Return True if no more callers can join."""
        return self._is_cancelled or self._txa.is_called(self._future)

    async def wait_for_end(self) -> None:
        """Wait until callers have been notified of the end of the run."""
        await self._waiters.wait()

    async def join(self) -> T:
        """Wait for the run as one more caller; return its value."""
        self._callers += 1
        return await self._wait()

    async def _wait(self) -> T:
        try:
            if not self._has_ended:
                await self._waiters.wait()
        except BaseException:
            self._callers -= 1
            if not self._callers:
                await self._abandon()
            raise
        self._callers -= 1
        self._error = None
        future = self._future
        if not self._callers:
            del self._future  # The frames of an error refer to this.
        try:
            # It has ended.  On asyncio an `await` drops the traceback for the next one.
            return self._txa.result(future)
        finally:
            del future

    async def _abandon(self) -> None:
        """End the run, if it has not ended, as the last caller was cancelled."""
        if not self._has_ended:
            self._is_cancelled = True
            self._txa.cancel(self._future)
            await self._txa.uncancelled(partial(self._txa.gather, [self._future]))
        self._report()

    def _end(self, _value: object) -> None:
        self._has_ended = True
        self._on_end()
        self._waiters.hand_all(None)

    def _fail(self, failure: IFailedFuture) -> None:
        if not isinstance(failure.value, self._txa.CancelledError):
            self._error = failure.value
        if not self._callers:
            self._report()
        self._end(None)

    def _report(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            self._txa.report(error, "a shared run has failed, and has no caller left")
