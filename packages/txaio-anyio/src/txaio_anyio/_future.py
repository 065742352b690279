"""The future that AnyIO lacks."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextvars import Context, copy_context
from typing import Any, ClassVar

from txaio_anyio._scheduler import ENDED, Scheduler
from txaio_common import BaseFuture, Outcome, OwningFuture, UnretrievedFailure


Listener = Callable[[Any], object]


class CancelledError(BaseException):
    """What was awaited, or the coroutine that awaited it, was cancelled.

    It is no `Exception`, as it is no failure.  AnyIO's own cancellation is another
    matter: it belongs to a cancel scope.
    """


class InvalidStateError(Exception):
    """The future is settled already."""


class Waiter:
    """A native task, while it waits for a future.

    The futures of coroutines are waiters, too, as long as their coroutine runs.
    """

    awaited: AnyioFuture | None = None
    """The future that it waits for."""
    error: BaseException | None = None
    """What the wait raises when it ends, in place of the outcome."""

    def begin_wait(self, future: AnyioFuture) -> None:
        """Wait for *future*."""
        self.awaited = future

    def end_wait(self) -> None:
        """Wait no longer."""
        self.awaited = None

    def is_interrupted(self) -> bool:
        """Tell whether a native cancellation is meant as one of ours."""
        return False

    def abandon(self) -> None:
        """Resume with an error what waits for a future that nothing will settle."""
        if self.awaited is not None and self.awaited.outcome is None:
            self.error = RuntimeError(ENDED)
            self.awaited.wake()


class AnyioFuture(BaseFuture):
    """A result that comes later, to await or to hand to the backend's methods."""

    __slots__ = (
        "__weakref__",
        "_listeners",
        "_on_cancel",
        "_parked",
        "_scheduler",
        "_unretrieved",
        "outcome",
    )

    cancelled_error: ClassVar[type[BaseException]] = CancelledError
    invalid_state_error: ClassVar[type[Exception]] = InvalidStateError

    def __init__(self, scheduler: Scheduler) -> None:
        """Be pending; callbacks are called by *scheduler*."""
        self._scheduler = scheduler
        self.outcome: Outcome | None = None
        self._parked: Any = None
        """The native tasks that wait for the outcome, once there is a list of them."""
        self._listeners: list[tuple[Context, Listener]] | None = None
        self._on_cancel: tuple[Context, Listener] | None = None
        self._unretrieved: UnretrievedFailure | None = None

    def __await__(self) -> Generator[Any, Any, Any]:
        """Wait for the outcome, and return the value or raise the exception."""
        try:
            if self.outcome is None:
                yield from self._wait().__await__()
            if self.outcome is not None and self.outcome.failure is None:
                return self.outcome.value
            return self.retrieve().unwrap()
        finally:
            del self  # See `txaio_common.Outcome`.

    # What the driver calls

    def retrieve(self) -> Outcome:
        if self._unretrieved is not None:
            self._unretrieved.mark_retrieved()
        outcome: Any = self.outcome
        return outcome  # type: ignore[no-any-return]

    def settle(self, outcome: Outcome) -> None:
        self.outcome = outcome
        scheduler = self._scheduler
        if outcome.failure is not None and not outcome.is_cancellation:
            self._unretrieved = UnretrievedFailure(scheduler.report, outcome.failure)
        if self._parked:
            scheduler.loop.unpark(self._parked)
        on_cancel = self._on_cancel
        if on_cancel is not None:
            self._on_cancel = None
            if outcome.is_cancellation:
                context, canceller = on_cancel
                scheduler.push(context.run, canceller, self)
        listeners = self._listeners
        if listeners is not None:
            self._listeners = None
            for context, fn in listeners:
                scheduler.push(context.run, fn, self)

    def listen(self, fn: Listener) -> None:
        """Call ``fn(self)``, in this context, once there is an outcome."""
        context = copy_context()
        if self.outcome is not None:
            self._scheduler.push(context.run, fn, self)
        elif self._listeners is None:
            self._listeners = [(context, fn)]
        else:
            self._listeners.append((context, fn))

    def set_canceller(self, canceller: Listener) -> None:
        """Call ``canceller(self)``, in this context, if this is cancelled."""
        self._on_cancel = copy_context(), canceller

    def wake(self) -> None:
        """Resume what waits for this; it waits on unless it has a reason not to."""
        self._scheduler.loop.unpark(self._parked)

    async def _wait(self) -> None:
        """Wait for the outcome, as the native task that runs.

        A native cancellation, of a scope or of an asyncio task, cancels the future that
        is awaited as any other cancellation does.  It is raised on, unless it is how a
        task of ours was interrupted: then that sees how the future has ended.
        """
        scheduler = self._scheduler
        if scheduler.has_ended:
            raise RuntimeError(ENDED)
        loop = scheduler.loop
        native = loop.current_task()
        waiter = scheduler.waiters.get(native)
        is_foreign = waiter is None
        if waiter is None:
            waiter = scheduler.waiters[native] = Waiter()
        if self._parked is None:
            self._parked = {}
        waiter.begin_wait(self)
        try:
            # It may have been cancelled by then.
            while self.outcome is None and waiter.error is None:
                await loop.park(self._parked)
        except loop.cancelled:
            await self._end_for(waiter)
            if not waiter.is_interrupted():
                raise
            if self.outcome is None:
                waiter.error = CancelledError()
        finally:
            waiter.end_wait()
            error, waiter.error = waiter.error, None
            if is_foreign:
                del scheduler.waiters[native]
            del waiter
        try:
            if error is not None:
                self.retrieve()  # It was awaited, so a failure is not reported.
                raise error
        finally:
            del self, error  # See `txaio_common.Outcome`.

    async def _end_for(self, waiter: Waiter) -> None:
        """End before *waiter*, which is cancelled, goes on."""
        self.cancel()
        scheduler = self._scheduler
        if self.outcome is None and not (scheduler.has_ended or self.path_to(waiter)):
            with scheduler.loop.new_scope(shield=True):
                await scheduler.loop.park(self._parked)


class AnyioOwner(OwningFuture, AnyioFuture):
    """The future of `gather` and `timeout`."""
