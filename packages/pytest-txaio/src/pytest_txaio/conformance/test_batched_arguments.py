"""Batched timers: what they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._things import INF, NAN


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]


@pytest.mark.parametrize("width", [0, -1, -0.0, NAN, INF, -INF])
async def test_width_that_is_none(txa: IBackend, width: float) -> None:
    """B7: A bucket that is not finite and above zero: `ValueError` names it."""
    with pytest.raises(ValueError, match=r"^bucket_seconds"):
        txa.make_batched_timer(width)


@pytest.mark.parametrize("chunk_size", [0, -1])
async def test_chunk_of_nothing(txa: IBackend, chunk_size: int) -> None:
    """B7: A chunk of less than one call: `ValueError` names it."""
    with pytest.raises(ValueError, match=r"^chunk_size"):
        txa.make_batched_timer(1, chunk_size)


@pytest.mark.parametrize("chunk_size", [1.5, 10.0, "10", None])
async def test_chunk_that_is_no_integer(txa: IBackend, chunk_size: Any) -> None:
    """B7: A chunk that is no `int`: `TypeError` names it."""
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
    """B7: `TypeError` names the argument, at the call."""
    with pytest.raises(TypeError, match=r"^func .*call"):
        txa.make_batched_timer(1).call_later(1, func)
