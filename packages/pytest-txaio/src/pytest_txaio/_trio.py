"""What Trio needs to be tested on: a clock that jumps, and a future."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from math import inf
from typing import Any, NoReturn

import anyio.to_thread
import trio
from outcome import Error
from trio.abc import Clock
from trio.lowlevel import current_statistics, reschedule
from trio.testing import wait_all_tasks_blocked

from pytest_txaio._time import STUCK_DELAY, VirtualTime


MAX_SLEEP = 86400.0
"""What Trio is told to wait for: more seconds than it ever does."""


class VirtualClock(Clock):
    """A clock that jumps to the next deadline when no task can run.

    Trio's own does, too, but it cannot say that there is no deadline.
    """

    def __init__(self, time: VirtualTime, on_stuck: Callable[[], object]) -> None:
        self.time = time
        self.on_stuck = on_stuck

    def start_clock(self) -> None:
        """Do nothing: time begins where it is."""

    def current_time(self) -> float:
        """Return the virtual time."""
        return self.time.now

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Return no seconds if *deadline* has come, and else as many as Trio takes."""
        return 0.0 if deadline <= self.time.now else MAX_SLEEP

    async def jump(self) -> None:
        """Make the next deadline now, whenever nothing else can happen."""
        while True:
            await wait_all_tasks_blocked()
            left = current_statistics().seconds_to_next_deadline
            if left < inf:
                self.time.jump(left, _threads_work())
            else:
                await self._check_stuck()

    async def _check_stuck(self) -> None:
        await wait_all_tasks_blocked(STUCK_DELAY)
        if current_statistics().seconds_to_next_deadline == inf and not _may_be_woken():
            self.on_stuck()


def _may_be_woken() -> bool:
    """Tell whether a socket is watched, or a thread works, for any task."""
    sockets: Any = current_statistics().io_statistics
    return (
        # One of Trio's own tasks waits to be woken.
        getattr(sockets, "tasks_waiting_read", 0) > 1
        or getattr(sockets, "tasks_waiting_write", 0) > 0
        or _threads_work()
    )


def _threads_work() -> bool:
    # Threads that have worked stay for a while, so they are no sign of it.
    limiters = (
        trio.to_thread.current_default_thread_limiter(),
        anyio.to_thread.current_default_thread_limiter(),
    )
    return any(limiter.borrowed_tokens for limiter in limiters)


def task_and_descendants(task: Any) -> Iterator[Any]:
    """Yield *task*, and all tasks that it began."""
    yield task
    for nursery in task.child_nurseries:
        for child in tuple(nursery.child_tasks):
            # The backend's own task is the last to end, and serves the others.
            if child.name != "txaio":
                yield from task_and_descendants(child)


def lift_shields(task: Any) -> None:
    """Let cancellation through to *task*, and to all tasks that it began."""
    for each in task_and_descendants(task):
        status = each._cancel_status
        while status is not None:
            status._scope.shield = False
            status = status._parent


def interrupt(task: Any, kind: type[BaseException]) -> None:
    """Raise *kind* in *task*, and in all tasks that it began, where they wait.

    Trio does so with Control-C, and only in the main task.
    """

    def raise_kind() -> NoReturn:
        raise kind

    for each in list(task_and_descendants(task)):
        if each._abort_func is not None:
            each._attempt_abort(raise_kind)
        if each._next_send_fn is None and not _waits_for_children(each):
            # It waits for a thread, which nobody can stop.
            reschedule(each, Error(kind()))
        elif each._next_send is not None:
            each._next_send = Error(kind())


def _waits_for_children(task: Any) -> bool:
    return any(nursery._parent_waiting_in_aexit for nursery in task.child_nurseries)


class TrioFuture:
    """An awaitable object that another task settles."""

    def __init__(self) -> None:
        self._settled = trio.Event()
        self._outcome: Any = None

    def set_result(self, result: Any) -> None:
        """Settle it with a value, or with an exception to raise."""
        self._outcome = result
        self._settled.set()

    set_exception = set_result

    def __await__(self) -> Generator[Any, Any, Any]:
        """Wait until it is settled."""
        yield from self._settled.wait().__await__()
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome
