"""The loop, where it is one of asyncio's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from inspect import CORO_CREATED, getcoroutinestate
from math import inf
from typing import Any

from txaio_anyio._loop import Loop
from txaio_common import clock_of, grain_of, is_uvloop


class _Task(asyncio.Task[None]):
    """A task of asyncio that runs `AnyioTask.run`, even if it is cancelled before that.

    asyncio itself would end it without a step, and so without a word to the future of
    the coroutine.
    """

    __slots__ = ()

    def cancel(self, msg: str | None = None) -> bool:
        run: Any = self.get_coro()
        if getcoroutinestate(run) != CORO_CREATED:
            return super().cancel(msg)
        # An attribute would take time in each task, and would have to be removed:
        # AnyIO's threads keep the task that has begun them.
        future = run.cr_frame.f_locals["self"]
        future.cancel(msg)
        return True


class AsyncioLoop(Loop):
    """asyncio's own loop or uvloop, whose timers are cheaper than AnyIO's deadlines."""

    _alarm: asyncio.TimerHandle
    _due: float = inf
    """When the alarm is due, infinite if it is not set."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.name = "uvloop" if is_uvloop(loop) else "asyncio"
        self.cancelled = asyncio.CancelledError
        self.current_task = asyncio.current_task
        self.now = clock_of(loop)
        self.grain = grain_of(loop)
        self.early = 0.0 if self.grain else time.get_clock_info("monotonic").resolution
        self.post = loop.call_soon_threadsafe
        self._loop = loop
        self._call_at = loop.call_at
        # Too early, by a millisecond or a grain, its timers would have the scheduler
        # spin.
        self._late = 0.001 if is_uvloop(loop) else self.grain
        self._create_future = loop.create_future
        self.asleep = {}

    def stray_task(self) -> asyncio.Task[object] | None:
        return asyncio.current_task()

    def start(self, fn: Callable[..., Any], *args: Any, name: str | None) -> None:
        # `loop.create_task` would take the first step at once where tasks are eager.
        _Task(fn(*args), loop=self._loop, name=name)

    async def park(self, parked: dict[Any, None]) -> None:
        place = self._create_future()
        parked[place] = None
        try:
            await place
        except asyncio.CancelledError:
            parked.pop(place, None)  # It may have been resumed just before or after.
            raise

    def unpark(self, parked: dict[Any, None]) -> None:
        for place in parked:
            if not place.done():  # The task may have been cancelled.
                place.set_result(None)
        parked.clear()

    async def pause(self) -> None:
        await asyncio.sleep(0)

    async def sleep(self, until: float) -> None:
        self._set_alarm(until)
        await self.park(self.asleep)

    def wake_at(self, when: float) -> None:
        if self.asleep:
            self._set_alarm(when)

    def _set_alarm(self, when: float) -> None:
        # It stays set after a sleep: most sleeps end before it is due.
        if when != self._due:
            self.close()
            if when < inf:
                self._due = when
                self._alarm = self._call_at(when + self._late, self._ring)

    def close(self) -> None:
        if self._due < inf:
            self._alarm.cancel()
            self._due = inf

    def _ring(self) -> None:
        self._due = inf
        self.unpark(self.asleep)
