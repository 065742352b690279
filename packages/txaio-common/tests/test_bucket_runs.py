"""Buckets that are due while the loop is busy, has been held up, or has ended."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from fake_timers import make


if TYPE_CHECKING:
    from collections.abc import Callable


def slow_turns(timers: Any, seconds: float) -> Callable[[], None]:
    """Let each turn of the loop take *seconds*; return what ends that."""
    ended: list[None] = []

    def turn() -> None:
        timers.now += seconds
        if not ended:
            timers.driver.call_soon(turn)

    timers.driver.call_soon(turn)
    return partial(ended.append, None)


def test_busy_loop():
    """B1: Where turns are long, several chunks are made in one.

    B4: They take no longer than the loop's turn did.
    """
    timers, batched = make(width=1.0, chunk_size=2)
    fired: list[float] = []

    def call() -> None:
        timers.now += 0.001
        fired.append(timers.now)

    for _ in range(400):
        batched.call_later(1, call)
    end = slow_turns(timers, 0.05)
    timers.advance(3)
    end()
    assert len(fired) == 400
    assert fired[-1] < 1002.1
    # How many calls follow each other without a turn between them.
    longest = run = 0
    for before, after in pairwise(fired):
        run = run + 1 if after - before < 0.01 else 0
        longest = max(longest, run)
    assert 2 < longest <= 60


def test_bucket_that_is_due_in_time():
    """B1: Its first chunk is made in the turn of its timer."""
    timers, batched = make(width=1.0)
    fired: list[int] = []
    batched.call_later(1, fired.append, 1)
    timers.step()
    assert fired == [1]


def test_pace_of_the_next_bucket():
    """B1: The calls of each bucket are spread over its own time."""
    timers, batched = make(width=2.0, chunk_size=1)
    fired: list[float] = []
    for delay in (2, 4):
        for _ in range(20):
            batched.call_later(delay, lambda: fired.append(timers.now))
    timers.advance(10)
    assert fired == [*[1002.0] * 10, *[1003.0] * 10, *[1004.0] * 10, *[1005.0] * 10]


def test_slow_calls_in_a_busy_loop():
    """B4: They take no longer than the loop's turn, however far they are behind."""
    timers, batched = make(width=1.0, chunk_size=1)
    in_turn: list[float] = []

    def call() -> None:
        timers.now += 0.02

    def turn() -> None:
        in_turn.append(timers.now)
        timers.now += 0.05
        if timers.now < 1010:
            timers.driver.call_soon(turn)

    for _ in range(400):
        batched.call_later(1, call)
    timers.driver.call_soon(turn)
    timers.advance(11)
    # Between two turns there are the 0.05 s of one, and the calls.
    longest = max(after - before for before, after in pairwise(in_turn))
    assert 0.08 < longest < 0.13


def test_long_turns_that_are_fast_enough():
    """B4: One chunk is made in a turn as long as that keeps the pace."""
    timers, batched = make(width=2.0, chunk_size=1)
    fired: list[float] = []
    for _ in range(60):
        batched.call_later(2, lambda: fired.append(timers.now))
    end = slow_turns(timers, 0.02)
    timers.advance(5)
    end()
    assert len(fired) == 60
    # The first burst, at 50 calls in a second; the pace is 30.
    assert min(after - before for before, after in pairwise(fired[:10])) > 0.01


def test_pause_that_ends_late():
    """B4: The calls then take no longer than it was late, not as long as it was."""
    timers, batched = make(width=1.0, chunk_size=1)
    fired: list[float] = []

    def call() -> None:
        timers.now += 0.04
        fired.append(timers.now)

    def block() -> None:
        timers.now += 0.06

    for _ in range(20):
        batched.call_later(1, call)
    timers.call_at(1001.49, block)  # The pause ends at 1001.5.
    while timers.now < 1001.49:
        timers.step()
    assert len(fired) == 10
    timers.step()
    assert len(fired) == 12
    timers.advance(1)
    assert len(fired) == 20


def test_exit_from_a_call_that_empties_its_bucket():
    """B5: Nothing is left of the bucket, whose calls are in several chunks."""
    timers, batched = make(width=1.0, chunk_size=1)
    fired: list[int] = []

    def call() -> None:
        last.cancel()
        raise SystemExit

    batched.call_later(1, fired.append, 1)
    batched.call_later(1, call)
    last = batched.call_later(1, fired.append, 2)
    with pytest.raises(SystemExit):
        timers.advance(1)
    timers.advance(1)
    assert fired == [1]
    assert timers.outstanding == 0


