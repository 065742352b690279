"""Batched timers: arguments that are refused, and extreme ones that are not."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import INF, NAN, ROUNDING


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]


@pytest.mark.parametrize("width", [0, -1, -0.0, NAN, INF, -INF])
async def test_invalid_width(txa: IBackend, width: float) -> None:
    """B7: A width that is not finite and above zero: `ValueError` names it."""
    with pytest.raises(ValueError, match=r"^bucket_seconds"):
        txa.make_batched_timer(width)


@pytest.mark.parametrize("chunk_size", [0, -1])
async def test_chunk_size_below_one(txa: IBackend, chunk_size: int) -> None:
    """B7: A chunk size below one: `ValueError` names it."""
    with pytest.raises(ValueError, match=r"^chunk_size"):
        txa.make_batched_timer(1, chunk_size)


@pytest.mark.parametrize("chunk_size", [1.5, 10.0, "10", None])
async def test_chunk_size_that_is_not_an_integer(
    txa: IBackend, chunk_size: Any
) -> None:
    """B7: A chunk size that is not an `int`: `TypeError` names it."""
    with pytest.raises(TypeError, match=r"^chunk_size"):
        txa.make_batched_timer(1, chunk_size)


async def test_batched_delay_that_is_not_a_number(txa: IBackend, unit: float) -> None:
    """B7: NaN: `ValueError` names the argument; the other calls are made."""
    made: list[str] = []
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, made.append, "made")
    with pytest.raises(ValueError, match=r"^delay"):
        timer.call_later(NAN, pytest.fail, "called")
    with pytest.raises(ValueError, match=r"^delay"):
        call.reset(NAN)
    await pause(txa, 3 * unit)
    assert made == ["made"]


@pytest.mark.parametrize("func", [None, 42, "print"])
async def test_batched_function_that_cannot_be_called(txa: IBackend, func: Any) -> None:
    """B7: A function that is not callable: `TypeError` names the argument at once."""
    with pytest.raises(TypeError, match=r"^func .*call"):
        txa.make_batched_timer(1).call_later(1, func)


@pytest.mark.parametrize("delay", [None, "5", [], 1j], ids=repr)
async def test_batched_delay_of_a_wrong_type(
    txa: IBackend, unit: float, delay: Any
) -> None:
    """B7: A delay that is not a number: `TypeError`; a call keeps its time."""
    made: list[str] = []
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, made.append, "made")
    words = rf"^delay must be a number of seconds, not '{type(delay).__name__}'"
    with pytest.raises(TypeError, match=words):
        timer.call_later(delay, pytest.fail, "called")
    with pytest.raises(TypeError, match=words):
        call.reset(delay)
    await pause(txa, 3 * unit)
    assert made == ["made"]


@pytest.mark.parametrize("kind", [Decimal, Fraction])
async def test_batched_delay_of_another_kind(
    txa: IBackend, unit: float, kind: Callable[[float], Any]
) -> None:
    """B1: Delays and widths may be real numbers of any type."""
    made: list[str] = []
    timer = txa.make_batched_timer(kind(unit))
    timer.call_later(kind(unit), made.append, "made")
    call = timer.call_later(INF, made.append, "moved")
    assert call.reset(kind(unit))
    await pause(txa, 3 * unit)
    assert sorted(made) == ["made", "moved"]


@pytest.mark.parametrize(
    "delay", [1e300, 1.7e308, 10**400], ids=["1e300", "1.7e308", "10**400"]
)
async def test_batched_delay_too_large_for_a_clock(
    txa: IBackend, unit: float, delay: float
) -> None:
    """B1: A delay too large for any clock means never; the call can be reset."""
    made: list[str] = []
    timer = txa.make_batched_timer(0.5 * unit)
    never = timer.call_later(delay, pytest.fail, "called")
    call = timer.call_later(unit, made.append, "made")
    assert call.reset(delay)
    await pause(txa, 2 * unit)
    assert made == []
    assert call.reset(unit)
    await pause(txa, 2 * unit)
    assert made == ["made"]
    never.cancel()


@pytest.mark.parametrize("width", [5e-324, 1e-300, 1e-9])
async def test_bucket_narrower_than_the_clock_resolution(
    txa: IBackend, unit: float, late: float, width: float
) -> None:
    """B1: Any width above zero is accepted, and no call is early."""
    made: list[float] = []
    due = txa.time() + unit
    timer = txa.make_batched_timer(width)
    timer.call_later(unit, lambda: made.append(txa.time() - due))
    await pause(txa, 2 * unit)
    assert len(made) == 1
    assert -ROUNDING <= made[0] <= late + ROUNDING


async def test_infinite_width(txa: IBackend) -> None:
    """B7: A width too large for a float is infinite: `ValueError` names it."""
    with pytest.raises(ValueError, match=r"^bucket_seconds"):
        txa.make_batched_timer(10**400)
