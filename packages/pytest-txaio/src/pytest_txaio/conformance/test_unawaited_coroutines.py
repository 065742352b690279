"""Coroutine functions where a plain function is expected: they would not run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]


def add_callback(txa: IBackend, fn: Any) -> None:
    """Have *fn* called as a callback, with a value."""
    future = txa.create_future()
    txa.add_callbacks(future, fn, None)
    txa.resolve(future, 1)


def add_late_callback(txa: IBackend, fn: Any) -> None:
    """Have *fn* called as a callback of a settled future, with an errback beside it."""
    txa.add_callbacks(txa.create_future_success(1), fn, print)


def add_errback(txa: IBackend, fn: Any) -> None:
    """Have *fn* called as an errback, with a failure."""
    txa.add_callbacks(txa.create_future_error(Boom()), None, fn)


def add_canceller(txa: IBackend, fn: Any) -> None:
    """Have *fn* called as a canceller, with a future."""
    txa.cancel(txa.create_future(canceller=fn))


def call_from_thread(txa: IBackend, fn: Any) -> None:
    """Have *fn* called from a thread, with an argument."""
    txa.call_from_thread(fn, 1)


WAYS = [add_callback, add_late_callback, add_errback, add_canceller, call_from_thread]


@pytest.mark.parametrize("way", WAYS)
async def test_coroutine_function_in_the_place_of_a_plain_one(
    txa: IBackend, unit: float, reported: Reported, way: Callable[..., None]
) -> None:
    """A4: It is reported, and the error names the fix, which works."""
    ran: list[str] = []

    async def work(name: str, _given: object) -> None:
        ran.append(name)

    way(txa, partial(work, "alone"))
    await pause(txa, unit)
    (error,) = reported()
    assert isinstance(error, TypeError)
    assert "work" in str(error)
    assert "txa.as_future" in str(error)
    way(txa, partial(txa.as_future, work, "by as_future"))
    await pause(txa, unit)
    assert ran == ["by as_future"]


@pytest.mark.parametrize("way", WAYS)
async def test_coroutine_that_a_plain_function_returns(
    txa: IBackend, unit: float, way: Callable[..., None]
) -> None:
    """A4: It is not reported: something else may hold it, and run it."""
    kept: list[Any] = []

    async def work() -> int:
        return 1

    def make(_given: object) -> Any:
        kept.append(work())
        return kept[0]

    way(txa, make)
    await pause(txa, unit)
    assert await kept[0] == 1


async def test_callable_object_whose_call_is_a_coroutine_function(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """A4: An object with an ``async def __call__`` is reported, too."""

    class Work:
        async def __call__(self, _value: object) -> None:
            pytest.fail("it ran")

    for way in WAYS:
        way(txa, Work())
    await pause(txa, unit)
    assert [type(error) for error in reported()] == [TypeError] * len(WAYS)


async def test_other_callbacks_than_a_coroutine_function(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """A4: Other callbacks and awaiters get the value."""
    called: list[int] = []

    async def work(_value: int) -> None:
        pytest.fail("it ran")

    future = txa.create_future()
    txa.add_callbacks(future, called.append, None)
    txa.add_callbacks(future, work, None)
    txa.add_callbacks(future, called.append, None)
    txa.resolve(future, 1)
    assert await future == 1
    await pause(txa, unit)
    assert called == [1, 1]
    assert len(reported()) == 1
