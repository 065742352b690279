"""A Deferred that keeps its outcome."""

from __future__ import annotations

from asyncio import CancelledError as AsyncioCancelledError
from collections.abc import Callable, Generator
from typing import Any
from weakref import ref

from twisted.internet.defer import AlreadyCalledError, CancelledError, Deferred
from twisted.python.failure import Failure

from txaio_common import Outcome, current_exception
from txaio_twisted._failures import failure_of
from txaio_twisted._queue import CallbackQueue, report


Listener = Callable[[Any], object]


class TwistedFuture(Deferred[Any]):
    """A Deferred whose outcome stays: every awaiter and every callback sees it.

    Callbacks that are added natively form a chain of their own, as on any Deferred.
    """

    _outcome: Outcome | None = None
    _listeners: list[tuple[Listener, bool]] | None = None
    """Each with whether it takes the future, as callbacks do and coroutines do not."""
    _source: ref[Deferred[Any]] | None = None
    _is_cancelling = False
    _on_cancel: tuple[Listener, Listener] | None = None

    def __init__(self, queue: CallbackQueue) -> None:
        """Be pending; callbacks are called by *queue*."""
        super().__init__()
        self._queue = queue

    # Twisted's own methods

    def callback(self, result: Any) -> None:
        """Settle with *result*; ignored if cancelled."""
        if isinstance(result, Failure):
            self.reject(result)
        else:
            self.resolve(result)

    def errback(self, fail: Failure | BaseException | None = None) -> None:
        """Fail with *fail*; ignored if cancelled."""
        if not isinstance(fail, Failure):
            fail = failure_of(current_exception() if fail is None else fail)
        self.reject(fail)

    def cancel(self, message: str | None = None) -> None:
        """Settle as cancelled, after the canceller was called."""
        if self._outcome is not None:
            # It may wait for a Deferred that a native callback returned.
            super().cancel()
        elif not self._is_cancelling:
            self._is_cancelling = True
            source = None if self._source is None else self._source()
            try:
                if source is not None:
                    source.cancel()
                self._call_canceller()
            finally:
                if self._outcome is None:
                    self.settle(cancelled_outcome(message))

    def __await__(self) -> Generator[Deferred[Any], None, Any]:
        """Wait for the outcome, and return the value or raise the exception."""
        while self._outcome is None:
            yield self
        try:
            return self.retrieve().unwrap()
        finally:
            del self  # See `txaio_common.Outcome`.

    __iter__ = __await__

    # What the driver calls

    @property
    def outcome(self) -> Outcome | None:
        """The outcome, None while pending; to see it does not count as retrieving."""
        return self._outcome

    def resolve(self, value: Any) -> None:
        """Settle with *value*; do nothing if cancelled."""
        if self._accepts_outcome():
            self.settle(Outcome(value))

    def reject(self, failure: Failure) -> None:
        """Fail with *failure*; do nothing if cancelled."""
        if self._accepts_outcome():
            self.settle(failed_outcome(failure))

    def retrieve(self) -> Outcome:
        """Return the outcome, which is there; Twisted does not report it any more."""
        if self._debugInfo is not None:
            self._debugInfo.failResult = None
        outcome: Any = self._outcome
        return outcome  # type: ignore[no-any-return]

    def settle(self, outcome: Outcome) -> None:
        """Take the *outcome*, whatever else this stands for."""
        self._outcome = outcome
        self._source = self._on_cancel = None
        failure = outcome.failure
        Deferred.callback(self, outcome.value if failure is None else failure)
        if self._debugInfo is not None and (failure is None or outcome.is_cancellation):
            # A value that is a Failure, or a cancellation, is nothing to report.
            self.retrieve()
        listeners = self._listeners
        if listeners is not None:
            self._listeners = None
            queue = self._queue
            for fn, takes_future in listeners:
                # A coroutine that waits for its turn does not keep what woke it.
                queue.append(fn, self if takes_future else None)
            queue.drain()

    def listen(self, fn: Listener) -> None:
        """Call ``fn(self)`` once there is an outcome."""
        self._listen(fn, takes_future=True)

    def wake(self, fn: Listener) -> None:
        """Call ``fn(None)`` once there is an outcome."""
        self._listen(fn, takes_future=False)

    def _listen(self, fn: Listener, *, takes_future: bool) -> None:
        if self._outcome is not None:
            self._queue.call(fn, self if takes_future else None)
        elif self._listeners is None:
            self._listeners = [(fn, takes_future)]
        else:
            self._listeners.append((fn, takes_future))

    def set_canceller(self, run: Listener, canceller: Listener) -> None:
        """Have ``run(self)`` call *canceller* if this is cancelled."""
        self._on_cancel = run, canceller

    def follow(self, source: Deferred[Any], callback: Any, *args: Any) -> None:
        """Cancel *source* together with this, and add *callback* to its chain."""
        self._source = ref(source)
        source.addBoth(callback, *args)

    def _accepts_outcome(self) -> bool:
        outcome = self._outcome
        if self._is_cancelling or (outcome is not None and outcome.is_cancellation):
            return False
        if outcome is None:
            return True
        msg = f"{self!r} is settled already"
        raise AlreadyCalledError(msg)

    def _call_canceller(self) -> None:
        if self._on_cancel is None:
            return
        (run, canceller), self._on_cancel = self._on_cancel, None
        try:
            run(self)
        except (KeyboardInterrupt, SystemExit) as error:
            self._queue.leave(error)
        except BaseException as error:  # noqa: BLE001 - any error of the user's
            report(f"error in the canceller {canceller!r}", error)


def cancellation(message: str | None) -> CancelledError:
    """Return what is raised where something that was cancelled is awaited."""
    return CancelledError() if message is None else CancelledError(message)


def cancelled_outcome(message: str | None) -> Outcome:
    """Return the outcome of what is cancelled; *message* is the exception's text."""
    return Outcome(failure=failure_of(cancellation(message)), is_cancellation=True)


def failed_outcome(failure: Failure) -> Outcome:
    """Return the outcome of what fails with *failure*, or is cancelled by it."""
    is_cancellation = isinstance(failure.value, CancelledError)
    return Outcome(failure=failure, is_cancellation=is_cancellation)


def settle_from_deferred(result: Any, future: TwistedFuture) -> Any:
    """Settle *future* with the *result* of the native chain that it follows."""
    if isinstance(result, Failure):
        if isinstance(result.value, AsyncioCancelledError):
            result = failure_of(CancelledError(*result.value.args))
        if future.outcome is None:
            future.settle(failed_outcome(result))
        # From here on it is the future that reports a failure.
        return None
    if future.outcome is None:
        future.settle(Outcome(result))
    return result
