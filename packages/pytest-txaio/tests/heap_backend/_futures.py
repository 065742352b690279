"""Futures, and those whose outcome is a coroutine's."""

from __future__ import annotations

from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator
    from contextvars import Context
    from types import TracebackType

    from heap_backend._loop import Loop

    Listener = Callable[[Any], object]

PENDING = "pending"
RESOLVED = "resolved"
FAILED = "failed"
CANCELLED = "cancelled"


class CancelledError(Exception):
    """What was awaited, or the coroutine that awaited it, was cancelled."""


class InvalidStateError(Exception):
    """The future is settled already."""


class HeapFuture:
    """A result that comes later, and stays."""

    __slots__ = (
        "__weakref__",
        "_canceller",
        "_listeners",
        "_loop",
        "_traceback",
        "_unseen",
        "_value",
        "state",
    )

    def __init__(self, loop: Loop, canceller: Listener | None = None) -> None:
        self._loop = loop
        if canceller is not None:
            context: Any = copy_context()
            canceller = partial(context.run, canceller)
        self._canceller = canceller
        self._listeners: list[tuple[Context, Listener]] = []
        self._value: Any = None
        self._traceback: TracebackType | None = None
        self._unseen = False
        self.state = PENDING

    def __del__(self) -> None:
        if self._unseen:
            self._loop.report("a future failed, and nobody looked at it", self._value)

    def settle(self, state: str, value: Any) -> None:
        """Take the outcome; ignored if cancelled.

        Raises `InvalidStateError` if there is one already.
        """
        if self.state is CANCELLED:
            return
        if self.state is not PENDING:
            raise InvalidStateError(f"the future is {self.state} already")
        self.state = state
        self._value = value
        if state is not RESOLVED:
            # Each time that it is raised, an exception's own grows.
            self._traceback = value.__traceback__
        self._unseen = state is FAILED
        if state is CANCELLED and self._canceller is not None:
            self._loop.soon(partial(self._canceller, self))
        for context, fn in self._listeners:
            self._loop.soon(partial(context.run, fn, self))
        self._canceller = None
        self._listeners = []

    def listen(self, fn: Listener) -> None:
        """Have ``fn(self)`` called, in this context, once there is an outcome."""
        if self.state is PENDING:
            self._listeners.append((copy_context(), fn))
        else:
            self._loop.soon(partial(copy_context().run, fn, self))

    def cancel(self, msg: str | None = None) -> None:
        """Settle it as cancelled, if it is pending."""
        if self.state is PENDING:
            self.settle(CANCELLED, cancellation(msg))

    def error(self) -> Any:
        """Return the exception of a settled future, looked at, or None."""
        if self.state is RESOLVED:
            return None
        self._unseen = False
        return self._value.with_traceback(self._traceback)

    def result(self) -> Any:
        """Return the value of a settled future, or raise its exception."""
        try:
            if self.state is RESOLVED:
                return self._value
            raise self.error()
        finally:
            # What is raised keeps this frame, and would keep the future with it.
            del self

    def __await__(self) -> Generator[HeapFuture, None, Any]:
        try:
            if self.state is PENDING:
                yield self
            return self.result()
        finally:
            del self


class HeapTask(HeapFuture):
    """The future of a coroutine, which it takes from one await to the next."""

    __slots__ = (
        "_awaited",
        "_cancelling",
        "_context",
        "_coroutine",
        "_throw",
        "shelters",
    )

    def __init__(self, loop: Loop, coroutine: Coroutine[Any, Any, Any]) -> None:
        super().__init__(loop)
        self._coroutine = coroutine
        self._context = copy_context()
        self._awaited: HeapFuture | None = None
        self._throw: Exception | None = None
        self._cancelling = False
        self.shelters = 0
        """How many calls of `uncancelled` the coroutine is in."""
        loop.tasks.add(self)
        loop.soon(self._step)

    def settle(self, state: str, value: Any) -> None:
        if self.state is PENDING:
            raise RuntimeError("a coroutine's future is settled by its return value")
        super().settle(state, value)

    def cancel(self, msg: str | None = None) -> None:
        """Have the coroutine see it once: it may clean up in peace."""
        if not self._cancelling:
            self._cancelling = True
            self.interrupt(msg)

    def interrupt(self, msg: str | None = None) -> None:
        """Cancel what the coroutine awaits, or else what it will await next."""
        awaited = self._awaited
        if self.shelters or awaited is None or awaited.state is not PENDING:
            self._throw = cancellation(msg)
        else:
            # This comes back when the awaited has ended, clean-up included.
            awaited.cancel(msg)

    def _step(self, _settled: HeapFuture | None = None) -> None:
        """Take the coroutine to its next await, or to its end."""
        loop, throw = self._loop, None if self.shelters else self._throw
        loop.current = self
        self._awaited = None
        try:
            if throw is None:
                awaited = self._context.run(self._coroutine.send, None)
            else:
                self._throw = None
                awaited = self._context.run(self._coroutine.throw, throw)
            self._await(awaited)
        except StopIteration as stop:
            self._end(RESOLVED, stop.value)
        except CancelledError as error:
            self._end(CANCELLED, error)
        except Exception as error:  # noqa: BLE001 - whatever the coroutine raises
            self._end(FAILED, error)
        except BaseException:
            self._end(CANCELLED, CancelledError())
            raise
        finally:
            loop.current = None
            # The frames of a failure keep this one, which must not keep the failure.
            del self, throw, _settled

    def _await(self, awaited: Any) -> None:
        if not isinstance(awaited, HeapFuture):
            kind = type(awaited).__name__
            self._raise(TypeError(f"a coroutine on a heap cannot await {kind!r}"))
            return
        if awaited is self:
            self._raise(RuntimeError("a coroutine cannot await its own future"))
            return
        self._awaited = awaited
        awaited.listen(self._step)
        if self._throw is not None and not self.shelters:
            throw, self._throw = self._throw, None
            awaited.cancel(*throw.args)

    def _raise(self, error: Exception) -> None:
        """Have the coroutine see *error* where it awaits."""
        self._throw = error
        self._loop.soon(self._step)

    def _end(self, state: str, value: Any) -> None:
        if state is not RESOLVED and value.__traceback__ is not None:
            # Its first frame is that of `_step`, and of no use to its reader.
            value = value.with_traceback(value.__traceback__.tb_next)
        self._loop.tasks.discard(self)
        super().settle(state, value)


def cancellation(msg: str | None) -> CancelledError:
    """Return what a cancelled coroutine sees."""
    return CancelledError() if msg is None else CancelledError(msg)
