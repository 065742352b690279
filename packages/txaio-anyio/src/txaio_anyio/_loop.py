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

    new_event: Callable[[], Any]
    """Makes an event: tasks wait for it, and `set` resumes them."""

    current_task: Callable[[], Any]
    """Returns the native task that runs."""

    now: Callable[[], float]
    """The loop's monotonic clock, in seconds."""

    early: float
    """How many seconds too early the alarm may be."""

    grain: float = 0.0
    """By how many seconds `now` may be behind, where the clock is coarse."""

    start: Callable[..., object]
    """Calls a coroutine function in a task of its own, which has the given ``name``.

    It is one of the framework's tasks, as AnyIO's take half as long again or more.
    """

    new_scope: Callable[..., Any] = anyio.CancelScope
    """Makes a cancel scope."""

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
        """Wait for `wake`, or else until that time."""

    @abstractmethod
    def wake(self) -> None:
        """End the sleep, if there is one."""

    @abstractmethod
    def wake_at(self, when: float) -> None:
        """Have the sleep, if there is one, end at *when* instead."""

    @abstractmethod
    def close(self) -> None:
        """Give up the alarm."""
