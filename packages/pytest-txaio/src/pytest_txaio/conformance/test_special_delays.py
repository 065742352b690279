"""Timed calls with special delays, and with errors."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import INF, NAN, Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]


@pytest.mark.parametrize("delay", [0, 0.0, -1, -0.5, -INF])
async def test_no_delay_means_soon(txa: IBackend, unit: float, delay: float) -> None:
    """T3: With a delay of zero or less, the call is made soon, not at once."""
    made: list[str] = []
    begun = txa.time()
    txa.call_later(delay, made.append, "made")
    assert made == []
    await pause(txa, 0.5 * unit)
    assert made == ["made"]
    assert unit < 1 or txa.time() - begun < unit


async def test_zeros_keep_their_order(txa: IBackend, unit: float) -> None:
    """T3: Calls without delay are made in order, before those that they make."""
    made: list[int] = []

    def act(number: int) -> None:
        made.append(number)
        if number < 5:
            txa.call_later(0, act, number + 5)

    for number in range(5):
        txa.call_later(0, act, number)
    await pause(txa, unit)
    assert made == list(range(10))


async def test_endless_zero_delays_do_not_block_the_loop(
    txa: IBackend, unit: float
) -> None:
    """T3: A call that makes itself again without delay does not block the loop."""
    made: list[str] = []

    def again() -> None:
        if not made:
            txa.call_later(0, again)

    async def go_on() -> None:
        for _ in range(3):
            await txa.sleep(0)
        made.append("went on")

    again()
    await txa.as_future(go_on)
    await pause(txa, unit)
    assert made == ["went on"]


@pytest.mark.parametrize("nan", [NAN, Decimal("NaN"), Decimal("sNaN")], ids=repr)
async def test_delay_that_is_not_a_number(txa: IBackend, unit: float, nan: Any) -> None:
    """T3: NaN: `ValueError` names the argument; other timers work."""
    made: list[str] = []
    call = txa.call_later(unit, made.append, "made")
    with pytest.raises(ValueError, match=r"^delay"):
        txa.call_later(nan, pytest.fail, "called")
    with pytest.raises(ValueError, match=r"^delay"):
        txa.sleep(nan)
    with pytest.raises(ValueError, match=r"^delay"):
        call.reset(nan)
    with pytest.raises(ValueError, match=r"^when"):
        txa.call_at(nan, pytest.fail, "called")
    with pytest.raises(ValueError, match=r"^seconds"):
        txa.move_on_after(nan)
    with pytest.raises(ValueError, match=r"^bucket_seconds"):
        txa.make_batched_timer(nan)
    with pytest.raises(ValueError, match=r"^delay"):
        txa.make_batched_timer(1).call_later(nan, pytest.fail, "called")
    await pause(txa, 2 * unit)
    assert made == ["made"]


async def test_infinite_delay(txa: IBackend, unit: float) -> None:
    """T3: A call with an infinite delay is never due; others are made in time."""
    made: list[str] = []
    calls = [txa.call_later(INF, pytest.fail, "called") for _ in range(3)]
    txa.call_later(unit, made.append, "made")
    endless = txa.sleep(INF)
    await pause(txa, 2 * unit)
    assert made == ["made"]
    assert not txa.is_called(endless)
    txa.cancel(endless)
    for call in calls:
        call.cancel()
        call.cancel()


@pytest.mark.parametrize(
    "delay", [1e300, 1.7e308, 10**400], ids=["e300", "e308", "int"]
)
async def test_delay_too_large_for_a_clock(
    txa: IBackend, unit: float, delay: float
) -> None:
    """T3: A delay too large for any clock means never; the call can be reset."""
    made: list[str] = []
    never = txa.call_later(delay, pytest.fail, "called")
    call = txa.call_later(delay, made.append, "moved")
    txa.call_later(-delay, made.append, "soon")
    await pause(txa, unit)
    assert made == ["soon"]
    assert call.reset(unit)
    await pause(txa, 2 * unit)
    assert made == ["soon", "moved"]
    never.cancel()


@pytest.mark.parametrize("kind", [Decimal, Fraction])
async def test_delay_of_another_kind(
    txa: IBackend, unit: float, kind: Callable[[float], Any]
) -> None:
    """T1: A delay may be a real number of any type."""
    made: list[str] = []
    txa.call_later(kind(unit), made.append, "made")
    call = txa.call_later(INF, made.append, "moved")
    assert call.reset(kind(1.5 * unit))
    await txa.sleep(kind(2 * unit))
    assert made == ["made", "moved"]


@pytest.mark.parametrize("delay", [0, 1, INF])
@pytest.mark.parametrize("func", [None, 42, "print"])
async def test_function_that_cannot_be_called(
    txa: IBackend, func: Any, delay: float
) -> None:
    """T3: A function that is not callable: `TypeError` at once."""
    with pytest.raises(TypeError, match=r"^func .*call"):
        txa.call_later(delay, func)


@pytest.mark.parametrize("delay", [0, -1, -INF])
async def test_sleep_of_no_length(txa: IBackend, unit: float, delay: float) -> None:
    """T3: A sleep of zero or less ends soon."""
    begun = txa.time()
    await pause(txa, delay)
    assert unit < 1 or txa.time() - begun < unit


async def test_error_in_a_timed_call(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """T4: It is reported; other calls are made, also those due at the same time."""
    made: list[float] = []
    boom, other = Boom(), Boom()

    def fail(error: Boom) -> None:
        raise error

    for delay in (0, 0.5, 0.5, 1):
        txa.call_later(delay * unit, made.append, delay)
    txa.call_later(0, fail, other)
    txa.call_later(0.5 * unit, fail, boom)
    for delay in (0, 0.5, 0.5, 1):
        txa.call_later(delay * unit, made.append, delay)
    await pause(txa, 2 * unit)
    assert sorted(made) == [0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1]
    assert reported() == [other, boom]


async def test_timed_calls_that_raise_a_base_exception(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """T4: Errors that are no `Exception`, such as `CancelledError`, are reported."""
    made: list[float] = []
    errors: list[BaseException] = []

    def fail(error: BaseException) -> None:
        errors.append(error)
        raise error

    for delay in (0, 0.5):
        for kind in (txa.CancelledError, GeneratorExit):
            txa.call_later(delay * unit, fail, kind())
            txa.call_later(delay * unit, made.append, delay)
    await pause(txa, 2 * unit)
    assert made == [0, 0, 0.5, 0.5]
    assert reported() == errors
    assert len(errors) == 4


async def test_coroutine_function_called_later(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """T4: A coroutine that is never awaited is reported, with the fix."""
    ran: list[int] = []
    timer = txa.make_batched_timer(unit)

    async def work(number: int) -> None:
        ran.append(number)

    txa.call_later(unit, work, 1)
    timer.call_later(unit, work, 1)
    txa.call_later(unit, txa.as_future, work, 2)
    await pause(txa, 4 * unit)
    assert ran == [2]
    errors = reported()
    assert [type(error) for error in errors] == [TypeError, TypeError]
    for error in errors:
        assert "call_later(delay, txa.as_future, func" in str(error)


async def test_coroutine_that_a_timed_call_returns(txa: IBackend, unit: float) -> None:
    """T4: A coroutine that a plain function returns is not reported."""
    kept: list[Any] = []

    async def work() -> int:
        return 1

    def make() -> Any:
        kept.append(work())
        return kept[0]

    txa.call_later(unit, make)
    txa.make_batched_timer(unit).call_later(unit, lambda: kept[0])
    await pause(txa, 4 * unit)
    assert await kept[0] == 1


async def test_scope_without_time_that_is_left_at_once(
    txa: IBackend, unit: float
) -> None:
    """D1: Its deadline does not come any more, though it has passed."""
    async with txa.move_on_after(0) as scope:
        """Await nothing."""
    await pause(txa, unit)
    assert not scope.expired
