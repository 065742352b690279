"""The tasks of a `TaskGroup` or a `Background`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from txaio_interfaces import IBackend, IFailedFuture, IFuture
from txaio_primitives._checks import check_function
from txaio_primitives._wait_queue import WaitQueue


class Tasks:
    """Tasks that run, and waiters for their end."""

    def __init__(self, txa: IBackend) -> None:
        self._ended = WaitQueue[None](txa)
        self._txa = txa
        self._running: dict[IFuture[Any], None] = {}
        """The futures, in the order in which they were started."""

    def __len__(self) -> int:
        """Return the number of tasks that run."""
        return len(self._running)

    def start(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        on_failure: Callable[[BaseException], object],
    ) -> IFuture[Any]:
        """Call *fn* as `as_future` does, and keep its future while it runs.

        If it fails, *on_failure* is called with its exception; if it was cancelled, it
        has not failed. The function is kept no longer than the future: it is a method
        of the owner of this, and would be a reference cycle.
        """
        check_function(fn, "fn", "start_soon(fn, 1), not start_soon(fn(1))")
        future = self._txa.as_future(fn, *args, **kwargs)
        self._running[future] = None
        ended = partial(self._end, future)
        failed = partial(self._fail, on_failure, future)
        self._txa.add_callbacks(future, ended, failed)
        return future

    def cancel(self) -> None:
        """Cancel all that run."""
        for future in list(self._running):
            self._txa.cancel(future)

    async def wait(self) -> None:
        """Wait until none runs; to be cancelled meanwhile cancels none of them."""
        while self._running:
            await self._ended.wait()

    def _end(self, future: IFuture[Any], _value: object) -> None:
        self._running.pop(future, None)
        if not self._running:
            self._ended.hand_all(None)

    def _fail(
        self,
        on_failure: Callable[[BaseException], object],
        future: IFuture[Any],
        failure: IFailedFuture,
    ) -> None:
        error = failure.value
        # It is not if *fn* returned the same future twice.
        is_running = future in self._running
        try:
            if is_running and not isinstance(error, self._txa.CancelledError):
                on_failure(error)
        finally:
            self._end(future, None)
