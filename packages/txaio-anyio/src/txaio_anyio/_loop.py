"""What a backend needs of the loop under AnyIO, beside what AnyIO has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import anyio
from anyio.abc import TaskGroup


class Loop(ABC):
    """The loop that runs when this is made, and the alarm that wakes the scheduler."""

    name: str
    """What the loop is called in messages."""

    cancelled: type[BaseException]
    """Raised at an await whose cancel scope was cancelled."""

    current_task: Callable[[], Any]
    """Returns the native task that runs."""

    now: Callable[[], float]
    """The loop's monotonic clock, in seconds."""

    early: float
    """How many seconds too early the alarm may be."""

    grain: float = 0.0
    """By how many seconds `now` may be behind, where the clock is coarse."""

    start: Callable[..., object]
    """Calls `AnyioTask.run` in a task of its own, which has the given ``name``.

    It is one of the framework's tasks, as AnyIO's take half as long again or more.
    """

    new_scope: Callable[..., Any] = anyio.CancelScope
    """Makes a cancel scope."""

    asleep: dict[Any, None]
    """What is parked in `sleep`: the scheduler, or nothing."""

    post: Callable[..., object]
    """Has a function called in the loop's thread; may be used in any thread."""

    def stray_task(self) -> Any:
        """Return the native task that runs, if such tasks may run on when main ends."""
        return None

    async def open_group(self) -> TaskGroup:
        """Enter the group that ends when the backend does, and return it.

        After it, `start` may be used.
        """
        group = anyio.create_task_group()
        await group.__aenter__()
        return group

    @abstractmethod
    async def park(self, parked: dict[Any, None]) -> None:
        """Wait until `unpark` is called with the same dictionary, new at first."""

    @abstractmethod
    def unpark(self, parked: dict[Any, None]) -> None:
        """Resume the tasks that wait in `park`, if there are any."""

    def alarm(self) -> AbstractContextManager[object]:
        """Return what is to be around the sleeps.

        It may be left at the end of a sleep, without an error: enter another then.
        """
        return nullcontext()

    @abstractmethod
    async def pause(self) -> None:
        """Let the other tasks have their turn."""

    @abstractmethod
    async def sleep(self, until: float) -> None:
        """Park in `asleep`, but not for longer than until that time."""

    @abstractmethod
    def wake_at(self, when: float) -> None:
        """Have the sleep, if there is one, end at *when* instead."""

    @abstractmethod
    def close(self) -> None:
        """Give up the alarm."""
