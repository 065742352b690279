"""What cancels a block of a coroutine: the part of a scope that differs by loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable

from txaio_common._base_task import BaseTask
from txaio_common._cancellation import Cancellation


NO_TASK = (
    "a scope works in the coroutines that a backend runs, and in tasks of its framework"
    " (on Twisted, not in coroutines that Twisted itself drives): run the coroutine"
    " with as_future(fn)"
)


class CancelScope(ABC):
    """Cancels the coroutine that has entered it, as long as it has not left."""

    was_seen: bool
    """Whether the coroutine has seen that cancellation, once it has left.

    Only a scope that has cancelled it need say so.
    """

    @abstractmethod
    async def enter(self) -> None:
        """Begin the block, in the coroutine that calls this.

        Raises `RuntimeError` where nothing could cancel that coroutine.
        """

    @abstractmethod
    def cancel(self) -> None:
        """Cancel the coroutine; called once, after `enter` and before `leave`."""

    @abstractmethod
    async def leave(self, error: BaseException | None) -> bool:
        """End the block, which *error* has ended, if anything.

        Return whether *error* is the cancellation of this scope, which ends here.  It
        does not if something else has cancelled the coroutine as well, a scope outside
        of this one say.  A cancellation that the coroutine has not seen is withdrawn.

        After it, this does not refer to the task any more: if the coroutine fails, its
        frames refer to this (see `Outcome`).

        Raises `RuntimeError` in a coroutine that has not entered it.
        """

    @staticmethod
    def check_leaves(is_same: bool) -> None:
        """Raise `RuntimeError` unless what leaves *is_same* as what has entered."""
        if not is_same:
            raise RuntimeError(
                "a scope was left in another task than it was entered in: use"
                " `async with` in one coroutine, and not in an async generator or a"
                " fixture that another task goes on with"
            )


class TaskScope(CancelScope):
    """A scope in the coroutine of a `BaseTask`."""

    task: BaseTask
    cancellation: Cancellation
    _before: int
    _level: int
    was_seen: bool
    _seen: int | None = None

    def __init__(self, current_task: Callable[[], Awaitable[BaseTask | None]]) -> None:
        """Ask *current_task* for the task of the coroutine that enters."""
        self.current_task = current_task

    async def enter(self) -> None:
        task = await self.current_task()
        if task is None:
            raise RuntimeError(NO_TASK)
        self.task = task
        self.cancellation = task.cancellation
        self._before = self.cancellation.requests
        self._level = self.cancellation.level

    def cancel(self) -> None:
        self._seen = self.cancellation.seen_at(self._level)
        self.task.cancel(level=self._level)
        del self  # See `txaio_common.Outcome`.

    async def leave(self, error: BaseException | None) -> bool:
        self.check_leaves(await self.current_task() is self.task)
        return self.take_back(isinstance(error, self.task.cancelled_error))

    def take_back(self, is_cancelled: bool) -> bool:
        """Take back the cancellation; tell whether it is that which ended the block.

        *is_cancelled* tells whether a cancellation did.  It need not be that one of
        several which the coroutine has seen first.
        """
        cancellation = self.cancellation
        del self.task, self.cancellation
        if self._seen is None:
            return False
        was_seen = cancellation.seen != self._seen
        cancellation.requests -= 1
        if not was_seen:
            cancellation.withdraw()
        is_alone = cancellation.requests <= self._before
        self.was_seen = was_seen or (is_cancelled and is_alone)
        return is_cancelled and is_alone
