"""A Deferred that keeps its outcome."""

from __future__ import annotations

from abc import ABCMeta
from asyncio import CancelledError as AsyncioCancelledError
from collections.abc import Callable, Generator
from contextvars import Context, copy_context
from functools import partial
from typing import Any, ClassVar
from weakref import ref

from twisted.internet import defer
from twisted.internet.defer import AlreadyCalledError, Deferred
from twisted.python.failure import Failure

from txaio_common import (
    BaseFuture,
    FailedOutcome,
    Outcome,
    OwningFuture,
    current_exception,
    traceback_of,
)
from txaio_twisted._failures import (
    DEFERREDS_CLEAN_FAILURES,
    CancelledError,
    failure_of,
    keep_traceback,
)
from txaio_twisted._queue import CallbackQueue, report


Listener = Callable[[Any], object]


class _FutureType(ABCMeta):
    """Asks for the class of an object, as other classes do.

    A Deferred is an ABC, whose own way to ask takes twice as long.
    """

    __instancecheck__: Any = type.__instancecheck__


class TwistedFuture(BaseFuture, Deferred[Any], metaclass=_FutureType):
    """A Deferred whose outcome stays: every awaiter and every callback sees it.

    Callbacks that are added natively form a chain of their own, as on any Deferred.

    The failure of a cancelled one is Twisted's ``CancelledError``.  What is raised at
    an await depends on what drives the coroutine: a task of ours raises ours, which is
    no `Exception`; Twisted, in its own coroutines, Twisted's.
    """

    cancelled_error: ClassVar[type[BaseException]] = CancelledError
    invalid_state_error: ClassVar[type[Exception]] = AlreadyCalledError

    _source: ref[Deferred[Any]] | None = None
    _on_cancel: tuple[Listener, Listener] | None = None
    _message: str | None = None
    """The text with which this was cancelled, if it follows a native chain."""

    def __init__(self, queue: CallbackQueue) -> None:
        """Be pending; callbacks are called by *queue*."""
        Deferred.__init__(self)
        self.queue = queue
        self.outcome: Outcome | None = None
        self._listeners: list[tuple[Context | None, Listener]] | None = None
        """Callbacks with their contexts, and what resumes coroutines, without one."""

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
        if self.called:
            # A native callback may have returned a Deferred, for which the chain waits.
            if self._chainedTo is not None:
                self._chainedTo.cancel()
            return
        self._message = message
        self._cancel_source()
        # Set before the canceller is called, which cannot change it.
        if self.outcome is None:
            self.outcome = outcome = self.cancelled(message)
            try:
                self._call_canceller()
            finally:
                self.settle(outcome)

    def __await__(self) -> Generator[Deferred[Any], None, Any]:
        """Wait for the outcome, and return the value or raise the exception."""
        try:
            if self.outcome is not None and self.outcome.is_cancellation:
                yield self  # What drives the coroutine raises its `CancelledError`.
            while self.outcome is None:
                yield self
            if self.outcome.failure is None:
                return self.outcome.value
            return self.retrieve().unwrap()
        finally:
            del self  # See `txaio_common.Outcome`.

    __iter__ = __await__

    # What the driver calls

    def cancelled(self, message: str | None) -> FailedOutcome:
        args = () if message is None else (message,)
        failure = failure_of(defer.CancelledError(*args))
        return FailedOutcome(failure, is_cancellation=True)

    def failed(self, failure: Failure) -> FailedOutcome:
        error: Any = failure.value
        if type(error) is CancelledError:
            native = defer.CancelledError(*error.args)
            failure = failure_of(native.with_traceback(traceback_of(failure)))
            return FailedOutcome(failure, is_cancellation=True)
        return super().failed(failure)

    @classmethod
    def raised(cls, failure: Failure) -> BaseException:
        """Return what a coroutine sees of *failure*, in which a Deferred ended."""
        error: Any = failure.value
        if isinstance(error, defer.CancelledError):
            error = cls.cancelled_error(*error.args)
        raised: BaseException = error.with_traceback(traceback_of(failure))
        return raised

    def retrieve(self) -> Outcome:
        if self._debugInfo is not None:
            self._debugInfo.failResult = None
        outcome: Any = self.outcome
        return outcome  # type: ignore[no-any-return]

    def settle(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._on_cancel = None
        failure = outcome.failure
        if DEFERREDS_CLEAN_FAILURES:
            keep_traceback(failure)
        # Up to Twisted 24.3, `callback` refuses a value that is a Deferred.
        self._startRunCallbacks(outcome.value if failure is None else failure)
        if self._debugInfo is not None and (failure is None or outcome.is_cancellation):
            # A value that is a Failure, or a cancellation, is nothing to report.
            self.retrieve()
        listeners = self._listeners
        if listeners is not None:
            self._listeners = None
            queue = self.queue
            cancelled = failure if outcome.is_cancellation else None
            for context, fn in listeners:
                # A coroutine that waits for its turn does not keep what woke it.
                argument = cancelled if context is None else self
                queue.callbacks.append((context, fn, argument))
            queue.drain()

    def listen(self, fn: Listener) -> None:
        """Call ``fn(self)``, in this context, once there is an outcome."""
        if self.outcome is not None:
            self.queue.call(fn, self, copy_context())
        elif self._listeners is None:
            self._listeners = [(copy_context(), fn)]
        else:
            self._listeners.append((copy_context(), fn))

    def wake(self, fn: Listener) -> None:
        """Call ``fn(failure)``, which has its own context, once there is an outcome.

        *failure* is None unless this was cancelled.
        """
        if self.outcome is not None:
            self.queue.call(
                fn, self.outcome.failure if self.outcome.is_cancellation else None
            )
        elif self._listeners is None:
            self._listeners = [(None, fn)]
        else:
            self._listeners.append((None, fn))

    def set_canceller(self, run: Listener, canceller: Listener) -> None:
        """Have ``run(self)`` call *canceller* if this is cancelled."""
        self._on_cancel = run, canceller

    def follow(self, source: Deferred[Any], callback: Any, *args: Any) -> None:
        """Cancel *source* together with this, and add *callback* to its chain."""
        self._source = ref(source)
        source.addBoth(callback, *args)

    def followed(self, failure: Failure) -> FailedOutcome:
        """Return the outcome of the chain that this follows, if that is *failure*.

        Deferreds are cancelled without a text: it is that with which this was.
        """
        outcome = self.failed(failure)
        if outcome.is_cancellation and not outcome.failure.value.args:
            return self.cancelled(self._message)
        return outcome

    def _cancel_source(self) -> None:
        source = None if self._source is None else self._source()
        if source is not None:
            source.cancel()

    def _call_canceller(self) -> None:
        if self._on_cancel is None:
            return
        (run, canceller), self._on_cancel = self._on_cancel, None
        try:
            run(self)
        except (KeyboardInterrupt, SystemExit) as error:
            self.queue.leave(error)
        except BaseException as error:  # noqa: BLE001 - any error of the user's
            report(f"error in the canceller {canceller!r}", error)


class TwistedOwner(OwningFuture, TwistedFuture):
    """The future of `gather` and `timeout`."""

    def cancel(self, message: str | None = None) -> None:
        """Cancel what this owns, before any of that goes on.

        Two members may await the same coroutine: it is cancelled once (X9).
        """
        self.queue.hold(partial(super().cancel, message))


def settle_from_deferred(result: Any, future: TwistedFuture) -> Any:
    """Settle *future* with the *result* of the native chain that it follows."""
    if not isinstance(result, Failure):
        if future.outcome is None:
            future.resolve(result)
        return result
    if isinstance(result.value, AsyncioCancelledError):
        result = failure_of(defer.CancelledError(*result.value.args))
    if future.outcome is None:
        future.settle(future.followed(result))
    # From here on it is the future that reports a failure.
    return None
