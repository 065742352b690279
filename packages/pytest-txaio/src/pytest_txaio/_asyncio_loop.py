"""asyncio loops whose time and timers a test can see."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from selectors import SelectorKey
from typing import Any

from pytest_txaio._time import STUCK_DELAY, VirtualTime


class JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting for the next deadline, makes it now."""

    def __init__(self, time: VirtualTime, on_stuck: Callable[[], object]) -> None:
        super().__init__()
        self.time = time
        self.on_stuck = on_stuck
        self.own = 0
        """How many descriptors the loop watches for itself."""

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Return what is ready; wait only if no deadline is set."""
        if timeout is None:
            return self._wait()
        ready: list[tuple[SelectorKey, int]] = super().select(0)
        if not ready and timeout > 0:
            self.time.jump(timeout)
        return ready

    def _wait(self) -> list[tuple[SelectorKey, int]]:
        ready: list[tuple[SelectorKey, int]] = super().select(STUCK_DELAY)
        while not ready:
            if len(self.get_map()) <= self.own:
                self.on_stuck()
            ready = super().select(None)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop that jumps to the next deadline when nothing is ready."""

    def __init__(self, time: VirtualTime, on_stuck: Callable[[], object]) -> None:
        self._clock = time
        self._jumping = JumpingSelector(time, on_stuck)
        super().__init__(self._jumping)
        self.count_own_descriptors()

    def count_own_descriptors(self) -> None:
        """Count what is watched now as the loop's own."""
        self._jumping.own = len(self._jumping.get_map())

    def time(self) -> float:
        """Return the virtual time, in seconds."""
        return self._clock.now

    async def shutdown_default_executor(self, timeout: Any = None) -> None:  # noqa: ASYNC109
        """Wait for the threads without a limit, which virtual time would jump to."""
        del timeout
        await super().shutdown_default_executor()


def pending_calls(loop: Any) -> list[tuple[Any, float]]:
    """Return the calls that *loop*, one of asyncio's, is to make, and when in seconds.

    Those that are due have left its heap, and those that were cancelled stay a while.
    """
    now = loop.time()
    return [
        (handle._callback, handle.when() - now)
        for handle in loop._scheduled
        if not handle.cancelled()
    ]


def watched(loop: Any) -> list[object]:
    """Return what *loop* watches, beside what wakes it."""
    # uvloop and Windows' own loop have no selector, and do not tell.
    selector, own = getattr(loop, "_selector", None), getattr(loop, "_ssock", None)
    keys: Any = [] if selector is None else selector.get_map().values()
    return [key.fileobj for key in keys if key.fileobj is not own]


def exception_of(context: dict[str, Any]) -> BaseException:
    """Return what was reported to an asyncio loop's exception handler."""
    exception: BaseException | None = context.get("exception")
    return RuntimeError(context["message"]) if exception is None else exception
