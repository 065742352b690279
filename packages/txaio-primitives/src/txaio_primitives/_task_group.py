"""Tasks that end with the block of code that starts them.

The body of the block is in a scope without a deadline, which a failure cancels. At the
end of the block the scope is left first, and then the tasks are waited for: so what is
raised while they end comes from outside, and is no cancellation of the group's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import inf
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, overload

from txaio_interfaces import IBackend, IFuture, IMoveOnScope
from txaio_primitives._tasks import Tasks


P = ParamSpec("P")
T = TypeVar("T")


class TaskGroup:
    """Tasks that end with a block: ``async with TaskGroup(txa) as group:``.

    The block ends when its tasks have ended.
    The first error, of a task or of the body, cancels all others. When they have ended,
    the block raises an `ExceptionGroup` (PEP 654) of this error and of those that came
    meanwhile. A task that was cancelled has not failed.
    If the block is cancelled from outside, by `cancel` or by the deadline of a scope
    around it, its tasks are cancelled, and end first.

    To enter it raises `RuntimeError` where to enter a scope does, see `fail_after`.
    """

    def __init__(self, txa: IBackend) -> None:
        self._tasks = Tasks(txa)
        self._txa = txa
        self._scope: IMoveOnScope | None = None
        self._is_cancelled = False
        self._has_ended = False
        self._errors: list[BaseException] = []

    @overload
    def start_soon(
        self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]: ...

    @overload
    def start_soon(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]: ...

    def start_soon(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Run *fn* with the arguments as a task, and return its future.

        It is run as by `as_future`. In a group that was cancelled, or where a task has
        failed, it is cancelled at its first await, as in Trio. (asyncio raises an
        error; but whether an earlier task has failed by now is unspecified.)

        Raises `RuntimeError` before the block begins and after its end, `TypeError` if
        *fn* is a coroutine: pass the function itself.
        """
        if self._scope is None:
            raise RuntimeError(
                "enter the group first: `async with TaskGroup(txa) as …`"
            )
        if self._has_ended:
            raise RuntimeError(
                "the block of this task group has ended: start tasks inside it, or in"
                " another group"
            )
        future = self._tasks.start(fn, args, kwargs, self._fail)
        if self._is_cancelled:
            self._txa.cancel(future)
        return future

    def cancel(self) -> None:
        """Cancel the tasks and the body; the block ends without an error of its own.

        Again, and after the end, it does nothing.
        """
        if not self._is_cancelled:
            self._is_cancelled = True
            self._tasks.cancel()
            if self._scope is not None:
                self._scope.cancel()

    async def __aenter__(self) -> Self:
        if self._scope is not None:
            raise RuntimeError("a task group is entered once: make another for a block")
        scope = self._txa.move_on_after(inf)
        if self._is_cancelled:
            scope.cancel()
        await scope.__aenter__()
        self._scope = scope
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        if self._scope is None:
            raise RuntimeError("a task group was left before it was entered")
        swallows = await self._scope.__aexit__(kind, error, traceback)
        if error is not None:
            self.cancel()
        own = [error] if isinstance(error, Exception) else []
        await self._end(is_failed=bool(own))
        self._errors += own
        is_cancelled = isinstance(error, self._txa.CancelledError)
        if not own and error is not None and not is_cancelled:
            self._report_errors()  # What ends the program comes in no group.
        self._raise_errors()
        return swallows

    async def _end(self, *, is_failed: bool) -> None:
        """Wait for the tasks; raise what interrupts this, unless there are errors.

        *is_failed* tells whether there is one already.
        """
        try:
            await self._tasks.wait()
        except BaseException:
            self.cancel()
            await self._txa.uncancelled(self._tasks.wait)
            if not (is_failed or self._errors):
                raise
        finally:
            self._has_ended = True

    def _fail(self, error: BaseException) -> None:
        self._errors.append(error)
        self.cancel()

    def _report_errors(self) -> None:
        for error in self._errors:
            self._txa.report(error, "a task of a group has failed")
        self._errors.clear()

    def _raise_errors(self) -> None:
        errors, self._errors = self._errors, []
        if errors:
            raise BaseExceptionGroup(
                "unhandled errors in a TaskGroup", errors
            ) from None
