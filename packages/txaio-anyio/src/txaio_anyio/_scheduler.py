"""The one task that makes a backend's calls.

AnyIO has tasks and cancel scopes, and no way to have a function called later.  So a
backend has a task of its own, which makes the calls that are due, in their order and in
their time, and otherwise sleeps.

A turn is what happens between two sleeps: the calls that are due are made, and what
they add waits for the next turn.  Calls of the present are in a queue.  Calls of the
future are in a heap, by time and, at the same time, by number; those that were
cancelled stay there until they are due, or until they are the greater part of it.

The task is the last of the backend's to end: callbacks and timers serve the clean-up of
the others.  Neither cancellation nor Ctrl-C ends it before that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from threading import get_ident
from typing import Any, NoReturn, cast

import anyio
from anyio.abc import TaskGroup

from txaio_anyio._loop import Loop


ENDED = (
    "this AnyIO backend has ended: use it inside main(), or inside its"
    " `async with` block"
)

WRONG_THREAD = (
    "this AnyIO backend was used outside its loop's thread: use call_from_thread there"
)

MAX_CANCELLED_CALLS = 64
"""How many cancelled calls may stay in the heap, however small it is."""


class Call:
    """A call that is due, or will be, unless it is cancelled."""

    __slots__ = ("_scheduler", "fn")

    def __init__(
        self, fn: Callable[[], object], scheduler: Scheduler | None = None
    ) -> None:
        """Hold *fn*, in the heap of *scheduler* if there is one."""
        self.fn: Callable[[], object] | None = fn
        self._scheduler = scheduler

    def __call__(self) -> None:
        """Make the call, unless it was cancelled."""
        fn, self.fn = self.fn, None
        if fn is not None:
            fn()

    def leave_heap(self) -> bool:
        """Be due now; return whether the call is still to be made."""
        self._scheduler = None
        return self.fn is not None

    def cancel(self) -> None:
        """Do not make the call."""
        self.fn = None
        if self._scheduler is not None:
            self._scheduler.forget(self)


class _EndedQueue(deque[Any]):
    """Takes the place of a queue whose calls would never be made."""

    def append(self, _call: object) -> NoReturn:
        raise RuntimeError(ENDED)


class Scheduler:
    """Makes calls in their order and in their time, in a task of its own."""

    def __init__(
        self,
        loop: Loop,
        group: TaskGroup,
        report: Callable[[str, BaseException], object],
    ) -> None:
        """Run on *loop* as one of *group*; what calls raise goes to *report*."""
        self.loop = loop
        self.report = report
        self.tasks: set[Any] = set()
        """The tasks that run, or are about to: the scheduler ends after them."""
        self.waiters: dict[object, Any] = {}
        """What waits for a future, or may, by native task."""
        self.failure: BaseException | None = None
        """What ends the block."""
        self.has_ended: bool = False
        self._group = group
        self._ready: deque[Callable[[], object]] = deque()
        self._heap: list[tuple[float, int, Call]] = []
        self._numbers = count()
        self._cancelled = 0
        """How many calls in the heap were cancelled."""
        self._closing = False
        self._asleep: dict[Any, None] = loop.asleep
        self._thread = get_ident()

    def push(self, fn: Callable[..., object], *args: Any) -> None:
        """Make the call soon, even if the backend is about to end."""
        self._ready.append(partial(fn, *args))
        if self._asleep:
            self.loop.unpark(self._asleep)

    def call_soon(self, fn: Callable[[], object], /) -> Call:
        """Make the call soon, unless it is cancelled."""
        call = Call(fn)
        self._ready.append(call)
        if self._asleep:
            self.loop.unpark(self._asleep)
        return call

    def call_at(self, when: float, fn: Callable[[], object], /) -> Call:
        """Make the call at *when*, unless it is cancelled."""
        call = Call(fn, self)
        heappush(self._heap, (when, next(self._numbers), call))
        if self._heap[0][2] is call:
            self.loop.wake_at(when)
        return call

    def forget(self, call: Call) -> None:
        """Remove *call*, which was cancelled, from the heap: now, or with others."""
        self._cancelled += 1
        if self._heap and self._heap[0][2] is call:
            self.loop.wake_at(self._next())
        elif self._cancelled > MAX_CANCELLED_CALLS and self._cancelled * 2 > len(
            self._heap
        ):
            self._heap = [entry for entry in self._heap if entry[2].fn is not None]
            heapify(self._heap)
            self._cancelled = 0

    def timers(self) -> list[tuple[Callable[..., object], float]]:
        """Return the calls of the heap with their times."""
        calls = ((call.fn, when) for when, _, call in self._heap)
        return [(fn, when) for fn, when in calls if fn is not None]

    def due(self, call: Call) -> float | None:
        """Return when *call* is due, None unless it is in the heap."""
        times = (
            when for when, _, it in self._heap if it is call and call.fn is not None
        )
        return next(times, None)

    def deliver(self, fn: Callable[..., object], *args: Any) -> None:
        """Take a call from another thread, which may have come too late."""
        try:
            self.push(fn, *args)
        except RuntimeError as error:
            self.report("a call from another thread was not made", error)

    def fail(self, error: BaseException) -> None:
        """End the block with *error*, unless with another; usable in any thread."""
        if get_ident() != self._thread:
            self.loop.post(self.fail, error)
            return
        if self.failure is None:
            self.failure = collapse_group(error)
        self._group.cancel_scope.cancel()

    def start(self, fn: Callable[..., Any], *args: Any, name: str | None) -> None:
        """Run the coroutine function *fn* in a task of its own.

        Raises `RuntimeError` in another thread: the loop would take the task, and
        perhaps not notice it.
        """
        if get_ident() != self._thread:
            raise RuntimeError(WRONG_THREAD)
        if self.has_ended:
            raise RuntimeError(ENDED)
        self.loop.start(fn, *args, name=name)

    def discard(self, task: object, native: object) -> None:
        """Forget *task*, which has ended."""
        self.tasks.discard(task)
        self.waiters.pop(native, None)
        if self._closing:
            self.loop.unpark(self._asleep)

    def close(self) -> None:
        """End when all tasks have ended."""
        self._closing = True
        self.loop.unpark(self._asleep)

    async def run(self) -> None:
        """Make the calls that are due, until `close`."""
        with anyio.CancelScope(shield=True):
            while not self._is_done():
                try:
                    with self.loop.alarm():
                        await self._make_calls()
                except KeyboardInterrupt as error:
                    self.fail(error)
                except self.loop.cancelled as error:  # asyncio can cancel any task.
                    self.fail(error)
            self.loop.close()
            self._heap = []
            self._ready = _EndedQueue()
            self.has_ended = True

    async def _make_calls(self) -> None:
        self._turn()
        while not self._is_done():
            if self._ready:
                await self.loop.pause()
            else:
                await self.loop.sleep(self._next())
            self._turn()

    def _turn(self) -> None:
        """Make the calls that are due; those that they add wait for the next turn."""
        self._collect()
        ready = self._ready
        for _ in range(len(ready)):
            try:
                ready.popleft()()
            except (KeyboardInterrupt, SystemExit) as error:
                self.fail(error)
            except BaseException as error:  # noqa: BLE001 - cancellations, too
                self.report("error in a callback", error)

    def _collect(self) -> None:
        heap = self._heap
        now = self.loop.now() + self.loop.early if heap else 0.0
        while heap and heap[0][0] <= now:
            call = heappop(heap)[2]
            if call.leave_heap():
                self._ready.append(call)
            else:
                self._cancelled -= 1

    def _next(self) -> float:
        """Return the time of the next call in the heap."""
        heap = self._heap
        while heap and heap[0][2].fn is None:
            heappop(heap)
            self._cancelled -= 1
        return heap[0][0] if heap else inf

    def _is_done(self) -> bool:
        if self.tasks or not self._closing:
            return False
        # Nothing waits for delayed calls any more; callbacks come of what happened.
        self._ready = deque(fn for fn in self._ready if not isinstance(fn, Call))
        return not self._ready


def collapse_group(error: BaseException) -> BaseException:
    """Return *error*, taken out of the groups in which it is the only one."""
    while isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        first, *others = group.exceptions
        if others:
            return group
        error = first
    return error
