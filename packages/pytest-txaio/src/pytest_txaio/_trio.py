"""What Trio needs to be tested on: a clock that jumps, and a future."""

from __future__ import annotations

from math import inf, nextafter
from typing import TYPE_CHECKING, Any

import trio
from trio.abc import Clock
from trio.lowlevel import current_statistics
from trio.testing import wait_all_tasks_blocked

from pytest_txaio._time import GRACE


if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pytest_txaio._time import VirtualTime

ANOTHER_DAY = 86400.0
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
        """Return for how many real seconds to wait for *deadline*."""
        return 0.0 if deadline <= self.time.now else ANOTHER_DAY

    async def jump(self) -> None:
        """Make the next deadline now, whenever nothing else can happen."""
        while True:
            await wait_all_tasks_blocked()
            left = current_statistics().seconds_to_next_deadline
            if left < inf:
                # The sum may be the same time again, where *left* is very small.
                self.time.now = max(self.time.now + left, nextafter(self.time.now, inf))
            else:
                await self._wait_for_good()

    async def _wait_for_good(self) -> None:
        await wait_all_tasks_blocked(GRACE)
        statistics = current_statistics()
        # A task of Trio's own waits to be woken.
        waiting = getattr(statistics.io_statistics, "tasks_waiting_read", 0)
        if statistics.seconds_to_next_deadline == inf and waiting <= 1:
            self.on_stuck()


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
