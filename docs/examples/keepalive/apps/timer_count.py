"""How many timers an asyncio loop, or uvloop, has to look after."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec


if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, TimerHandle
    from collections.abc import Callable

    P = ParamSpec("P")


class TimerCount:
    """Keeps the handles of all timers of one loop, whoever asked for them."""

    def __init__(self, new_event_loop: Callable[[], AbstractEventLoop]) -> None:
        self._new_event_loop = new_event_loop
        self._given: dict[int, TimerHandle] = {}

    def new_loop(self) -> AbstractEventLoop:
        """Return a new loop, watched from its first timer on."""
        self._loop = self._new_event_loop()
        # The loop's type stays what it is: backends may choose their clock by it.
        for name in ("call_at", "call_later"):
            setattr(self._loop, name, self._keeping(getattr(self._loop, name)))
        return self._loop

    def outstanding(self) -> int:
        """Return how many timers are still to come, and forget the others."""
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
            # Each of the two may call the other: one handle is one timer.
            self._given[id(handle)] = handle
            return handle

        return scheduled
