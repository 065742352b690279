"""Batched timers: calls that are cancelled or moved."""

from __future__ import annotations

import weakref
from contextvars import ContextVar
from typing import TYPE_CHECKING

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import INF, Argument, show


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]

ROUNDING = 1e-6
"""Seconds by which sums of floats may differ."""
held: ContextVar[Argument | None] = ContextVar("held", default=None)


async def test_batched_cancel_any_number_of_times(txa: IBackend, unit: float) -> None:
    """B3: A cancelled call is not made; cancelling again is harmless."""
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, pytest.fail, "called")
    for _ in range(3):
        call.cancel()
    await pause(txa, 3 * unit)
    call.cancel()


async def test_batched_cancel_after_the_call(txa: IBackend, unit: float) -> None:
    """B3: Cancelling after the call is harmless, also if its bucket exists again."""
    made: list[str] = []
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, made.append, "first")
    await pause(txa, 3 * unit)
    timer.call_later(unit, made.append, "second")
    call.cancel()
    call.cancel()
    await pause(txa, 3 * unit)
    assert made == ["first", "second"]


async def test_cancel_inside_the_call(txa: IBackend, unit: float) -> None:
    """B3: Cancelling inside the call is harmless; the rest of its bucket is called."""
    made: list[str] = []

    def act() -> None:
        made.append("made")
        call.cancel()

    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, act)
    timer.call_later(unit, made.append, "other")
    await pause(txa, 3 * unit)
    assert made == ["made", "other"]


@pytest.mark.parametrize("chunk_size", [100, 3, 1])
@pytest.mark.parametrize("victims", [range(1, 10), range(5, 8), [9], [1]], ids=str)
async def test_cancel_by_a_call_of_the_same_bucket(
    txa: IBackend, unit: float, chunk_size: int, victims: list[int]
) -> None:
    """B3: A call that is cancelled by another of its bucket or chunk is not made."""
    made: list[int] = []
    timer = txa.make_batched_timer(unit, chunk_size)

    def act(number: int) -> None:
        made.append(number)
        if number == 0:
            for victim in victims:
                calls[victim].cancel()

    calls = [timer.call_later(unit, act, number) for number in range(10)]
    await pause(txa, 4 * unit)
    assert made == [number for number in range(10) if number not in victims]


async def test_cancel_between_chunks(txa: IBackend, unit: float) -> None:
    """B3: A call that is cancelled between two chunks is not made."""
    made: list[int] = []
    timer = txa.make_batched_timer(2 * unit, chunk_size=2)

    def act(number: int) -> None:
        made.append(number)
        if number == 0:
            txa.call_later(0, lambda: [call.cancel() for call in calls])

    calls = [timer.call_later(unit, act, number) for number in range(10)]
    await pause(txa, 6 * unit)
    # In real time the first call may have a bucket to itself.
    assert made in ([0], [0, 1])


async def test_empty_bucket_cancels_its_timer(
    txa: IBackend, unit: float, timers: Count
) -> None:
    """B3: When the last call of a bucket is cancelled, so is its native timer."""
    before = timers()
    timer = txa.make_batched_timer(unit)
    calls = [
        timer.call_later(100 * unit, pytest.fail, "called"),
        timer.call_later(100 * unit, pytest.fail, "called"),
        timer.call_later(200 * unit, pytest.fail, "called"),
    ]
    await pause(txa, unit)
    for call in calls:
        call.cancel()
    # The timer may be removed in the next iteration, so that re-arming is fast.
    await pause(txa, unit)
    assert timers() <= before


async def test_empty_bucket_is_used_again(
    txa: IBackend, unit: float, late: float
) -> None:
    """B3: A bucket that became empty can be used again, at once and later."""
    made: list[float] = []
    timer = txa.make_batched_timer(unit)

    def note(due: float) -> None:
        made.append(txa.time() - due)

    for wait in (0, 0.5):
        due = txa.time() + 2 * unit
        timer.call_later(2 * unit, pytest.fail, "called").cancel()
        if wait:
            await txa.sleep(wait * unit)
        timer.call_later(due - txa.time(), note, due)
        await txa.sleep(4 * unit)
    assert len(made) == 2
    assert min(made) >= -ROUNDING
    assert max(made) < unit + late


async def test_batched_cancelled_call_releases_its_arguments(
    txa: IBackend, unit: float
) -> None:
    """B3: A cancelled call releases its arguments, even if its handle is kept."""
    argument = Argument()
    gone = weakref.ref(argument)
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, show, argument)
    is_chosen = timer.call_later(unit, show, end=argument)
    call.cancel()
    is_chosen.cancel()
    await txa.sleep(0)
    del argument
    collect_dropped()
    assert gone() is None


async def test_batched_cancelled_call_releases_its_context(
    txa: IBackend, unit: float
) -> None:
    """B3: A cancelled call releases its context with its handle at the latest."""
    argument = Argument()
    gone = weakref.ref(argument)
    timer = txa.make_batched_timer(unit)
    token = held.set(argument)
    call = timer.call_later(unit, show)
    held.reset(token)
    call.cancel()
    await txa.sleep(0)
    del argument, token, call
    collect_dropped()
    assert gone() is None


async def test_reset_by_a_call_of_the_same_bucket(txa: IBackend, unit: float) -> None:
    """B3: A call that another of its bucket resets is made once, later."""
    made: list[str] = []
    timer = txa.make_batched_timer(unit)
    timer.call_later(unit, lambda: call.reset(INF))
    call = timer.call_later(unit, made.append, "made")
    await pause(txa, 3 * unit)
    assert made == []
    assert call.reset(unit)
    await pause(txa, 3 * unit)
    assert made == ["made"]


async def test_reset_of_a_call_that_is_over(txa: IBackend, unit: float) -> None:
    """B3: `reset` of a call that was made, is running or was cancelled does nothing."""
    made: list[bool] = []
    timer = txa.make_batched_timer(unit)
    cancelled = timer.call_later(unit, pytest.fail, "called")
    cancelled.cancel()
    assert cancelled.reset(unit) is False
    call = timer.call_later(unit, lambda: made.append(call.reset(unit)))
    await pause(txa, 3 * unit)
    assert call.reset(unit) is False
    await pause(txa, 3 * unit)
    assert made == [False]
