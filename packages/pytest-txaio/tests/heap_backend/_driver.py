"""The driver: what `txaio_common` needs of a `Loop`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from typing import Any

from heap_backend._futures import HeapFuture, HeapOwner, HeapTask
from heap_backend._loop import Loop
from txaio_common import FailedFuture, FutureDriver, Handle, Statistics


class HeapDriver(FutureDriver):
    """The primitives, on one `Loop`."""

    name = "heap"
    future_type = own_type = HeapFuture
    cancelled_error = HeapFuture.cancelled_error
    invalid_state_error = HeapFuture.invalid_state_error

    def __init__(self, loop: Loop) -> None:
        self.loop = loop

    def now(self) -> float:
        return self.loop.now()

    def call_soon(self, fn: Callable[[], object], /) -> Handle:
        return self.loop.soon(fn)

    def call_at(self, when: float, fn: Callable[[], object], /) -> Handle:
        return self.loop.at(when, fn)

    def call_from_thread(self, fn: Callable[[], object], /) -> None:
        self.loop.from_thread(partial(copy_context().run, fn))

    def run_in_thread(self, fn: Callable[[], Any], /) -> HeapFuture:
        future, loop = self.create_future(), self.loop

        def settle(work: Future[Any]) -> None:
            error = work.exception()
            if error is None:
                future.resolve(work.result())
            else:
                future.reject(FailedFuture(error))

        work = loop.threads.submit(copy_context().run, fn)
        work.add_done_callback(lambda work: loop.from_thread(partial(settle, work)))
        return future

    def report(self, text: str, exception: BaseException, /) -> None:
        self.loop.report(text, exception)

    def create_future(self) -> HeapFuture:
        return HeapFuture(self.loop)

    def create_owner(
        self,
        owned: Sequence[Any],
        cancel_owned: Callable[[str | None], bool],
        /,
    ) -> HeapOwner:
        owner = HeapOwner(self.loop)
        owner.owned = owned
        owner.cancel_owned = cancel_owned
        return owner

    def set_canceller(self, future: Any, canceller: Callable[[Any], object], /) -> None:
        future.canceller = partial(copy_context().run, canceller)

    def spawn(self, coroutine: Coroutine[Any, Any, Any], /) -> HeapTask:
        task = HeapTask(self.loop, coroutine)
        self.loop.tasks.add(task)
        return task

    async def uncancelled(self, call: Callable[[], Awaitable[Any]], /) -> Any:
        task = self.loop.current
        task.enter_shield()
        try:
            return await call()
        finally:
            task.leave_shield()
            del task  # See `txaio_common.Outcome`.

    async def current_task(self) -> HeapTask | None:
        task: HeapTask | None = self.loop.current
        return task

    def statistics(self) -> Statistics:
        return Statistics(tasks=tuple(self.loop.tasks))
