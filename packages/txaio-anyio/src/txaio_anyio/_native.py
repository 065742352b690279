"""The future that AnyIO lacks."""

from __future__ import annotations

from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextvars import Context
    from types import TracebackType

    from txaio_anyio._coroutines import AnyioTask
    from txaio_anyio._pump import Pump

    Listener = Callable[[Any], object]

PENDING: Final = "pending"
RESOLVED: Final = "resolved"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"


class CancelledError(Exception):
    """What was awaited, or the coroutine that awaited it, was cancelled.

    AnyIO's own cancellation is another matter: it belongs to a cancel scope.
    """


class InvalidStateError(Exception):
    """The future is settled already."""


class Unseen:
    """Goes with a failure that nobody has looked at, and tells of it in dying."""

    __slots__ = ("_report", "error")

    def __init__(
        self, report: Callable[[str, BaseException], object], error: BaseException
    ) -> None:
        self._report = report
        self.error: BaseException | None = error

    def __del__(self) -> None:
        if self.error is not None:
            self._report("a future failed, and nobody looked at it", self.error)


class AnyioFuture:
    """A result that comes later, to await or to hand to the backend's methods."""

    __slots__ = (
        "__weakref__",
        "_canceller",
        "_event",
        "_listeners",
        "_pump",
        "_traceback",
        "_unseen",
        "_value",
        "state",
    )

    def __init__(self, pump: Pump, canceller: Listener | None = None) -> None:
        self._pump = pump
        if canceller is not None:
            context: Any = copy_context()
            canceller = partial(context.run, canceller)
        self._canceller = canceller
        self.state: str = PENDING
        self._value: Any = None
        self._traceback: TracebackType | None = None
        self._unseen: Unseen | None = None
        self._listeners: list[tuple[Context, Listener]] | None = None
        self._event: Any = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.state} at {id(self):#x}>"

    def settle(self, state: str, value: Any) -> None:
        """Take the outcome; ignored if cancelled.

        Raises `InvalidStateError` if there is one already.
        """
        if self.state is not PENDING:
            if self.state is CANCELLED:
                return
            raise InvalidStateError(f"the future is {self.state} already")
        self.state = state
        self._value = value
        if state is FAILED:
            self._traceback = value.__traceback__
            self._unseen = Unseen(self._pump.report, value)
        if self._event is not None:
            self._event.set()
        if self._canceller is not None:
            if state is CANCELLED:
                self._pump.push(self._canceller, self)
            self._canceller = None
        if self._listeners is not None:
            listeners, self._listeners = self._listeners, None
            for context, fn in listeners:
                self._pump.push(context.run, fn, self)

    def listen(self, fn: Listener) -> None:
        """Have ``fn(self)`` called, in this context, once there is an outcome."""
        if self.state is not PENDING:
            self._pump.push(copy_context().run, fn, self)
        elif self._listeners is None:
            self._listeners = [(copy_context(), fn)]
        else:
            self._listeners.append((copy_context(), fn))

    def cancel(self, msg: str | None = None) -> None:
        """Settle it as cancelled, if it is pending."""
        if self.state is PENDING:
            self.settle(CANCELLED, cancellation(msg))

    def error(self) -> Any:
        """Return the exception of a settled future, looked at, or None."""
        if self.state is RESOLVED:
            return None
        if self._unseen is not None:
            self._unseen.error = None
            self._unseen = None
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

    def __await__(self) -> Generator[Any, Any, Any]:
        try:
            if self.state is PENDING:
                yield from self._wait().__await__()
            return self.result()
        finally:
            del self

    async def _wait(self) -> None:
        pump = self._pump
        loop = pump.loop
        if self._event is None:
            self._event = loop.new_event()
        native = loop.current_task()
        mark = pump.waits.setdefault(native, self)
        if mark is not self:
            # The wait that comes next was to be cancelled.
            self.cancel(*mark.error().args[:1])
            pump.waits[native] = self
        try:
            await self._event.wait()
        except loop.cancelled:
            task = pump.running.get(native)
            await self._end_for(task)
            if task is None or not task.is_interrupted():
                raise
            del task, pump.waits[native]
        finally:
            undisturbed = pump.waits.pop(native, None) is self
        if not undisturbed:
            raise pump.interruption(native)

    async def _end_for(self, awaiter: AnyioTask | None) -> None:
        """End, before the *awaiter*, which is cancelled, goes on."""
        del awaiter
        self.cancel()

    def abandon(self) -> bool:
        """Resume those that wait in vain; tell whether they do."""
        if self.state is PENDING:
            self._event.set()
        return self.state is PENDING


def cancellation(msg: str | None) -> CancelledError:
    """Return what a cancelled coroutine sees."""
    return CancelledError() if msg is None else CancelledError(msg)
