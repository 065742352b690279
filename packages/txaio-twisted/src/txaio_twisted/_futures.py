"""Futures that are Deferreds, settled and followed as the contract says."""

from __future__ import annotations

from asyncio import isfuture
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary, ref

from twisted.internet.defer import AlreadyCalledError, CancelledError, Deferred
from twisted.python.failure import Failure

from txaio_common import UNSET, Futures, call_and_wait, wait_for
from txaio_twisted._coroutines import Runner
from txaio_twisted._failures import exception_of, failure_of, traceback_of
from txaio_twisted._native import TwistedFuture, call_either, take_over
from txaio_twisted._queue import TwistedQueue


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import ParamSpec, TypeVar

    from txaio_interfaces import IFailedFuture, IFuture
    from txaio_twisted._native import Listener

    P = ParamSpec("P")
    T = TypeVar("T")

DEEP = 20
"""Coroutines that start each other, so deep, do it in turn instead of recursion."""


class TwistedFutures(Futures, TwistedQueue):
    """The primitives, on `TwistedFuture`; native Deferreds are adopted."""

    _a_future: ClassVar[str] = "a Deferred"
    CancelledError: ClassVar[type[BaseException]] = CancelledError
    InvalidStateError: ClassVar[type[Exception]] = AlreadyCalledError

    _make_future: Callable[..., TwistedFuture]
    _nesting: int
    """How many coroutines are starting, one inside the other."""
    _runners: set[Runner]
    _sheltered: set[Runner]
    """Those that the end of the backend does not cancel."""
    _current: Runner | None
    _adopted: WeakKeyDictionary[Deferred[Any], TwistedFuture]

    def _new_future(self, canceller: Callable[[Any], object] | None) -> TwistedFuture:
        if canceller is not None:
            run: Any = copy_context().run
            canceller = partial(run, canceller)
        future = self._make_future(canceller)
        future._backend = self
        return future

    def resolve(self, future: Any, result: Any = None) -> None:
        if isinstance(future, TwistedFuture):
            if future._may_settle():
                future._settle(result, failed=False)
        elif isinstance(future, Deferred):
            future.callback(result)
        else:
            raise self._no_future(future)

    def reject(self, future: Any, error: Any = None) -> None:
        if isinstance(error, Failure) and not isinstance(
            error.value, CancelledError | StopIteration
        ):
            self._fail(future, error)
        else:
            super().reject(future, error)

    def _reject(self, future: Any, exception: Exception) -> None:
        self._fail(future, failure_of(exception))

    def _fail(self, future: Any, failure: Failure) -> None:
        if not isinstance(future, Deferred):
            raise self._no_future(future)
        future.errback(failure)

    def cancel(self, future: Any, msg: str | None = None) -> None:
        if isinstance(future, TwistedFuture):
            future.cancel(msg)
        elif isinstance(future, Deferred):
            future.cancel()
        else:
            raise self._no_future(future)

    def is_future(self, obj: object) -> bool:
        return isinstance(obj, Deferred)

    def is_called(self, future: Any) -> bool:
        try:
            return future.called  # type: ignore[no-any-return]
        except AttributeError:
            raise self._no_future(future) from None

    def add_callbacks(
        self,
        future: IFuture[T],
        callback: Callable[[T], object] | None,
        errback: Callable[[IFailedFuture], object] | None,
    ) -> IFuture[T]:
        if callback is None and errback is None:
            raise ValueError("add_callbacks needs a callback, an errback or both")
        run: Any = copy_context().run
        self._on_settled(future, partial(run, call_either, callback, errback))
        return future

    def _on_settled(self, future: Any, fn: Listener) -> None:
        if not isinstance(future, TwistedFuture):
            if not self.is_future(future):
                raise self._no_future(future)
            future = self._adopt(future)
        if future._outcome is UNSET:
            future._listen(fn)
        else:
            self._enqueue(fn, future)

    def _resume_after(self, deferred: Deferred[Any], runner: Runner) -> None:
        """Resume *runner* once *deferred* has a result."""
        if not isinstance(deferred, TwistedFuture):
            self._resume_in_chain(deferred, runner)
        elif deferred._outcome is UNSET:
            deferred._listen(runner)
        else:
            self._enqueue(runner.step, None)

    def _resume_in_chain(self, deferred: Deferred[Any], runner: Runner) -> None:
        """Resume *runner* with the result of the chain that *deferred* is by now."""
        deferred.addBoth(self._take, runner)

    def _take(self, result: Any, runner: Runner) -> Any:
        """Take a failure out of the chain, as who awaits it does; leave a value."""
        if isinstance(result, Failure):
            error = exception_of(result)
            runner.raise_next(error.with_traceback(traceback_of(result)))
            result = None
        self._enqueue(runner.step, None)
        return result

    def _failure(self, future: Any) -> Any:
        outcome = future._look()
        return outcome if future._failed else None

    def _outcome(self, future: Any) -> Any:
        return future._look()

    def _ensure(self, awaitable: Any) -> Any:
        if isinstance(awaitable, TwistedFuture):
            return awaitable
        if isinstance(awaitable, Deferred):
            return self._adopt(awaitable)
        return super()._ensure(awaitable)

    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> TwistedFuture:
        return self._start(coroutine, self._runners)

    def _start(
        self, coroutine: Coroutine[Any, Any, Any], runners: set[Runner]
    ) -> TwistedFuture:
        """Run *coroutine*, as one of *runners* while it does."""
        try:
            future = self._new_future(None)
        except RuntimeError:
            coroutine.close()
            raise
        future._runner = runner = Runner(self, coroutine, future)
        # A traceback from the first step keeps this frame: see `Runner`.
        kept = [future]
        del future
        if self._nesting < DEEP:
            self._nesting += 1
            try:
                self._run(runner.step, None)
            finally:
                self._nesting -= 1
        else:
            self._enqueue(runner.step, None)
        if runner.future is not None:
            runners.add(runner)
            runner.siblings = runners
        return kept.pop()

    def _adopt(self, awaitable: Any) -> TwistedFuture:
        if isfuture(awaitable):
            awaitable = Deferred.fromFuture(awaitable)
        if not isinstance(awaitable, Deferred):
            return self._spawn(wait_for(awaitable))
        future = self._adopted.get(awaitable)
        if future is None:
            self._adopted[awaitable] = future = self._new_future(None)
            future._source = ref(awaitable)
            awaitable.addBoth(take_over, future)
        return future

    async def uncancelled(
        self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        inner = self._start(call_and_wait(fn, args, kwargs), self._sheltered)
        interrupted: tuple[Any, ...] | None = None
        runner: Any = self._current
        undisturbed = runner is not None and not runner.cancelling
        while not inner.called:
            try:
                await self.shield(inner)
            except CancelledError as error:
                # The inner one may have raised it, unless the outer was cancelled.
                if (undisturbed and runner.cancelling) or not inner.called:
                    interrupted = error.args[:1]
            except Exception:  # noqa: BLE001 - raised from the inner future below
                break
        if interrupted is not None and runner is not None:
            runner.interrupt(*interrupted)
        return await inner  # type: ignore[no-any-return]
