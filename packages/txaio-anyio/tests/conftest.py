"""AnyIO on asyncio and Trio, in virtual time."""

from __future__ import annotations

import asyncio
import gc
import selectors
import sys
from functools import partial
from math import floor
from typing import TYPE_CHECKING, Any

import anyio
import pytest
import trio
from trio.testing import MockClock

import txaio_anyio


if TYPE_CHECKING:
    from collections.abc import Callable


class JumpingSelector(selectors.DefaultSelector):
    """A selector that moves its clock to the next deadline instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.25

    def select(self, timeout: float | None = None) -> Any:
        """Return the ready files; wait only if no deadline is set."""
        ready = super().select(None if timeout is None else 0)
        if not ready and timeout is not None:
            self.now += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop that jumps to the next deadline when nothing is ready."""

    def __init__(self) -> None:
        self._clock = JumpingSelector()
        super().__init__(self._clock)

    def time(self) -> float:
        """Return the virtual time, in seconds."""
        return self._clock.now


class CoarseLoop(VirtualLoop):
    """A loop whose clock ticks as that of Windows before Python 3.13."""

    TICK = 1 / 64
    """How far apart the ticks are, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._clock_resolution = self.TICK

    def time(self) -> float:
        """Return the time of the last tick, in seconds."""
        return floor(self._clock.now / self.TICK) * self.TICK

    def exact_time(self) -> float:
        """Return the time between the ticks as well."""
        return self._clock.now

    def advance(self, seconds: float) -> None:
        """Let some time go by."""
        self._clock.now += seconds


OPTIONS: dict[str, Callable[[], dict[str, Any]]] = {
    "asyncio": lambda: {"loop_factory": VirtualLoop},
    "trio": lambda: {"clock": MockClock(autojump_threshold=0)},
}


@pytest.fixture
def reported() -> list[BaseException]:
    """The errors that were reported; a test removes those that it expects."""
    return []


@pytest.fixture(params=OPTIONS)
def loop(request: pytest.FixtureRequest) -> str:
    """The loop that the test runs on."""
    name: str = request.param
    return name


@pytest.fixture
def coarse_loop() -> type[CoarseLoop]:
    """A class of loops with a coarse clock, in virtual time."""
    return CoarseLoop


@pytest.fixture
def run(loop: str, reported: list[BaseException]) -> Any:
    """`txaio_anyio.run` on the loop; an error that is reported fails the test."""
    given = {
        "backend": loop,
        "backend_options": OPTIONS[loop](),
        "on_error": lambda _text, error: reported.append(error),
    }

    def run_and_check(main: Any, *args: Any, **more: Any) -> Any:
        try:
            return txaio_anyio.run(main, *args, **{**given, **more})
        finally:
            assert reported == []

    return run_and_check


@pytest.fixture
def run_natively(loop: str) -> Any:
    """Runs a coroutine function that makes its own backend."""
    if loop == "trio":
        # Before 4.14, AnyIO passes no options to Trio.
        return partial(trio.run, **OPTIONS[loop]())
    return partial(anyio.run, backend_options=OPTIONS[loop]())


@pytest.fixture
def collect_dropped() -> Callable[[], None]:
    """Collects what nothing refers to any more, where references are not counted."""

    def collect() -> None:
        if sys.implementation.name != "cpython":
            for _ in range(3):  # Of a chain of objects, each may free only one.
                gc.collect()

    return collect
