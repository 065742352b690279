"""Batched timers: many calls share few native timers and are never early."""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause, until
from pytest_txaio.conformance._helpers import INF


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]

ROUNDING = 1e-6
"""Seconds by which sums of floats may differ."""


@pytest.mark.parametrize("width", [0.1, 0.3, 0.75, 1, 2, 5])
async def test_never_early_and_less_than_a_bucket_late(
    txa: IBackend, unit: float, late: float, width: float
) -> None:
    """B1: This is true of random delays, made at random times, in many widths."""
    chance = random.Random(width)  # noqa: S311 - no secret
    bucket = width * unit
    timer = txa.make_batched_timer(bucket, chunk_size=1000)
    lateness: list[float] = []

    def ask() -> None:
        delay = chance.uniform(0, 5) * unit
        due = txa.time() + delay
        timer.call_later(delay, lambda: lateness.append(txa.time() - due))

    for _ in range(60):
        txa.call_later(chance.uniform(0, 2) * unit, ask)
    await until(txa, lambda: len(lateness) == 60, unit)
    assert min(lateness) >= -ROUNDING
    assert max(lateness) < bucket + late


async def test_delay_of_whole_buckets(txa: IBackend, unit: float, late: float) -> None:
    """B1: This is also true at the edges of a bucket."""
    timer = txa.make_batched_timer(unit)
    lateness: list[float] = []

    def ask(delay: float) -> None:
        due = txa.time() + delay
        timer.call_later(delay, lambda: lateness.append(txa.time() - due))

    # Made inside a call of a bucket, so the time is an edge.
    timer.call_later(0, lambda: [*map(ask, (0, unit, 2 * unit, 3 * unit))])
    await until(txa, lambda: len(lateness) == 4, unit)
    assert min(lateness) >= -ROUNDING
    assert max(lateness) < unit + late


async def test_chunks_spread_over_one_more_bucket(
    txa: IBackend, unit: float, late: float
) -> None:
    """B1: In a bucket of many chunks, the last call is less than two buckets late."""
    timer = txa.make_batched_timer(2 * unit, chunk_size=1)
    lateness: list[float] = []
    due = txa.time() + unit
    for _ in range(50):
        timer.call_later(unit, lambda: lateness.append(txa.time() - due))
    await until(txa, lambda: len(lateness) == 50, unit)
    assert min(lateness) >= -ROUNDING
    assert max(lateness) < 4 * unit + late


async def test_calls_share_one_native_timer(
    txa: IBackend, unit: float, timers: Count
) -> None:
    """B1: The calls of one bucket share one native timer."""
    before = timers()
    timer = txa.make_batched_timer(5 * unit)
    calls = [timer.call_later(unit, pytest.fail, "called") for _ in range(50)]
    await txa.sleep(0)
    assert timers() <= before + 2
    for call in calls:
        call.cancel()


async def test_batched_arguments_of_any_name(txa: IBackend, unit: float) -> None:
    """B1: A call is made once, with its arguments, which may have any name."""
    made: list[Any] = []
    names = {"delay": 1, "func": 2, "fn": 3, "fun": 4, "self": 5, "args": 6, "when": 7}

    def show(*args: Any, **kwargs: Any) -> None:
        made.append((args, kwargs))

    timer = txa.make_batched_timer(unit)
    timer.call_later(unit, show, 1, 2, **names)
    timer.call_later(unit, show)
    await pause(txa, 4 * unit)
    # On a busy machine the calls may be in two buckets.
    assert len(made) == 2
    assert ((1, 2), names) in made
    assert ((), {}) in made


@pytest.mark.parametrize("delay", [0, -1, -INF])
async def test_no_delay_means_the_next_bucket(
    txa: IBackend, unit: float, late: float, delay: float
) -> None:
    """B1: A delay of zero or less is due in the next bucket, not inside the call."""
    made: list[float] = []
    begun = txa.time()
    txa.make_batched_timer(2 * unit).call_later(delay, lambda: made.append(txa.time()))
    assert made == []
    await pause(txa, 4 * unit)
    assert len(made) == 1
    assert 0 <= made[0] - begun < 2 * unit + late + ROUNDING


