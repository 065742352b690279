"""Tasks that end with an object."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar, overload

from txaio_interfaces import IBackend, IFuture
from txaio_primitives._checks import check_function
from txaio_primitives._tasks import Tasks


P = ParamSpec("P")
T = TypeVar("T")


class Background:
    """Tasks that outlive the block of code that starts them, until `close`.

    For objects that have a method to close them. Where a block will do, use
    `TaskGroup`.
    When a task fails, its error is reported at once, or *on_error* is called with it;
    the other tasks go on.

    Raises `TypeError` if *on_error* cannot be called.
    """

    def __init__(
        self,
        txa: IBackend,
        on_error: Callable[[BaseException], object] | None = None,
    ) -> None:
        if on_error is not None:
            check_function(on_error, "on_error", "on_error=fn, not on_error=fn()")
        self._tasks = Tasks(txa)
        self._txa = txa
        self._on_error = on_error
        self._is_closed = False

    def __len__(self) -> int:
        """Return the number of tasks that run."""
        return len(self._tasks)

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

        It is run as by `as_future`. The future need not be kept.

        Raises `RuntimeError` after `close`, `TypeError` if *fn* is a coroutine: pass
        the function itself.
        """
        self._check_open()
        on_failure = self._on_error or self._report
        future = self._tasks.start(fn, args, kwargs, on_failure)
        if self._is_closed:
            # It was closed by the first step of the task, before that was known here.
            self._txa.cancel(future)
        return future

    def cancel(self) -> None:
        """Cancel all tasks that run, without waiting; others may be started."""
        self._tasks.cancel()

    async def close(self) -> None:
        """Cancel all tasks, and wait until they have ended; start no more.

        A task that calls this is cancelled itself. Closing again waits as well.
        """
        self._is_closed = True
        self._tasks.cancel()
        await self._tasks.wait()

    def _check_open(self) -> None:
        if self._is_closed:
            raise RuntimeError(
                "this Background is closed: start tasks before close(), or in a new one"
            )

    def _report(self, error: BaseException) -> None:
        self._txa.report(error, "a background task has failed")
