"""The number of timers of an asyncio loop or uvloop."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec


if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, TimerHandle
    from collections.abc import Callable

    P = ParamSpec("P")


class TimerCount:
    """Keeps the handles of all timers of one loop."""

    def __init__(self, new_event_loop: Callable[[], AbstractEventLoop]) -> None:
        self._new_event_loop = new_event_loop
        self._given: dict[int, TimerHandle] = {}

    def new_loop(self) -> AbstractEventLoop:
        """Return a new loop whose timers are counted."""
        self._loop = self._new_event_loop()
        # Not a subclass, as backends may choose their clock by the type of the loop.
        for name in ("call_at", "call_later"):
            setattr(self._loop, name, self._keeping(getattr(self._loop, name)))
        return self._loop

    def outstanding(self) -> int:
        """Return the number of timers that are still due, and forget the others."""
        now = self._loop.time()
        self._given = {
            key: handle
            for key, handle in self._given.items()
            if not handle.cancelled() and handle.when() > now
        }
        return len(self._given)

    def _keeping(self, schedule: Callable[P, TimerHandle]) -> Callable[P, TimerHandle]:
        def scheduled(*args: P.args, **kwargs: P.kwargs) -> TimerHandle:
            handle = schedule(*args, **kwargs)
            # One method may call the other: each handle is counted once.
            self._given[id(handle)] = handle
            return handle

        return scheduled
