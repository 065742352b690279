"""A Deferred that remembers its outcome."""

from __future__ import annotations

from asyncio import CancelledError as FutureCancelledError
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import AlreadyCalledError, CancelledError, Deferred
from twisted.python.failure import Failure

from txaio_common import UNSET, current_exception
from txaio_twisted._coroutines import Runner, cancellation
from txaio_twisted._failures import exception_of, failure_of, traceback_of


if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from weakref import ref

    from txaio_interfaces import IFailedFuture
    from txaio_twisted._futures import TwistedFutures

    Listener = Callable[[Any], object]


class TwistedFuture(Deferred[Any]):
    """A Deferred whose outcome stays: each awaiter and callback sees it.

    Callbacks that are added natively form a chain of their own, as ever.
    """

    _outcome: Any = UNSET
    _failed = False
    """Whether the outcome is a failure, and not a value that happens to be one."""
    _listeners: tuple[()] | list[Listener | Runner] = ()
    _runner: Runner | None = None
    _source: ref[Deferred[Any]] | None = None
    _cancelling = False

    _backend: TwistedFutures
    """Set by the backend that makes it."""

    def callback(self, result: Any) -> None:
        """Settle with *result*; ignored if cancelled."""
        if self._may_settle():
            self._settle(result, failed=isinstance(result, Failure))

    def errback(self, fail: Failure | BaseException | None = None) -> None:
        """Fail with *fail*; ignored if cancelled."""
        if self._may_settle():
            if not isinstance(fail, Failure):
                fail = failure_of(current_exception() if fail is None else fail)
            self._settle(fail, failed=True)

    def cancel(self, msg: str | None = None) -> None:
        """End a plain future at once, a coroutine's when the coroutine has."""
        if self.called:
            # It may wait for a Deferred that a native callback returned.
            super().cancel()
        elif self._runner is not None:
            self._runner.cancel(msg)
        elif not self._cancelling:
            self._cancelling = True
            source = None if self._source is None else self._source()
            try:
                if source is not None:
                    source.cancel()
                self._run_canceller()
            finally:
                if not self.called:
                    self._settle(failure_of(cancellation(msg)), failed=True)

    def __await__(self) -> Generator[Deferred[Any], None, Any]:
        """Wait for the outcome and give it, as often as asked."""
        while self._outcome is UNSET:
            yield self
        outcome: Any = self._look()
        if self._failed:
            try:
                raise exception_of(outcome).with_traceback(traceback_of(outcome))
            finally:
                del self, outcome
        return outcome

    __iter__ = __await__

    def _listen(self, listener: Listener | Runner) -> None:
        if self._listeners:
            self._listeners.append(listener)
        else:
            self._listeners = [listener]

    def _may_settle(self) -> bool:
        pending = self._outcome is UNSET
        if pending and not self._cancelling and self._runner is None:
            return True
        if self._cancelling or self._is_cancelled():
            return False
        if pending:
            msg = "a coroutine's future is settled by its return value"
            raise RuntimeError(msg)
        msg = f"{self!r} is settled already"
        raise AlreadyCalledError(msg)

    def _is_cancelled(self) -> bool:
        return self._failed and isinstance(self._outcome.value, CancelledError)

    def _settle(self, outcome: Any, *, failed: bool) -> None:
        self._outcome = outcome
        self._failed = failed
        self._runner = self._source = None
        Deferred.callback(self, outcome)
        if self._debugInfo is not None and (not failed or self._is_cancelled()):
            self._look()
        listeners = self._listeners
        if listeners:
            self._listeners = ()
            queue = self._backend._queue
            for listener in listeners:
                # What waits for its turn does not keep the future that woke it.
                if isinstance(listener, Runner):
                    queue.append((listener.step, None))
                else:
                    queue.append((listener, self))
            self._backend._drain()

    def _look(self) -> Any:
        """Return the outcome, and do not report it as unhandled later."""
        if self._debugInfo is not None:
            self._debugInfo.failResult = None
        return self._outcome

    def _run_canceller(self) -> None:
        canceller: Any
        canceller, self._canceller = self._canceller, None
        if canceller is not None:
            try:
                canceller(self)
            except (KeyboardInterrupt, SystemExit) as error:
                self._backend._leave(error)
            except BaseException as error:  # noqa: BLE001 - any error of the user's
                text = f"error in the canceller {canceller.args[0]!r}"
                self._backend._report(text, error)


def call_either(
    callback: Callable[[Any], object] | None,
    errback: Callable[[IFailedFuture], object] | None,
    future: TwistedFuture,
) -> None:
    """Call *callback* or *errback* with the outcome of *future*, which is settled."""
    if not future._failed:
        if callback is not None:
            callback(future._outcome)
    elif errback is not None:
        errback(future._look())


def take_over(result: Any, future: TwistedFuture) -> Any:
    """Settle *future* with the *result* of the native chain that it follows."""
    if isinstance(result, Failure) and isinstance(result.value, FutureCancelledError):
        result = failure_of(CancelledError(*result.value.args))
    if future._outcome is UNSET:
        future._settle(result, failed=isinstance(result, Failure))
    # From here on it is the future that answers for a failure.
    return None if isinstance(result, Failure) else result
