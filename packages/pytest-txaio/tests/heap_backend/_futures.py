"""Futures, and those of coroutines."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, copy_context
from functools import partial
from typing import Any

from heap_backend._loop import Loop
from txaio_common import (
    BaseFuture,
    BaseTask,
    FailedFuture,
    Outcome,
    OwningFuture,
    UnretrievedFailure,
)


Listener = Callable[[Any], object]


class CancelledError(BaseException):
    """What was awaited, or the coroutine that awaited it, was cancelled."""


class InvalidStateError(Exception):
    """The future is settled already."""


class HeapFuture(BaseFuture):
    """A result that comes later, and stays."""

    cancelled_error = CancelledError
    invalid_state_error = InvalidStateError

    outcome: Outcome | None = None
    canceller: Listener | None = None
    _unretrieved: UnretrievedFailure | None = None

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self._listeners: list[tuple[Context, Listener]] = []

    def settle(self, outcome: Outcome) -> None:
        self.outcome = outcome
        if outcome.is_cancellation:
            if self.canceller is not None:
                self.loop.soon(partial(self.canceller, self))
        elif outcome.failure is not None:
            self._unretrieved = UnretrievedFailure(self.loop.report, outcome.failure)
        for context, fn in self._listeners:
            self.loop.soon(partial(context.run, fn, self))
        self.canceller = None
        self._listeners = []

    def listen(self, fn: Listener) -> None:
        """Call ``fn(self)``, in this context, once there is an outcome."""
        if self.outcome is None:
            self._listeners.append((copy_context(), fn))
        else:
            self.loop.soon(partial(copy_context().run, fn, self))

    def retrieve(self) -> Outcome:
        if self._unretrieved is not None:
            self._unretrieved.mark_retrieved()
        return self.outcome

    def __await__(self) -> Generator[HeapFuture, None, Any]:
        try:
            while self.outcome is None:
                yield self
            return self.retrieve().unwrap()
        finally:
            del self  # See `txaio_common.Outcome`.


class HeapOwner(OwningFuture, HeapFuture):
    """The future of `gather` and `timeout`."""


class HeapTask(BaseTask, HeapFuture):
    """The future of a coroutine, which it takes from one await to the next."""

    def __init__(self, loop: Loop, coroutine: Coroutine[Any, Any, Any]) -> None:
        super().__init__(loop)
        self.coroutine = coroutine
        self._context = copy_context()
        self._error: BaseException | None = None
        """What the next step raises: the coroutine awaited what is no future."""
        loop.soon(self._step)

    def is_waiting(self) -> bool:
        return self.awaited is not None and self.awaited.outcome is None

    def cancel_wait(self, message: str | None) -> None:
        self.awaited.cancel(message)

    def force(self, message: str | None) -> None:
        self.cancellation.interrupt(message, waits=False)
        self.loop.soon(self._step)

    def interrupt(self) -> None:
        """Cancel what the coroutine awaits once more."""
        if self.cancellation.interrupt(None, waits=self.is_waiting()):
            self.awaited.cancel()

    def _step(self, _settled: HeapFuture | None = None) -> None:
        """Take the coroutine to its next await, or to its end."""
        if self.outcome is not None:
            return  # It was forced more than once.
        loop, error = self.loop, self.resume_error() or self._error
        loop.current = self
        self.awaited = self._error = None
        try:
            if error is None:
                awaited = self._context.run(self.coroutine.send, None)
            else:
                awaited = self._context.run(self.coroutine.throw, error)
            self._wait_for(awaited)
        except StopIteration as stop:
            outcome = Outcome()
            outcome.value = stop.value
            self._end(outcome)
        except (Exception, CancelledError) as raised:  # noqa: BLE001 - any error
            self._end(self.failed(FailedFuture(raised)))
        except BaseException:
            self._end(self.cancelled(None))
            raise
        finally:
            loop.current = None
            # The frames of a failure keep this one: see `txaio_common.Outcome`.
            del self, error, _settled

    def _wait_for(self, awaited: Any) -> None:
        if awaited is self:
            self._error = RuntimeError("a coroutine cannot await its own future")
            self.loop.soon(self._step)
        elif not isinstance(awaited, HeapFuture):
            kind = type(awaited).__name__
            self._error = TypeError(f"a coroutine on a heap cannot await {kind!r}")
            self.loop.soon(self._step)
        else:
            self.awaited = awaited
            awaited.listen(self._step)
            if awaited.outcome is None and self.cancellation.take():
                awaited.cancel(self.cancellation.message)

    def _end(self, outcome: Outcome) -> None:
        self.loop.tasks.discard(self)
        self.coroutine = None
        self.settle(outcome)
