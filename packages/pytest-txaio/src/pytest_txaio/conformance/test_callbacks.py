"""Callbacks: each is told once, of the original outcome, in order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import Boom
from txaio_interfaces import IFailedFuture


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]


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


async def test_callbacks_without_end_let_others_have_their_turn(txa: IBackend) -> None:
    """C6: Callbacks that each settle another future do not stop the loop."""
    made: list[str] = []

    def go_on(_value: object) -> None:
        if not made:
            future = txa.create_future()
            txa.add_callbacks(future, go_on, None)
            txa.resolve(future)

    txa.call_later(0, made.append, "timer")
    go_on(None)
    while not made:
        await txa.sleep(0)