async def test_batched_infinite_delay(
    txa: IBackend, unit: float, timers: Count
) -> None:
    """B1: A call with an infinite delay is never due, and has no native timer."""
    before = timers()
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(INF, pytest.fail, "called")
    await pause(txa, 3 * unit)
    assert timers() <= before
    call.cancel()
    call.cancel()


@pytest.mark.parametrize(
    ("width", "period"), [(5, 1), (5, 0), (2, 3), (1, 1), (0.5, 2), (3, 3), (2, -1)]
)
async def test_rearming_does_not_spin(
    txa: IBackend, unit: float, late: float, width: float, period: float
) -> None:
    """B2: A call that makes itself again runs once per ceil(period / width)."""
    made: list[float] = []
    span = 9
    begun = txa.time()
    timer = txa.make_batched_timer(width * unit)

    def act() -> None:
        made.append(txa.time())
        calls.append(timer.call_later(period * unit, act))

    calls = [timer.call_later(period * unit, act)]
    await pause(txa, span * unit)
    calls[-1].cancel()
    spent = (txa.time() - begun) / unit
    buckets = max(1, math.ceil(period / width))
    assert len(made) <= spent / (buckets * width) + 1
    # It is made, and less than a bucket late each time.
    least = (span - late / unit) / (max(0, period) + width)
    assert len(made) >= int(least) - 1
    gaps = [after - before for before, after in pairwise(made)]
    assert all(gap >= max(0, period) * unit - ROUNDING for gap in gaps)


async def test_call_added_by_a_call_of_the_same_bucket(
    txa: IBackend, unit: float
) -> None:
    """B2: A call that another call makes is in a later bucket, in any chunk."""
    rounds: list[str] = []
    timer = txa.make_batched_timer(2 * unit, chunk_size=2)

    def first() -> None:
        rounds.append("first")
        timer.call_later(0, rounds.append, "second")

    for _ in range(6):
        timer.call_later(unit, first)
    await pause(txa, 12 * unit)
    assert rounds.count("second") == 6
    assert rounds[:2] == ["first", "first"]


@pytest.mark.parametrize("width", [1.0, 0.2])
async def test_reset_later(
    txa: IBackend, unit: float, late: float, width: float
) -> None:
    """B1: A call moved by `reset` is not early and less than a bucket late."""
    made: list[float] = []
    due: list[float] = []
    bucket = width * unit
    timer = txa.make_batched_timer(bucket)

    def move() -> None:
        assert call.reset(unit) is True
        due.append(txa.time() + unit)

    call = timer.call_later(unit, lambda: made.append(txa.time()))
    for number in range(1, 5):
        txa.call_later(0.5 * number * unit, move)
    await pause(txa, 4 * unit + bucket)
    assert len(made) == 1
    assert -ROUNDING <= made[0] - due[-1] < bucket + late


async def test_reset_sooner(txa: IBackend, unit: float, late: float) -> None:
    """B1: The same is true if it is moved to an earlier bucket."""
    made: list[float] = []
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(50 * unit, lambda: made.append(txa.time() - due))
    await pause(txa, 0.5 * unit)
    due = txa.time() + 2 * unit
    assert call.reset(2 * unit) is True
    await pause(txa, 4 * unit)
    assert len(made) == 1
    assert -ROUNDING <= made[0] < unit + late


async def test_reset_to_never_and_back(txa: IBackend, unit: float) -> None:
    """B1: A call can be reset to an infinite delay, and back."""
    made: list[str] = []
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, made.append, "made")
    assert call.reset(INF)
    await pause(txa, 3 * unit)
    assert made == []
    assert call.reset(0)
    await pause(txa, 3 * unit)
    assert made == ["made"]
