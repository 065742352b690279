"""A loop for batched timers, whose time a test advances."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import TYPE_CHECKING, Any, cast

from txaio_common import BatchedTimer


if TYPE_CHECKING:
    from collections.abc import Callable


class FakeCall:
    """A native timer of the fake loop."""

    def __init__(self, fn: Callable[[], object]) -> None:
        self.fn: Callable[[], object] | None = fn

    def cancel(self) -> None:
        """Cancel the call; a second time is an error."""
        assert self.fn is not None
        self.fn = None


class FakeTimers:
    """A loop whose time a test advances; it keeps the reported errors."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.reported: list[BaseException] = []
        self.heap: list[tuple[float, int, FakeCall]] = []
        self._order = count()
        self.driver: Any = FakeDriver(self)

    def call_at(self, when: float, fn: Callable[[], object]) -> FakeCall:
        """Have *fn* called at *when*, which is finite."""
        assert when < inf
        call = FakeCall(fn)
        heappush(self.heap, (max(self.now, when), next(self._order), call))
        return call

    @property
    def outstanding(self) -> int:
        """The number of native timers that are pending."""
        return sum(call.fn is not None for _, _, call in self.heap)

    def advance(self, seconds: float) -> None:
        """Make the calls that are due within *seconds*, each at its time."""
        end = self.now + seconds
        while self.heap and self.heap[0][0] <= end:
            self.step()
        self.now = end

    def step(self) -> None:
        """Make the call that is due next, at its time, if there is one."""
        if self.heap:
            when, _, call = heappop(self.heap)
            self.now = max(self.now, when)
            fn, call.fn = call.fn, None
            if fn is not None:
                fn()


class FakeDriver:
    """The methods of a driver that a batched timer calls."""

    has_ended = False

    def __init__(self, timers: FakeTimers) -> None:
        self._timers = timers
        self.call_at = timers.call_at

    def now(self) -> float:
        if self.has_ended:
            raise RuntimeError
        return self._timers.now

    def report(self, _text: str, error: BaseException) -> None:
        self._timers.reported.append(error)

    def call_soon(self, fn: Callable[[], object]) -> FakeCall:
        return self._timers.call_at(self._timers.now, fn)

    call_soon_unordered = call_soon


def make(width: float = 1.0, chunk_size: int = 100) -> tuple[FakeTimers, BatchedTimer]:
    """Return a fake loop and a batched timer on it."""
    timers = FakeTimers()
    return timers, BatchedTimer(cast("Any", timers), width, chunk_size)
