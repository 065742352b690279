"""A Deferred that remembers its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import AlreadyCalledError, CancelledError, Deferred
from twisted.python.failure import Failure

from txaio_common import UNSET, current_exception
from txaio_twisted._failures import exception_of, failure_of, traceback_of


if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from weakref import ref

    from txaio_twisted._coroutines import Runner
    from txaio_twisted._futures import TwistedFutures

    Listener = Callable[[Any], object]


class TwistedFuture(Deferred[Any]):
    """A Deferred whose outcome stays: each awaiter and callback sees it.

    Callbacks that are added natively form a chain of their own, as ever.
    """

    _outcome: Any = UNSET
    _listeners: tuple[Listener, ...] | list[Listener] = ()
    _runner: Runner | None = None
    _source: ref[Deferred[Any]] | None = None
    _cancelling = False

    _backend: TwistedFutures
    """Set by the backend that makes it."""

    def callback(self, result: Any) -> None:
        """Settle with *result*; ignored if cancelled."""
        if self._may_settle():
            self._settle(result)

    def errback(self, fail: Failure | BaseException | None = None) -> None:
        """Fail with *fail*; ignored if cancelled."""
        if self._may_settle():
            if not isinstance(fail, Failure):
                fail = failure_of(current_exception() if fail is None else fail)
            self._settle(fail)

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
            if source is not None:
                source.cancel()
            self._run_canceller()
            if not self.called:
                error = CancelledError(*(() if msg is None else (msg,)))
                self._settle(failure_of(error))

    def __await__(self) -> Generator[Deferred[Any], None, Any]:
        """Wait for the outcome and give it, as often as asked."""
        while self._outcome is UNSET:
            yield self
        outcome: Any = self._look()
        if isinstance(outcome, Failure):
            try:
                raise exception_of(outcome).with_traceback(traceback_of(outcome))
            finally:
                del self, outcome
        return outcome

    __iter__ = __await__

    def _may_settle(self) -> bool:
        if self._outcome is UNSET and not self._cancelling and self._runner is None:
            return True
        if self._cancelling or self._is_cancelled():
            return False
        if self._runner is not None and self._outcome is UNSET:
            msg = "a coroutine's future is settled by its return value"
            raise RuntimeError(msg)
        msg = f"{self!r} is settled already"
        raise AlreadyCalledError(msg)

    def _is_cancelled(self) -> bool:
        outcome = self._outcome
        return isinstance(outcome, Failure) and isinstance(
            outcome.value, CancelledError
        )

    def _settle(self, outcome: Any) -> None:
        self._outcome = outcome
        self._runner = self._source = None
        # Both of these do with a failure what is to be done with one.
        Deferred.callback(self, outcome)
        if isinstance(outcome, Failure) and isinstance(outcome.value, CancelledError):
            self._look()
        listeners = self._listeners
        if listeners:
            self._listeners = ()
            for listener in listeners:
                self._backend._queue.append((listener, self))
            self._backend._drain()

    def _look(self) -> Any:
        """Return the outcome, and do not report it as unhandled later."""
        if self._debugInfo is not None:
            self._debugInfo.failResult = None
        return self._outcome

    def _run_canceller(self) -> None:
        canceller, self._canceller = self._canceller, None
        if canceller is not None:
            try:
                canceller(self)
            except Exception as error:  # noqa: BLE001 - any error of the user's
                self._backend._report(f"error in the canceller {canceller!r}", error)
