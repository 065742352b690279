"""What cancels a block of a coroutine, together with a cancel scope of AnyIO.

As long as the body awaits one of our futures, it is cancelled as a task is, and sees
our `CancelledError` (see `txaio_common._base_task`).  Where it awaits something else
that blocks it, one of AnyIO's own functions or a native task, AnyIO's scope has to do,
which is around the same block: AnyIO raises its own exception there, and at each such
await after it, until the block is left.

The native task need not be one that the backend has started: that of `main` is not.
Then it gets an `AnyioTask` that stands for it, as long as it is in a scope.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from txaio_anyio._future import CancelledError
from txaio_anyio._scheduler import Scheduler
from txaio_anyio._task import AnyioTask
from txaio_common import TaskScope


def _exit(scope: anyio.CancelScope, error: BaseException | None) -> bool:
    if error is None:
        return bool(scope.__exit__(None, None, None))
    return bool(scope.__exit__(type(error), error, error.__traceback__))


class AnyioScope(TaskScope):
    """A scope in any native task."""

    task: AnyioTask
    _native: object
    _is_task_of_scope: bool = False

    def __init__(
        self,
        current_task: Callable[[], Awaitable[AnyioTask | None]],
        scheduler: Scheduler,
    ) -> None:
        """Work on the loop of *scheduler*."""
        super().__init__(current_task)
        self._scheduler = scheduler
        self._scope = anyio.CancelScope()

    async def enter(self) -> None:
        scheduler = self._scheduler
        self._native = native = scheduler.loop.current_task()
        if await self.current_task() is None:
            task = AnyioTask(scheduler)
            task.stands_for(native)
            scheduler.waiters[native] = task
            self._is_task_of_scope = True
        await super().enter()
        self.task.scopes[self._scope] = self._level, None
        self._scope.__enter__()

    def cancel(self) -> None:
        self._seen = self.cancellation.seen_at(self._level)
        self.task.cancel(level=self._level, scope=self._scope)

    async def leave(self, error: BaseException | None) -> bool:
        scheduler, scope = self._scheduler, self._scope
        self.check_leaves(await self.current_task() is self.task)
        text = self.cancellation.message
        try:
            was_native = _exit(scope, error) and error is not None
        finally:
            del self.task.scopes[scope]
            if self._is_task_of_scope:
                del scheduler.waiters[self._native]
            if scope.cancel_called:
                self.cancellation.resume()
            is_own = self.take_back(was_native or isinstance(error, CancelledError))
        if was_native and not is_own:
            # AnyIO has caught it, but there is another one.
            raise AnyioTask.cancellation_error(text)
        return is_own