def test_buckets_that_are_overdue():
    """B4: After a stall one chunk is made in a turn, however many buckets are due."""
    timers, batched = make(width=0.01, chunk_size=10)
    fired: list[int] = []
    in_turn: list[int] = []
    for each in range(50):
        for _ in range(3):
            batched.call_later(each * 0.01, fired.append, each)
    timers.now += 5

    def turn() -> None:
        in_turn.append(len(fired))
        if len(fired) < 150:
            timers.driver.call_soon(turn)

    timers.driver.call_soon(turn)
    timers.advance(1)
    assert fired == sorted(fired)
    assert len(fired) == 150
    assert max(after - before for before, after in pairwise(in_turn)) <= 10
    assert timers.outstanding == 0


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_calls_that_are_cancelled_while_their_bucket_waits_for_another(steps: int):
    """B3: The bucket that is being run meanwhile makes all of its calls."""
    timers, batched = make(width=1.0, chunk_size=1)
    fired: list[int] = []
    for index in range(30):
        batched.call_later(1, fired.append, index)
    call = batched.call_later(2, fired.append, -1)
    timers.now += 5
    for _ in range(steps):
        timers.step()  # With two, both buckets are due.
    call.cancel()
    timers.advance(10)
    assert fired == [*range(30)]
    assert timers.outstanding == 0


@pytest.mark.parametrize("waits", [False, True], ids=["alone", "another-waits"])
def test_calls_that_are_cancelled_in_a_pause(waits: bool):
    """B3: A bucket that is emptied between two bursts gives up its native timer."""
    timers, batched = make(width=1.0, chunk_size=1)
    fired: list[int] = []
    calls = [batched.call_later(1, fired.append, each) for each in range(20)]
    if waits:
        batched.call_later(1.5, fired.append, 100)
    timers.now = 1001.6
    timers.advance(0.45)  # The next bucket is due, and the second burst is not.
    assert fired == [*range(10)]
    assert timers.outstanding == 1
    for call in calls:
        call.cancel()
    timers.advance(0)
    assert timers.outstanding == 0
    assert fired == [*range(10), *([100] if waits else [])]


@pytest.mark.parametrize("size", [1, 5000])
def test_bucket_that_is_due_after_the_end(size: int):
    """L1: The calls that are left are not made once the loop has ended."""
    timers, batched = make(chunk_size=1)
    fired: list[int] = []
    for each in range(size):
        batched.call_later(1, fired.append, each)
    timers.advance(0.5)
    timers.driver.has_ended = True
    timers.advance(10)
    assert fired == []
    assert timers.outstanding == 0


@pytest.mark.parametrize("turns", [1, 2, 3, 4, 10, 11, 12, 13, 14])
def test_end_while_a_bucket_is_worked_off(turns: int):
    """L1: The same while its calls are counted and made."""
    timers, batched = make(chunk_size=100)
    fired: list[int] = []
    for each in range(3000):
        batched.call_later(1, fired.append, each)
    for _ in range(turns):
        timers.step()
    made = len(fired)
    timers.driver.has_ended = True
    timers.advance(10)
    assert len(fired) == made < 3000
    assert timers.outstanding == 0


class Short(float):
    """A number whose sums have three digits, as those of NumPy's short floats."""

    def __add__(self, other: float) -> Short:
        return Short(f"{float(self) + other:.3g}")

    __radd__ = __add__


@pytest.mark.parametrize("resets", [False, True])
@pytest.mark.parametrize("number", [1, 2])
def test_delay_of_few_digits(resets: bool, number: int):
    """B1: Such a delay is added to the time as a float."""
    timers, batched = make(width=0.25)
    fired: list[float] = []
    timers.now = 2_600_001.1
    for _ in range(number):  # The second finds the bucket of the first.
        call = batched.call_later(
            7 if resets else Short(1.2), lambda: fired.append(timers.now)
        )
        if resets:
            call.reset(Short(1.2))
    timers.advance(2)
    assert fired == [2_600_002.5] * number
