"""The one task that makes the backend's calls, and what it shares with the others."""

from __future__ import annotations

from collections import deque
from functools import partial
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from threading import get_ident
from typing import TYPE_CHECKING, Any

import anyio

from txaio_anyio._coroutines import AnyioTask
from txaio_anyio._groups import alone
from txaio_common import Unavailable


if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from anyio.abc import TaskGroup

    from txaio_anyio._loop import Loop
    from txaio_anyio._native import AnyioFuture

ENDED = (
    "this AnyIO backend has ended: use it inside main(), or inside its"
    " `async with` block"
)

WRONG_THREAD = (
    "this AnyIO backend was used outside its loop's thread: use call_from_thread there"
)

FEW = 64
"""So many cancelled calls are not worth clearing away."""


class Call:
    """A call that is due, or will be, unless it is cancelled."""

    __slots__ = ("fn", "pump")

    def __init__(self, fn: Callable[[], object], pump: Pump | None = None) -> None:
        self.fn: Callable[[], object] | None = fn
        self.pump: Pump | None = pump
        """The pump in whose heap it lies, until it is due."""

    def __call__(self) -> None:
        fn, self.fn = self.fn, None
        if fn is not None:
            fn()

    def cancel(self) -> None:
        """See to it that the call is not made."""
        self.fn = None
        if self.pump is not None:
            self.pump.forget(self)


class Pump:
    """Makes calls in their order and in their time, in a task of its own.

    It is the last to end, so that callbacks and timers serve the clean-up of others.
    """

    def __init__(
        self,
        loop: Loop,
        group: TaskGroup,
        report: Callable[[str, BaseException], object],
    ) -> None:
        self.loop: Loop = loop
        self.group: TaskGroup = group
        self.report = report
        self.tasks: set[AnyioTask] = set()
        """All coroutines that run, or are about to."""
        self.running: dict[object, AnyioTask] = {}
        """Those that have begun, by their native task."""
        self.waits: dict[object, AnyioFuture] = {}
        """What each native task waits for; an entry that goes cuts the wait short."""
        self.failure: BaseException | None = None
        """What ends the whole."""
        self._ready: deque[Callable[[], object]] = deque()
        self._heap: list[tuple[float, int, Call]] = []
        self._numbers = count()
        self._cancelled = 0
        self._closing = False
        self._thread = get_ident()

    def push(self, fn: Callable[..., object], *args: Any) -> None:
        """Make the call soon, even if the backend is about to end."""
        self._ready.append(partial(fn, *args))
        self.loop.wake()

    def call_soon(self, fn: Callable[[], object]) -> Call:
        """Make the call soon, unless it is cancelled."""
        call = Call(fn)
        self._ready.append(call)
        self.loop.wake()
        return call

    def call_after(self, delay: float, fn: Callable[[], object]) -> Call:
        """Make the call after *delay* seconds, unless it is cancelled."""
        when = self.loop.now() + delay
        call = Call(fn, self)
        heappush(self._heap, (when, next(self._numbers), call))
        if self._heap[0][2] is call:
            self.loop.wake_at(when)
        return call

    def forget(self, call: Call) -> None:
        """Take *call*, which was cancelled, out of the heap: now, or with others."""
        self._cancelled += 1
        if self._heap and self._heap[0][2] is call:
            self.loop.wake_at(self._next())
        elif self._cancelled > FEW and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].fn is not None]
            heapify(self._heap)
            self._cancelled = 0

    def deliver(self, fn: Callable[..., object], *args: Any) -> None:
        """Take a call from another thread, which may have come too late."""
        try:
            self.push(fn, *args)
        except RuntimeError as error:
            self.report("a call from another thread was not made", error)

    def fail(self, error: BaseException) -> None:
        """End the whole with *error*, unless with another; usable in any thread."""
        if get_ident() != self._thread:
            self.loop.post(self.fail, error)
            return
        if self.failure is None:
            self.failure = alone(error)
        self.group.cancel_scope.cancel()

    def close(self) -> None:
        """End when all tasks have ended."""
        self._closing = True
        self.loop.wake()

    def start(
        self,
        coroutine: Coroutine[Any, Any, Any],
        kind: type[AnyioTask] = AnyioTask,
    ) -> AnyioTask:
        """Run *coroutine* in a task of its own, in a copy of this context."""
        task = kind(self)
        name = getattr(coroutine, "__qualname__", None)
        try:
            self._check_thread()
            self.tasks.add(task)
            self.group.start_soon(task.run, coroutine, name=name)
        except BaseException:
            self.tasks.discard(task)
            coroutine.close()
            raise
        return task

    def _check_thread(self) -> None:
        # A loop would take the task without a word, or leave a coroutine behind.
        if get_ident() != self._thread:
            raise RuntimeError(WRONG_THREAD)

    def interruption(self, native: object) -> Exception:
        """Return what to raise in *native*, whose wait was cut short."""
        task = self.running.get(native)
        if task is None or task.cancellation is None:
            return RuntimeError(ENDED)
        return task.cancellation.with_traceback(None)

    def discard(self, task: AnyioTask, native: object) -> None:
        """Forget *task*, which has ended."""
        self.tasks.discard(task)
        self.running.pop(native, None)
        if self._closing:
            self.loop.wake()

    async def run(self) -> None:
        """Make the calls that are due, until `close`."""
        # Others need this task for their clean-up, even if Ctrl-C hits it.
        with anyio.CancelScope(shield=True):
            while not self._is_done():
                try:
                    await self._rest()
                    self._turn()
                except KeyboardInterrupt as error:
                    self.fail(error)
                except self.loop.cancelled as error:  # asyncio can cancel any task.
                    self.fail(error)
            self._end()

    async def _rest(self) -> None:
        if self._ready:
            await self.loop.pause()
        else:
            await self.loop.sleep(self._next())

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
        now = self.loop.now() + self.loop.grain if heap else 0.0
        while heap and heap[0][0] <= now:
            call = heappop(heap)[2]
            call.pump = None
            if call.fn is None:
                self._cancelled -= 1
            else:
                self._ready.append(call)

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
        # Nobody waits for delayed calls any more; callbacks come of what happened.
        self._ready = deque(fn for fn in self._ready if not isinstance(fn, Call))
        return not self._ready

    def _end(self) -> None:
        for native, future in tuple(self.waits.items()):
            if future.abandon():
                del self.waits[native]
        self.loop.close()
        self._heap = []
        ended: Any = Unavailable(ENDED)
        self.loop = self.group = self._ready = ended
