"""Coroutines that run on Deferreds."""

from __future__ import annotations

from contextvars import copy_context
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.defer import CancelledError, Deferred

from txaio_twisted._failures import failure_of


if TYPE_CHECKING:
    from collections.abc import Coroutine

    from txaio_twisted._futures import TwistedFutures
    from txaio_twisted._native import TwistedFuture


def cancellation(msg: str | None) -> CancelledError:
    """Return what a coroutine that is cancelled sees."""
    return CancelledError() if msg is None else CancelledError(msg)


def _is_chained(deferred: Deferred[Any]) -> bool:
    """Tell whether *deferred* was called, and waits for another that was returned."""
    return getattr(deferred, "_chainedTo", None) is not None


class Runner:
    """Takes a coroutine from one await to the next, in a context of its own.

    It is what `asyncio.Task` is on asyncio.
    Twisted's own driver resumes inside the callbacks of what was awaited, which
    recurses, and lets a second `cancel` interrupt the clean-up after the first.
    """

    __slots__ = (
        "_awaited",
        "_backend",
        "_context",
        "_coroutine",
        "_failed",
        "_outcome",
        "_throw",
        "cancelling",
        "future",
        "siblings",
    )

    def __init__(
        self,
        backend: TwistedFutures,
        coroutine: Coroutine[Any, Any, Any],
        future: TwistedFuture,
    ) -> None:
        """Run *coroutine* for *future*, which takes its outcome."""
        self._backend = backend
        self._coroutine = coroutine
        self._context = copy_context()
        self._awaited: Deferred[Any] | None = None
        self._throw: BaseException | None = None
        self._outcome: Any = None
        self._failed = False
        self.cancelling = False
        self.future: TwistedFuture | None = future
        self.siblings: set[Runner] | None = None

    def cancel(self, msg: str | None = None) -> None:
        """Raise `CancelledError` at the await, once: it may clean up in peace.

        Where coroutines await each other it is the innermost that sees it first.
        """
        inner: Runner | None = self
        while inner is not None and not inner.cancelling:
            inner.cancelling = True
            inner = inner._cancel_awaited(msg)
        if inner is not None:
            inner._leave_circle(msg)

    def interrupt(self, msg: str | None = None) -> None:
        """Cancel what is awaited, or else the next that will be, once more.

        A coroutine that is awaited is told by whoever interrupts them all.
        """
        self._cancel_awaited(msg)
        self._leave_circle(msg)

    def _leave_circle(self, msg: str | None) -> None:
        """Raise at the await if it is for one that waits, by whatever way, for this."""
        inner, walked = self._awaited_runner(), set[Runner]()
        while inner is not None and inner is not self and inner not in walked:
            walked.add(inner)
            inner = inner._awaited_runner()
        if inner is self:
            self._throw = cancellation(msg)
            self._backend._enqueue(self.step, None)

    def _awaited_runner(self) -> Runner | None:
        """Return what runs the coroutine whose future is awaited, if it is one's."""
        runner: Runner | None = getattr(self._awaited, "_runner", None)
        return runner

    def _cancel_awaited(self, msg: str | None) -> Runner | None:
        """Cancel what is awaited, unless it is a coroutine: then return its runner."""
        awaited = self._awaited
        if awaited is None or (awaited.called and not _is_chained(awaited)):
            self._throw = cancellation(msg)
            return None
        inner = self._awaited_runner()
        if inner is None:
            self._backend.cancel(awaited, msg)
        return inner

    def raise_next(self, error: BaseException) -> None:
        """Have the next step raise *error* at the await."""
        if self._throw is None:
            self._throw = error

    def step(self, _settled: object) -> None:
        """Resume the coroutine; see what it awaits next, or how it ended."""
        if self.future is None:
            return  # It ended before what it had awaited.
        self._awaited = None
        backend = self._backend
        outer, backend._current = backend._current, self
        try:
            ended = self._advance()
        except BaseException:
            self._fail(CancelledError())
            self._end()
            raise
        finally:
            backend._current = outer
        if ended:
            self._end()

    def _advance(self) -> bool:
        # The traceback of a failure keeps this frame and those that called it: were
        # the future, or the failure, a local name there, a cycle would delay the
        # report of an error that nobody looks at.
        try:
            if self._throw is None:
                awaited = self._context.run(self._coroutine.send, None)
            else:
                awaited = self._context.run(self._throw_in)
            self._wait_for(awaited)
        except StopIteration as stop:
            self._outcome = stop.value
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever the coroutine raises
            self._fail(error)
        else:
            return False
        return True

    def _fail(self, error: BaseException) -> None:
        self._outcome = failure_of(error)
        self._failed = True

    def _throw_in(self) -> Any:
        error, self._throw = self._throw, None
        try:
            return self._coroutine.throw(cast("BaseException", error))
        finally:
            del error

    def _wait_for(self, awaited: Any) -> None:
        if not isinstance(awaited, Deferred) or awaited is self.future:
            self._refuse(awaited)
            return
        self._awaited = awaited
        if self._throw is not None and not awaited.called:
            error, self._throw = self._throw, None
            self._backend.cancel(awaited, *error.args[:1])
        self._backend._resume_after(awaited, self)

    def _refuse(self, awaited: object) -> None:
        """Raise at the await of what can never resume the coroutine."""
        msg = f"a coroutine on Twisted cannot await {type(awaited).__name__!r}"
        if awaited is self.future:
            msg = "a coroutine cannot await its own future"
        self._throw = RuntimeError(msg)
        self._backend._enqueue(self.step, None)

    def _end(self) -> None:
        outcome, self._outcome = self._outcome, None
        future: Any = self.future
        self.future = None
        if self.siblings is not None:
            self.siblings.discard(self)
        future._settle(outcome, failed=self._failed)
