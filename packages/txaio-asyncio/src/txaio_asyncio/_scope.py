"""What cancels a block of a task."""

from __future__ import annotations

import asyncio
from typing import Any

from txaio_asyncio._task import CANCELLATIONS
from txaio_common import NO_TASK, CancelScope


Task = asyncio.Task[Any]


class AsyncioScope(CancelScope):
    """Cancels a block of a task, which may be any task of asyncio."""

    was_seen: bool
    _task: Task
    _before: int
    _number: int | None = None
    """The number of this scope's request, if there is one."""

    async def enter(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError(NO_TASK)
        self._task = task
        self._before = CANCELLATIONS.requests(task)

    def cancel(self) -> None:
        if self._task is asyncio.current_task(self._task.get_loop()):
            CANCELLATIONS.cancel_running(self._task)
        else:
            CANCELLATIONS.cancel_task(self._task, None)
        self._number = CANCELLATIONS.number()

    async def leave(self, error: BaseException | None) -> bool:
        task = self._task
        self.check_leaves(task is asyncio.current_task())
        del self._task
        if self._number is None:
            return False
        self.was_seen = self._number < CANCELLATIONS.seen(task).until
        CANCELLATIONS.take_back(task, was_seen=self.was_seen)
        is_own = (
            isinstance(error, asyncio.CancelledError)
            and CANCELLATIONS.requests(task) <= self._before
        )
        self.was_seen = self.was_seen or is_own
        return is_own
