"""The clocks of asyncio's loops."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

import pytest

from txaio_common import clock_of, grain_of


class Loop:
    """A loop with a clock of its own."""

    def time(self) -> float:
        """Return the time."""
        return 7.0


class Uvloop(Loop):
    """A loop that is recognized as uvloop's."""

    __module__ = "uvloop"


def test_clock_of_a_loop_of_ones_own():
    """Its clock is its own."""
    assert clock_of(Loop())() == 7.0


def test_clock_of_a_loop_of_asyncio():
    """It is the one that the loop itself reads, without the call of a method."""
    loop = asyncio.new_event_loop()
    assert clock_of(loop) is time.monotonic
    loop.close()


def test_clock_of_a_loop_while_the_time_is_frozen(monkeypatch):
    """What froze it has done so for these loops, too."""
    monkeypatch.setattr(time, "monotonic", lambda: 5.0)
    assert clock_of(Loop())() == 7.0
    loop = asyncio.new_event_loop()
    assert clock_of(loop)() == 5.0
    loop.close()


def test_clock_of_uvloop():
    """It is the monotonic one, without the rounding to milliseconds."""
    assert clock_of(Uvloop()) is time.monotonic


def test_clock_of_uvloop_while_the_time_is_frozen(monkeypatch):
    """As uvloop's timers go on, so does the clock of batched timers."""
    before = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: 5.0)
    clock = clock_of(Uvloop())
    monkeypatch.undo()
    assert before <= clock() <= time.monotonic()


@pytest.mark.parametrize(("resolution", "grain"), [(1 / 64, 1 / 64), (0.001, 0.0)])
def test_grain_of_a_loop(resolution, grain):
    """A clock that ticks a thousand times a second counts as fine."""
    loop = Loop()
    loop._clock_resolution = resolution
    assert grain_of(loop) == grain


def test_grain_of_a_loop_that_does_not_know():
    """What counts is the system's clock, which is fine where tests run."""
    assert grain_of(Loop()) == 0.0


def test_grain_where_the_clock_of_the_system_is_coarse(monkeypatch):
    """It counts, whatever the loop goes by."""
    info = SimpleNamespace(resolution=1 / 64)
    monkeypatch.setattr(time, "get_clock_info", lambda _name: info)
    loop = Loop()
    assert grain_of(loop) == 1 / 64
    loop._clock_resolution = 1e-9
    assert grain_of(loop) == 1 / 64
