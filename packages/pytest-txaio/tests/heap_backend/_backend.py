"""The backend: what `txaio_common` needs of a loop, and `run`."""

from __future__ import annotations

from contextvars import copy_context
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any

from heap_backend._futures import (
    FAILED,
    PENDING,
    RESOLVED,
    CancelledError,
    HeapFuture,
    HeapTask,
    InvalidStateError,
)
from heap_backend._loop import Loop
from txaio_common import (
    GRACE,
    LEAST_GRACE,
    UNSET,
    FailedFuture,
    Futures,
    RecordEmitter,
    StdlibLogging,
    ThreadChecked,
    Timers,
    Unavailable,
    check_callable,
    check_grace,
    debug_mode,
    in_thread,
    start_main,
    wait_for,
)


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from concurrent.futures import Future

    from heap_backend._loop import Call
    from txaio_interfaces import IFailedFuture, IFuture

    Callback = Callable[[Any], object]

ENDED: Any = Unavailable("this heap backend has ended: use it inside main()")


class HeapBackend(Futures, Timers, StdlibLogging):
    """Everything a library needs, on a `Loop`."""

    CancelledError = CancelledError
    InvalidStateError = InvalidStateError
    _emitter = RecordEmitter(lambda: None)

    def __init__(self, loop: Loop) -> None:
        """Belong to *loop*, and to this thread."""
        self._loop = loop
        self._now = loop.now
        self._report_to = loop.report
        self._make_future = partial(HeapFuture, loop)
        self._thread = get_ident()

    @property
    def name(self) -> str:
        return "heap"

    def _report(self, text: str, exception: BaseException) -> None:
        self._report_to(text, exception)

    def _new_future(self, canceller: Callback | None) -> HeapFuture:
        return self._make_future(canceller)

    def resolve(self, future: Any, result: Any = None) -> None:
        future.settle(RESOLVED, result)

    def _reject(self, future: Any, exception: Exception) -> None:
        future.settle(FAILED, exception)

    def cancel(self, future: Any, msg: str | None = None) -> None:
        future.cancel(msg)

    def is_future(self, value: object) -> bool:
        return isinstance(value, HeapFuture)

    def is_called(self, future: Any) -> bool:
        return future.state is not PENDING

    def add_callbacks(
        self,
        future: Any,
        callback: Callback | None,
        errback: Callable[[IFailedFuture], object] | None,
    ) -> Any:
        if callback is None and errback is None:
            raise ValueError("add_callbacks needs a callback, an errback or both")
        if not isinstance(future, HeapFuture):
            kind = type(future).__name__
            raise TypeError(f"future must be a future of this backend, not {kind!r}")

        def tell(settled: HeapFuture) -> None:
            if settled.state is RESOLVED:
                if callback is not None:
                    callback(settled.result())
            elif errback is not None:
                errback(FailedFuture(settled.error()))

        future.listen(tell)
        return future

    def _on_settled(self, future: Any, fn: Callback) -> None:
        future.listen(fn)

    def _failure(self, future: Any) -> IFailedFuture | None:
        error = future.error()
        return None if error is None else FailedFuture(error)

    def _outcome(self, future: Any) -> Any:
        if future.state is PENDING:
            return UNSET
        return self._failure(future) or future.result()

    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> HeapTask:
        try:
            return HeapTask(self._loop, coroutine)
        except RuntimeError:
            coroutine.close()
            raise

    def _adopt(self, awaitable: Awaitable[Any]) -> HeapTask:
        return self._spawn(wait_for(awaitable))

    async def uncancelled(
        self, fn: Callable[..., Awaitable[Any]], /, *args: Any, **kwargs: Any
    ) -> Any:
        task = self._loop.current
        task.shelters += 1
        try:
            return await fn(*args, **kwargs)
        finally:
            task.shelters -= 1
            # The frames of a failure keep this one, and would keep the task with it.
            del task

    def _call_soon(self, fn: Callable[[], object]) -> Call:
        return self._loop.soon(fn)

    def _call_after(self, delay: float, fn: Callable[[], object]) -> Call:
        return self._loop.later(delay, fn)

    def call_from_thread(
        self, fn: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> None:
        check_callable(fn, "fn")
        call = partial(fn, *args, **kwargs)
        self._loop.from_thread(partial(copy_context().run, call))

    def run_in_thread(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> IFuture[Any]:
        future, loop = self._new_future(None), self._loop

        def take(work: Future[Any]) -> None:
            error = work.exception()
            if error is None:
                future.settle(RESOLVED, work.result())
            else:
                future.settle(FAILED, error)

        work = loop.threads.submit(in_thread(copy_context(), fn, args, kwargs))
        work.add_done_callback(lambda work: loop.from_thread(partial(take, work)))
        return future

    def _end(self, grace: float) -> None:
        """Cancel the coroutines that still run, and let them clean up."""
        loop = self._loop
        deadline = loop.now() + grace

        def sweep() -> None:
            for task in tuple(loop.tasks):
                task.cancel()
                if loop.now() > deadline:
                    task.interrupt()
            loop.later(LEAST_GRACE, sweep)

        loop.soon(sweep)
        loop.turn()
        while loop.tasks:
            loop.turn()
        loop.threads.shutdown()
        self._loop = self._now = self._make_future = ENDED


class CheckedHeapBackend(ThreadChecked, HeapBackend):
    """The backend in debug mode."""


def run(
    main: Callable[..., Awaitable[Any]],
    *args: Any,
    loop: Loop | None = None,
    grace: float = GRACE,
    debug: bool | None = None,
) -> Any:
    """Run ``main(backend, *args)`` on *loop*, or a new one, and return its value."""
    seconds = check_grace(grace)
    loop = loop or Loop()
    backend = (CheckedHeapBackend if debug_mode(debug) else HeapBackend)(loop)

    async def live() -> Any:
        return await start_main(main, backend, args)

    running = backend._spawn(live())
    try:
        while running.state is PENDING:
            loop.turn()
    finally:
        backend._end(seconds)
    return running.result()
