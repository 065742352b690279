"""Callbacks: each is told once, of the original outcome, in order."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._things import Boom
from txaio_interfaces import IFailedFuture


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]

DEEP = 5000


@pytest.mark.parametrize("early", [True, False], ids=["early", "late"])
async def test_callback_gets_the_value(txa: IBackend, unit: float, early: bool) -> None:
    """C1: Of a value only the callback is told, once."""
    told: list[Any] = []
    future = txa.create_future() if early else txa.create_future_success("value")
    txa.add_callbacks(future, told.append, lambda _failure: told.append("errback"))
    if early:
        txa.resolve(future, "value")
    await pause(txa, unit)
    assert told == ["value"]


@pytest.mark.parametrize("early", [True, False], ids=["early", "late"])
async def test_errback_gets_the_failure(
    txa: IBackend, unit: float, early: bool
) -> None:
    """C1: Of a failure only the errback is told, once; its value is the exception."""
    told: list[IFailedFuture] = []
    boom = Boom()
    future = txa.create_future() if early else txa.create_future_error(boom)
    txa.add_callbacks(future, lambda _value: pytest.fail("callback"), told.append)
    if early:
        txa.reject(future, boom)
    await pause(txa, unit)
    assert len(told) == 1
    assert isinstance(told[0], IFailedFuture)
    assert told[0].value is boom


async def test_errback_of_a_coroutine(txa: IBackend, unit: float) -> None:
    """C1: The future of a coroutine tells, too."""

    async def fail() -> None:
        await txa.sleep(unit)
        raise boom

    boom = Boom()
    told: list[BaseException] = []
    future = txa.as_future(fail)
    txa.add_callbacks(future, None, lambda failure: told.append(failure.value))
    await pause(txa, 2 * unit)
    assert told == [boom]


async def test_callback_alone_and_errback_alone(txa: IBackend, unit: float) -> None:
    """C1: Where the one that it concerns is missing, nothing is called."""
    told: list[str] = []
    failed = txa.create_future_error(Boom())
    txa.add_callbacks(failed, lambda _value: told.append("callback"), None)
    txa.add_callbacks(
        txa.create_future_success(None), None, lambda _failure: told.append("errback")
    )
    with pytest.raises(Boom):
        await failed
    await pause(txa, unit)
    assert told == []


async def test_callbacks_run_in_order_of_registration(
    txa: IBackend, unit: float
) -> None:
    """C2: Callbacks run in the order of registration, also those added afterwards."""
    told: list[int] = []

    def tell(number: int, _value: object) -> None:
        told.append(number)

    future = txa.create_future()
    for number in range(5):
        txa.add_callbacks(future, partial(tell, number), None)
    txa.resolve(future)
    for number in range(5, 10):
        txa.add_callbacks(future, partial(tell, number), None)
    await pause(txa, unit)
    assert told == list(range(10))


async def test_futures_tell_in_order_of_settling(txa: IBackend, unit: float) -> None:
    """C2: Callbacks of several futures run in the order in which these settled."""
    told: list[str] = []

    def tell(name: str, _value: object) -> None:
        told.append(name.upper())

    futures = {name: txa.create_future() for name in "abc"}
    for name, future in futures.items():
        txa.add_callbacks(future, told.append, None)
        txa.add_callbacks(future, partial(tell, name), None)
    for name in "bca":
        txa.resolve(futures[name], name)
    await pause(txa, unit)
    assert told == ["b", "B", "c", "C", "a", "A"]


async def test_settling_inside_a_callback_keeps_the_order(
    txa: IBackend, unit: float
) -> None:
    """C2: A future settled in another's callback tells after all of the other's."""
    told: list[str] = []
    first, second = txa.create_future(), txa.create_future()
    txa.add_callbacks(second, told.append, None)
    txa.add_callbacks(first, lambda _value: txa.resolve(second, "second"), None)
    txa.add_callbacks(first, told.append, None)
    txa.resolve(first, "first")
    await pause(txa, unit)
    assert told == ["first", "second"]


async def test_callback_added_inside_a_callback(txa: IBackend, unit: float) -> None:
    """C2: One that a callback adds comes after those that were there."""
    told: list[str] = []

    def add(_value: object) -> None:
        txa.add_callbacks(future, lambda _value: told.append("added"), None)

    future = txa.create_future()
    txa.add_callbacks(future, add, None)
    txa.add_callbacks(future, lambda _value: told.append("there"), None)
    txa.resolve(future)
    await pause(txa, unit)
    assert told == ["there", "added"]


async def test_return_value_is_ignored(txa: IBackend, unit: float) -> None:
    """C3: Whatever a callback returns, everybody else sees the original value."""
    told: list[Any] = []
    future = txa.create_future()
    unsettled = txa.create_future()
    failure = txa.create_failure(Boom())

    def give(returned: object, _value: object) -> object:
        return returned

    for returned in ("other", None, Boom(), failure, unsettled):
        txa.add_callbacks(future, partial(give, returned), None)
        txa.add_callbacks(future, told.append, None)
    txa.resolve(future, "value")
    assert await future == "value"
    await pause(txa, unit)
    assert told == ["value"] * 5
    txa.add_callbacks(future, told.append, None)
    await pause(txa, unit)
    assert told == ["value"] * 6


async def test_errback_does_not_handle_the_failure(txa: IBackend, unit: float) -> None:
    """C3: An errback that returns a value turns nothing into success."""
    told: list[BaseException] = []
    boom = Boom()
    future = txa.create_future()
    txa.add_callbacks(future, None, lambda _failure: "handled")
    txa.add_callbacks(
        future,
        lambda _value: pytest.fail("callback"),
        lambda failure: told.append(failure.value),
    )
    txa.reject(future, boom)
    with pytest.raises(Boom) as caught:
        await future
    await pause(txa, unit)
    assert caught.value is boom
    assert told == [boom]


async def test_every_errback_is_told(txa: IBackend, unit: float) -> None:
    """C4: Every errback gets the failure, early or late."""
    told: list[BaseException] = []
    boom = Boom()
    future = txa.create_future()
    for _ in range(3):
        txa.add_callbacks(future, None, lambda failure: told.append(failure.value))
    txa.reject(future, boom)
    for _ in range(3):
        txa.add_callbacks(future, None, lambda failure: told.append(failure.value))
    await pause(txa, unit)
    assert told == [boom] * 6


async def test_error_in_a_callback(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """C5: It is reported, and reaches no errback and no other callback."""
    told: list[Any] = []
    boom = Boom()

    def fail(_value: object) -> None:
        raise boom

    future = txa.create_future()
    txa.add_callbacks(future, fail, told.append)
    txa.add_callbacks(future, told.append, told.append)
    txa.resolve(future, "value")
    assert await future == "value"
    await pause(txa, unit)
    assert told == ["value"]
    assert reported() == [boom]


async def test_error_in_an_errback(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """C5: It is reported, and the other errbacks see the original failure."""
    told: list[BaseException] = []
    boom, other = Boom("original"), Boom("in the errback")

    def fail(_failure: object) -> None:
        raise other

    future = txa.create_future()
    txa.add_callbacks(future, None, fail)
    txa.add_callbacks(future, None, lambda failure: told.append(failure.value))
    txa.reject(future, boom)
    await pause(txa, unit)
    assert told == [boom]
    assert reported() == [other]


async def test_error_in_a_late_callback(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """C5: So it is in a callback that is added to a settled future."""
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
    """C6: Failures that are handed on in errbacks, as deep."""
    boom = Boom()
    futures = [txa.create_future() for _ in range(DEEP)]
    for future, following in pairwise(futures):
        txa.add_callbacks(future, None, partial(txa.reject, following))
    txa.reject(futures[0], boom)
    with pytest.raises(Boom) as caught:
        await futures[-1]
    assert caught.value is boom


async def test_adding_in_callbacks_deep(txa: IBackend) -> None:
    """C6: Callbacks that add callbacks to settled futures, as deep."""
    end = txa.create_future()

    def step(depth: int) -> None:
        if depth == DEEP:
            txa.resolve(end)
        else:
            txa.add_callbacks(txa.create_future_success(depth + 1), step, None)

    step(0)
    await end


async def test_resolving_coroutines_deep(txa: IBackend) -> None:
    """C6: Coroutines that each await the one before, as deep."""

    async def follow(future: Any) -> Any:
        return await future

    first = future = txa.create_future()
    for _ in range(DEEP):
        future = txa.as_future(follow, future)
    txa.resolve(first, "passed on")
    assert await future == "passed on"


async def test_neither_callback_nor_errback(txa: IBackend) -> None:
    """C7: With neither there is a `ValueError` that names both."""
    future = txa.create_future_success(None)
    with pytest.raises(ValueError, match=r"callback.*errback"):
        txa.add_callbacks(future, None, None)


async def test_add_callbacks_returns_the_future(txa: IBackend) -> None:
    """C7: The future itself is returned, pending or settled."""
    future = txa.create_future()
    assert txa.add_callbacks(future, lambda _value: None, None) is future
    txa.resolve(future)
    assert txa.add_callbacks(future, lambda _value: None, None) is future
