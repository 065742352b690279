"""Checks of arguments, and the errors that they raise."""

from __future__ import annotations

import inspect
from decimal import Decimal
from fractions import Fraction
from math import inf, nan
from typing import Any

import pytest

from txaio_common import (
    Backend,
    check_batches,
    check_callable,
    check_delay,
    check_grace,
)


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [
        (2, 2.0),
        (0.5, 0.5),
        (True, 1.0),
        (Decimal("0.25"), 0.25),
        (Fraction(1, 4), 0.25),
        (inf, inf),
        (10**400, inf),
        (-(10**400), -inf),
        (Decimal("1e400"), inf),
    ],
)
def test_number_of_seconds(delay: Any, seconds: float):
    """T3: Any real number is one; if it exceeds all floats it is infinite."""
    checked = check_delay(delay)
    assert checked == seconds
    assert type(checked) is float


@pytest.mark.parametrize("check", [check_delay, check_grace])
@pytest.mark.parametrize("value", [None, "5", [], 1j, b"5"], ids=repr)
def test_not_a_number_of_seconds(check: Any, value: Any):
    """T3: `TypeError` names the type, also of a string that contains a number."""
    words = f"must be a number of seconds, not {type(value).__name__!r}$"
    with pytest.raises(TypeError, match=words):
        check(value)


@pytest.mark.parametrize("value", [nan, Decimal("NaN")])
def test_nan(value: Any):
    """T3: `ValueError` names the argument."""
    with pytest.raises(ValueError, match=r"^seconds must .* not NaN$"):
        check_delay(value, "seconds")
    with pytest.raises(ValueError, match=r"^grace must .* not NaN$"):
        check_grace(value)


def test_signalling_nan():
    """T3: `ValueError` names the argument, though nothing can be asked of this NaN."""
    value = Decimal("sNaN")
    expected = r"must be a number of seconds, not Decimal\('sNaN'\)$"
    with pytest.raises(ValueError, match=f"^seconds {expected}"):
        check_delay(value, "seconds")
    with pytest.raises(ValueError, match=f"^grace {expected}"):
        check_grace(value)
    with pytest.raises(ValueError, match=f"^bucket_seconds {expected}"):
        check_batches(value, 1)


@pytest.mark.parametrize("grace", [-1, -inf, -(10**400)], ids=["-1", "-inf", "int"])
def test_grace_below_zero(grace: Any):
    """L1: `ValueError` names the argument and its value."""
    with pytest.raises(ValueError, match=r"^grace must .* zero or more, not -"):
        check_grace(grace)


@pytest.mark.parametrize("grace", [0, 0.5, inf, Decimal(5)])
def test_grace(grace: Any):
    """L1: Zero and infinity are valid."""
    assert check_grace(grace) == grace


def test_check_callable():
    """T3: `TypeError` names the argument."""
    check_callable(print, "func")
    with pytest.raises(TypeError, match=r"^func must be callable, not 'int'$"):
        check_callable(5, "func")


def test_uncancelled_coroutine(txa: Backend):
    """X9: A coroutine in the place of the function: `TypeError`, and it is closed."""

    async def clean_up() -> None:
        pass

    coroutine: Any = clean_up()
    with pytest.raises(TypeError) as caught:
        txa.uncancelled(coroutine)
    assert str(caught.value) == (
        "pass the function itself: uncancelled(fn, 1), not uncancelled(fn(1))"
    )
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED


def test_uncancelled_number(txa: Backend):
    """X9: What cannot be called: `TypeError`, at once."""
    number: Any = 5
    with pytest.raises(TypeError, match=r"^fn must be callable, not 'int'$"):
        txa.uncancelled(number)


def test_signature_of_a_backend():
    """An argument left out is shown as in the interface, and as no address."""
    create_future = inspect.signature(Backend.create_future)
    assert str(create_future.parameters["result"]) == "result: 'Any' = ..."
    assert "out: 'IO[str]" in str(inspect.signature(Backend.start_logging))
    assert " = ..., level:" in str(inspect.signature(Backend.start_logging))
