"""Trio in virtual time, how to end a Trio run, and a future for Trio.

Time: Trio asks its clock how long to sleep until the next deadline.
`VirtualClock` answers with `MAX_SLEEP`, so Trio does not wake by itself; instead the
system task `jump` waits until all other tasks are blocked, and moves the time to the
next deadline.
If there is no deadline, no socket and no thread, the run is stuck.
`trio.testing.MockClock` with `autojump_threshold=0` does the first half, but it does
not say when there is no deadline.

Order: Trio resumes the tasks that are ready in a random order, by a generator of its
own.
`seeded_order` seeds it, and has Trio sort the tasks before it shuffles them, as Trio's
own plugin for Hypothesis does.

Ending: Trio has no `stop()`, and cancellation is refused by shields and can be caught.
`lift_shields` removes the first obstacle; `interrupt` then raises an exception in each
task where it waits, as Trio does for Control-C, but in all tasks.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from math import inf
from typing import Any, ClassVar, NoReturn

import anyio.to_thread
import trio
from outcome import Error
from trio.abc import Clock, Instrument
from trio.lowlevel import (
    Task,
    add_instrument,
    checkpoint,
    current_statistics,
    current_task,
    remove_instrument,
    reschedule,
)
from trio.testing import wait_all_tasks_blocked

from pytest_txaio._time import STUCK_DELAY, VirtualTime


MAX_SLEEP = 86400.0
"""The seconds for which Trio sleeps at most, before it checks again."""


class VirtualClock(Clock):
    """A clock whose time jumps to the next deadline when no task can run."""

    def __init__(self, time: VirtualTime, on_stuck: Callable[[], object]) -> None:
        self.time = time
        self.on_stuck = on_stuck

    def start_clock(self) -> None:
        """Do nothing: time continues from where it is."""

    def current_time(self) -> float:
        """Return the virtual time."""
        return self.time.now

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Return 0 if *deadline* has passed, and `MAX_SLEEP` otherwise."""
        return 0.0 if deadline <= self.time.now else MAX_SLEEP

    async def jump(self) -> None:
        """Move the time to the next deadline whenever all tasks are blocked."""
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


@contextmanager
def seeded_order(seed: int) -> Generator[None]:
    """Have runs in the block resume their tasks in an order that *seed* determines."""
    run: Any = trio._core._run
    state, is_sorted = run._r.getstate(), run._ALLOW_DETERMINISTIC_SCHEDULING
    run._r.seed(seed)
    run._ALLOW_DETERMINISTIC_SCHEDULING = True
    try:
        yield
    finally:
        run._r.setstate(state)
        run._ALLOW_DETERMINISTIC_SCHEDULING = is_sorted


