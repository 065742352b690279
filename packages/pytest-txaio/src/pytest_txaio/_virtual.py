"""asyncio loops whose time and timers a test can see."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from selectors import SelectorKey

START = 1234.5678
"""Where virtual time begins: at no round figure, as monotonic clocks do."""


class JumpingSelector(selectors.DefaultSelector):
    """Instead of waiting for the next deadline, makes it now."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Return what is ready; wait only if no deadline is set."""
        ready: list[tuple[SelectorKey, int]] = super().select(
            None if timeout is None else 0
        )
        if not ready and timeout is not None and timeout > 0:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop that jumps to the next deadline when nothing is ready."""

    def __init__(self) -> None:
        self._clock = JumpingSelector()
        super().__init__(self._clock)

    def time(self) -> float:
        """Return the virtual time, in seconds."""
        return self._clock.now

    async def shutdown_default_executor(self, timeout: Any = None) -> None:  # noqa: ASYNC109
        """Wait for the threads without a limit, which virtual time would jump to."""
        del timeout
        await super().shutdown_default_executor()

    def pending_timers(self) -> int:
        """Count the timers that are neither due nor cancelled."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return sum(not handle.cancelled() for handle in scheduled)


def exception_of(context: dict[str, Any]) -> BaseException:
    """Return what was reported to an asyncio loop's exception handler."""
    exception: BaseException | None = context.get("exception")
    return RuntimeError(context["message"]) if exception is None else exception
