"""Callbacks: each is called once, with the original outcome, in order."""

from __future__ import annotations

import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Argument, Boom
from txaio_interfaces import IFailedFuture


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFuture

    Reported = Callable[[], list[BaseException]]


@pytest.mark.parametrize("early", [True, False], ids=["early", "late"])
async def test_callback_gets_the_value(txa: IBackend, unit: float, early: bool) -> None:
    """C1: With a value, only the callback is called, once."""
    called: list[Any] = []
    future = txa.create_future() if early else txa.create_future_success("value")
    txa.add_callbacks(future, called.append, lambda _failure: called.append("errback"))
    if early:
        txa.resolve(future, "value")
    await pause(txa, unit)
    assert called == ["value"]


@pytest.mark.parametrize("early", [True, False], ids=["early", "late"])
async def test_errback_gets_the_failure(
    txa: IBackend, unit: float, early: bool
) -> None:
    """C1: With a failure, only the errback is called, once; it has the exception."""
    called: list[IFailedFuture] = []
    boom = Boom()
    future = txa.create_future() if early else txa.create_future_error(boom)
    txa.add_callbacks(future, lambda _value: pytest.fail("callback"), called.append)
    if early:
        txa.reject(future, boom)
    await pause(txa, unit)
    assert len(called) == 1
    assert isinstance(called[0], IFailedFuture)
    assert called[0].value is boom


async def test_errback_of_a_coroutine(txa: IBackend, unit: float) -> None:
    """C1: The same is true of the future of a coroutine."""

    async def fail() -> None:
        await txa.sleep(unit)
        raise boom

    boom = Boom()
    called: list[BaseException] = []
    future = txa.as_future(fail)
    txa.add_callbacks(future, None, lambda failure: called.append(failure.value))
    await pause(txa, 2 * unit)
    assert called == [boom]


async def test_callback_alone_and_errback_alone(txa: IBackend, unit: float) -> None:
    """C1: If there is no function for the outcome, none is called."""
    called: list[str] = []
    failed = txa.create_future_error(Boom())
    txa.add_callbacks(failed, lambda _value: called.append("callback"), None)
    txa.add_callbacks(
        txa.create_future_success(None), None, lambda _failure: called.append("errback")
    )
    with pytest.raises(Boom):
        await failed
    await pause(txa, unit)
    assert called == []


async def test_callbacks_run_in_order_of_registration(
    txa: IBackend, unit: float
) -> None:
    """C2: Callbacks run in the order of registration, also those added later."""
    called: list[int] = []

    def tell(number: int, _value: object) -> None:
        called.append(number)

    future = txa.create_future()
    for number in range(5):
        txa.add_callbacks(future, partial(tell, number), None)
    txa.resolve(future)
    for number in range(5, 10):
        txa.add_callbacks(future, partial(tell, number), None)
    await pause(txa, unit)
    assert called == list(range(10))


async def test_callbacks_run_in_order_of_settling(txa: IBackend, unit: float) -> None:
    """C2: Callbacks of several futures run in the order in which these settled."""
    called: list[str] = []

    def tell(name: str, _value: object) -> None:
        called.append(name.upper())

    futures = {name: txa.create_future() for name in "abc"}
    for name, future in futures.items():
        txa.add_callbacks(future, called.append, None)
        txa.add_callbacks(future, partial(tell, name), None)
    for name in "bca":
        txa.resolve(futures[name], name)
    await pause(txa, unit)
    assert called == ["b", "B", "c", "C", "a", "A"]


async def test_settling_inside_a_callback_keeps_the_order(
    txa: IBackend, unit: float
) -> None:
    """C2: Callbacks of a future settled in a callback run after those of the first."""
    called: list[str] = []
    first, second = txa.create_future(), txa.create_future()
    txa.add_callbacks(second, called.append, None)
    txa.add_callbacks(first, lambda _value: txa.resolve(second, "second"), None)
    txa.add_callbacks(first, called.append, None)
    txa.resolve(first, "first")
    await pause(txa, unit)
    assert called == ["first", "second"]


async def test_callback_added_inside_a_callback(txa: IBackend, unit: float) -> None:
    """C2: A callback that is added in a callback runs after the existing ones."""
    called: list[str] = []

    def add(_value: object) -> None:
        txa.add_callbacks(future, lambda _value: called.append("added"), None)

    future = txa.create_future()
    txa.add_callbacks(future, add, None)
    txa.add_callbacks(future, lambda _value: called.append("there"), None)
    txa.resolve(future)
    await pause(txa, unit)
    assert called == ["there", "added"]


async def test_return_value_is_ignored(txa: IBackend, unit: float) -> None:
    """C3: Whatever a callback returns, other callbacks and awaiters get the value."""
    called: list[Any] = []
    future = txa.create_future()
    unsettled = txa.create_future()
    failure = txa.create_failure(Boom())

    def give(returned: object, _value: object) -> object:
        return returned

    for returned in ("other", None, Boom(), failure, unsettled):
        txa.add_callbacks(future, partial(give, returned), None)
        txa.add_callbacks(future, called.append, None)
    txa.resolve(future, "value")
    assert await future == "value"
    await pause(txa, unit)
    assert called == ["value"] * 5
    txa.add_callbacks(future, called.append, None)
    await pause(txa, unit)
    assert called == ["value"] * 6


async def test_errback_does_not_handle_the_failure(txa: IBackend, unit: float) -> None:
    """C3: An errback that returns a value does not turn the failure into success."""
    called: list[BaseException] = []
    boom = Boom()
    future = txa.create_future()
    txa.add_callbacks(future, None, lambda _failure: "handled")
    txa.add_callbacks(
        future,
        lambda _value: pytest.fail("callback"),
        lambda failure: called.append(failure.value),
    )
    txa.reject(future, boom)
    with pytest.raises(Boom) as caught:
        await future
    await pause(txa, unit)
    assert caught.value is boom
    assert called == [boom]


async def test_endless_callbacks_do_not_block_the_loop(txa: IBackend) -> None:
    """C6: Callbacks that each settle another future do not block the loop."""
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


ENDS: dict[str, Callable[[IBackend, IFuture[Any]], object]] = {
    "resolve": lambda txa, future: txa.resolve(future, 1),
    "reject": lambda txa, future: txa.reject(future, Boom()),
    "cancel": lambda txa, future: txa.cancel(future),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_settled_future_releases_functions(
    txa: IBackend, unit: float, end: Callable[[IBackend, IFuture[Any]], object]
) -> None:
    """C1: It keeps neither its callbacks nor its canceller."""

    def ignore(_argument: Argument, _outcome: object) -> None:
        """Do nothing."""

    fn = partial(ignore, Argument())
    gone = weakref.ref(fn.args[0])
    future: IFuture[Any] = txa.create_future(canceller=fn)
    txa.add_callbacks(future, fn, fn)
    end(txa, future)
    await pause(txa, unit)
    del fn
    collect_dropped()
    assert gone() is None
    assert txa.is_called(future)
