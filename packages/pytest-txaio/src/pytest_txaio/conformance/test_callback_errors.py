"""Callbacks: errors, deep chains, and calls without any callback."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]

DEEP = 5000


async def test_every_errback_is_called(txa: IBackend, unit: float) -> None:
    """C4: Every errback gets the failure, early or late."""
    called: list[BaseException] = []
    boom = Boom()
    future = txa.create_future()
    for _ in range(3):
        txa.add_callbacks(future, None, lambda failure: called.append(failure.value))
    txa.reject(future, boom)
    for _ in range(3):
        txa.add_callbacks(future, None, lambda failure: called.append(failure.value))
    await pause(txa, unit)
    assert called == [boom] * 6


async def test_error_in_a_callback(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """C5: It is reported; errbacks and other callbacks do not get it."""
    called: list[Any] = []
    boom = Boom()

    def fail(_value: object) -> None:
        raise boom

    future = txa.create_future()
    txa.add_callbacks(future, fail, called.append)
    txa.add_callbacks(future, called.append, called.append)
    txa.resolve(future, "value")
    assert await future == "value"
    await pause(txa, unit)
    assert called == ["value"]
    assert reported() == [boom]


async def test_error_in_an_errback(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """C5: It is reported; the other errbacks get the original failure."""
    called: list[BaseException] = []
    boom, other = Boom("original"), Boom("in the errback")

    def fail(_failure: object) -> None:
        raise other

    future = txa.create_future()
    txa.add_callbacks(future, None, fail)
    txa.add_callbacks(future, None, lambda failure: called.append(failure.value))
    txa.reject(future, boom)
    await pause(txa, unit)
    assert called == [boom]
    assert reported() == [other]


async def test_error_in_a_late_callback(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """C5: The same is true of a callback that is added to a settled future."""
    boom = Boom()

    def fail(_value: object) -> None:
        raise boom

    txa.add_callbacks(txa.create_future_success(None), fail, None)
    await pause(txa, unit)
    assert reported() == [boom]


async def test_resolving_in_callbacks_deep(txa: IBackend) -> None:
    """C6: Futures that resolve each other in callbacks, 5,000 deep."""
    futures = [txa.create_future() for _ in range(DEEP)]
    for future, following in pairwise(futures):
        txa.add_callbacks(future, partial(txa.resolve, following), None)
    txa.resolve(futures[0], "passed on")
    assert await futures[-1] == "passed on"


async def test_rejecting_in_errbacks_deep(txa: IBackend) -> None:
    """C6: Futures that reject each other in errbacks, 5,000 deep."""
    boom = Boom()
    futures = [txa.create_future() for _ in range(DEEP)]
    for future, following in pairwise(futures):
        txa.add_callbacks(future, None, partial(txa.reject, following))
    txa.reject(futures[0], boom)
    with pytest.raises(Boom) as caught:
        await futures[-1]
    assert caught.value is boom


async def test_adding_in_callbacks_deep(txa: IBackend) -> None:
    """C6: Callbacks that add callbacks to settled futures, 5,000 deep."""
    end = txa.create_future()

    def step(depth: int) -> None:
        if depth == DEEP:
            txa.resolve(end)
        else:
            txa.add_callbacks(txa.create_future_success(depth + 1), step, None)

    step(0)
    await end


async def test_resolving_coroutines_deep(txa: IBackend) -> None:
    """C6: Coroutines that each await the one before, 5,000 deep."""

    async def follow(future: Any) -> Any:
        return await future

    first = future = txa.create_future()
    for _ in range(DEEP):
        future = txa.as_future(follow, future)
    txa.resolve(first, "passed on")
    assert await future == "passed on"


async def test_neither_callback_nor_errback(txa: IBackend) -> None:
    """C7: With neither, `ValueError` names both arguments."""
    future = txa.create_future_success(None)
    with pytest.raises(ValueError, match=r"callback.*errback"):
        txa.add_callbacks(future, None, None)


async def test_add_callbacks_returns_the_future(txa: IBackend) -> None:
    """C7: The future itself is returned, whether pending or settled."""
    future = txa.create_future()
    assert txa.add_callbacks(future, lambda _value: None, None) is future
    txa.resolve(future)
    assert txa.add_callbacks(future, lambda _value: None, None) is future