@contextmanager
def own_wakeup_fd() -> Generator[None]:
    """Let Trio have the descriptor to which Python writes that a signal came.

    Trio warns if it belongs to another loop, such as the reactor that pytest-twisted
    keeps between tests; that one gets it back after the block.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)


class StepWatch(Instrument):
    """Notes which tasks are resumed, besides those that watch.

    Each task that is ready is resumed once in a batch, in a random order.
    A turn of this task ends in another batch than it began in, at another place, so
    that it may miss a task that is resumed in each batch, but not in two turns in a
    row.
    Of two such tasks it may miss one and then the other: those that watch, which are
    resumed in each batch, are therefore counted without being noted.
    """

    watching: ClassVar[set[Task]] = set()
    """The tasks that watch, each in a block of `watching_steps`."""

    def __init__(self) -> None:
        self._resumed: set[Task] = set()

    def before_task_step(self, task: Task) -> None:
        """Note *task*, which Trio resumes."""
        self._resumed.add(task)

    async def turn(self) -> int:
        """Let Trio resume all tasks that are ready; return how many there were."""
        await checkpoint()
        resumed, self._resumed = self._resumed - self.watching, set()
        return len(resumed) + len(self.watching) - 1


@contextmanager
def watching_steps() -> Generator[StepWatch]:
    """Give a `StepWatch` that works in the block."""
    watch, task = StepWatch(), current_task()
    watch.watching.add(task)
    add_instrument(watch)
    try:
        yield watch
    finally:
        remove_instrument(watch)
        watch.watching.discard(task)


class TaskWatch(Instrument):
    """Watches the task that makes this, which is about to wait, until it goes on.

    *on_wait* is called before Trio resumes another task, and *on_settled* when the task
    is to be resumed, both once.
    They need to be called while a task runs, or most of Trio's functions raise errors.
    """

    def __init__(
        self, on_wait: Callable[[], object], on_settled: Callable[[], object]
    ) -> None:
        self._own = current_task()
        self._on_wait = on_wait
        self._on_settled = on_settled
        self._is_scheduled = False

    def task_scheduled(self, task: Task) -> None:
        """Notice that *task* is to be resumed, in the next batch."""
        if task is self._own:
            self._is_scheduled = True
            # Trio itself schedules tasks, too: for sockets and deadlines.
            if _task_runs():
                self._finish()

    def before_task_step(self, task: Task) -> None:
        """Notice that *task* is resumed now, so that the one before has stopped."""
        del task
        if self._is_scheduled:
            self._finish()
        else:
            on_wait, self._on_wait = self._on_wait, bool
            on_wait()

    def _finish(self) -> None:
        remove_instrument(self)
        self._on_settled()


def _task_runs() -> bool:
    try:
        current_task()
    except RuntimeError:
        return False
    return True


def watch_task(on_wait: Callable[[], object], on_settled: Callable[[], object]) -> None:
    """Watch the current task until it goes on: see `TaskWatch`."""
    add_instrument(TaskWatch(on_wait, on_settled))


def _may_be_woken() -> bool:
    """Return whether a task waits for a socket or for a thread."""
    sockets: Any = current_statistics().io_statistics
    return (
        # One of Trio's own tasks always waits for its wakeup socket.
        getattr(sockets, "tasks_waiting_read", 0) > 1
        or getattr(sockets, "tasks_waiting_write", 0) > 0
        or _threads_work()
    )


def _threads_work() -> bool:
    # Idle worker threads stay alive for a while, so their number says nothing.
    limiters = (
        trio.to_thread.current_default_thread_limiter(),
        anyio.to_thread.current_default_thread_limiter(),
    )
    return any(limiter.borrowed_tokens for limiter in limiters)


def task_and_descendants(task: Any) -> Iterator[Any]:
    """Yield *task*, and all tasks that it started."""
    yield task
    for nursery in task.child_nurseries:
        for child in tuple(nursery.child_tasks):
            # The task of the backend serves the others, and has to end last.
            if child.name != "txaio":
                yield from task_and_descendants(child)


def lift_shields(task: Any) -> None:
    """Remove the shields of *task*, and of all tasks that it started."""
    for each in task_and_descendants(task):
        status = each._cancel_status
        while status is not None:
            status._scope.shield = False
            status = status._parent


def interrupt(task: Any, kind: type[BaseException]) -> None:
    """Raise *kind* in *task*, and in all tasks that it started, where they wait.

    Trio does this for Control-C, but only in the main task.
    """

    def raise_kind() -> NoReturn:
        raise kind

    for each in list(task_and_descendants(task)):
        if each._abort_func is not None:
            each._attempt_abort(raise_kind)
        if each._next_send_fn is None and not _waits_for_children(each):
            # It waits for a thread, and that cannot be aborted.
            reschedule(each, Error(kind()))
        elif each._next_send is not None:
            each._next_send = Error(kind())


def _waits_for_children(task: Any) -> bool:
    return any(nursery._parent_waiting_in_aexit for nursery in task.child_nurseries)


class TrioFuture:
    """A future on Trio, which has none: an awaitable that another task settles."""

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
