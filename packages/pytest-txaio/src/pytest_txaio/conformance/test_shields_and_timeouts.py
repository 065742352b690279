"""shield and timeout."""

from __future__ import annotations

import gc
import weakref
from contextvars import ContextVar, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom, nap


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFuture

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]


async def test_cancelling_a_shield(txa: IBackend, unit: float) -> None:
    """X6: The shielded future is not cancelled."""
    future = txa.create_future()
    shield = txa.shield(future)
    txa.cancel(shield)
    with pytest.raises(txa.CancelledError):
        await shield
    await pause(txa, unit)
    assert not txa.is_called(future)
    txa.resolve(future, "value")
    assert await future == "value"


async def test_cancelling_the_awaiter_of_a_shield(txa: IBackend, unit: float) -> None:
    """X6: The same is true if the awaiter of the shield is cancelled."""

    async def inner() -> str:
        value: str = await gate
        return value

    async def outer() -> None:
        await txa.shield(future)

    gate = txa.create_future()
    future = txa.as_future(inner)
    waiting = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(waiting)
    with pytest.raises(txa.CancelledError):
        await waiting
    await pause(txa, unit)
    assert not txa.is_called(future)
    txa.resolve(gate, "value")
    assert await future == "value"


@pytest.mark.parametrize("early", [True, False], ids=["early", "late"])
async def test_shield_follows(txa: IBackend, early: bool) -> None:
    """X6: A shield has the outcome of its future, also if that is cancelled."""
    boom = Boom()
    resolved, failed, cancelled = [txa.create_future() for _ in range(3)]
    futures = [resolved, failed, cancelled]
    shields = [txa.shield(future) for future in futures] if early else []
    txa.resolve(resolved, "value")
    txa.reject(failed, boom)
    txa.cancel(cancelled)
    shields = shields or [txa.shield(future) for future in futures]
    assert await shields[0] == "value"
    with pytest.raises(Boom) as caught:
        await shields[1]
    assert caught.value is boom
    with pytest.raises(txa.CancelledError):
        await shields[2]


async def test_shields_follow_in_order(txa: IBackend, unit: float) -> None:
    """X6: Several shields of a future have its outcome, in the order of the calls."""
    order: list[int] = []

    def note(number: int, _value: object) -> None:
        order.append(number)

    future = txa.create_future()
    shields = [txa.shield(future) for _ in range(5)]
    for number, shield in enumerate(shields):
        txa.add_callbacks(shield, partial(note, number), None)
    txa.resolve(shields[3], "its own")
    txa.cancel(shields[1])
    txa.resolve(future, "value")
    late = txa.shield(future)
    await pause(txa, unit)
    assert sorted(order) == [0, 2, 3, 4]
    assert [number for number in order if number != 3] == [0, 2, 4]
    values = [await shields[number] for number in (0, 2, 3)]
    assert values == ["value", "value", "its own"]
    assert await late == "value"


WAITING: dict[str, Callable[[IBackend, Any], Any]] = {
    "shield": lambda txa, future: txa.shield(future),
    "timeout": lambda txa, future: txa.timeout(txa.shield(future), 1000),
    "gather": lambda txa, future: txa.gather([txa.shield(future)]),
}


@pytest.mark.parametrize("wait", WAITING.values(), ids=WAITING)
async def test_shield_that_is_given_up(
    txa: IBackend, unit: float, wait: Callable[[IBackend, Any], Any]
) -> None:
    """X6: Its future does not keep it, nor the context in which it was made."""

    class Value:
        """What the context holds."""

    value = ContextVar[Value]("value")
    kept: list[weakref.ref[Any]] = []
    future = txa.create_future()

    def give_up() -> None:
        value.set(Value())
        kept.append(weakref.ref(value.get()))
        waiting = wait(txa, future)
        kept.append(weakref.ref(waiting))
        txa.cancel(waiting)

    for _ in range(3):
        copy_context().run(give_up)
    await pause(txa, unit)
    gc.collect()
    collect_dropped()
    assert [each() for each in kept] == [None] * 6
    txa.resolve(future, "value")
    assert await txa.shield(future) == "value"


async def test_future_that_is_dropped_with_its_shields(
    txa: IBackend, unit: float
) -> None:
    """X6: Nothing else keeps them."""
    future = txa.create_future()
    shield = txa.shield(future)
    kept = [weakref.ref(each) for each in (future, shield)]
    del future
    await pause(txa, unit)
    collect_dropped()
    assert kept[0]() is None
    txa.cancel(shield)
    await pause(txa, unit)
    del shield
    await pause(txa, unit)
    collect_dropped()
    assert kept[1]() is None


async def test_timeout_follows(txa: IBackend, unit: float) -> None:
    """X10: If the future is settled in time, the result has its outcome."""
    boom = Boom()
    resolved, failed = txa.create_future(), txa.create_future()
    timeouts = [txa.timeout(future, 50 * unit) for future in (resolved, failed)]
    txa.call_later(unit, txa.resolve, resolved, "value")
    txa.call_later(unit, txa.reject, failed, boom)
    assert await timeouts[0] == "value"
    with pytest.raises(Boom) as caught:
        await timeouts[1]
    assert caught.value is boom


async def test_timeout(txa: IBackend, unit: float, late: float) -> None:
    """X10: Otherwise the future is cancelled, and the result is `TimeoutError`."""
    called: list[Any] = []
    begun = txa.time()
    future = txa.create_future(canceller=called.append)
    with pytest.raises(TimeoutError):
        await txa.timeout(future, 3 * unit)
    assert called == [future]
    assert -0.002 <= txa.time() - begun - 3 * unit <= late
    with pytest.raises(txa.CancelledError):
        await future
    await pause(txa, unit)
    assert called == [future]


async def test_timeout_of_a_coroutine(txa: IBackend, unit: float) -> None:
    """X10: A coroutine is cancelled and cleans up."""
    events: list[str] = []

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(nap, txa, unit)
            events.append("cleaned up")

    future = txa.as_future(work)
    with pytest.raises(TimeoutError):
        await txa.timeout(future, unit)
    with pytest.raises(txa.CancelledError):
        await future
    assert events == ["cleaned up"]


async def test_timeout_cancels_its_timer(
    txa: IBackend, unit: float, timers: Count
) -> None:
    """X10: Its timer is cancelled when the future is settled."""
    before = timers()
    future = txa.create_future()
    timeout = txa.timeout(future, 1000 * unit)
    txa.resolve(future, "value")
    assert await timeout == "value"
    await pause(txa, unit)
    collect_dropped()
    assert timers() <= before


async def test_cancelling_a_timeout(txa: IBackend, unit: float, timers: Count) -> None:
    """X10: Cancelling it cancels the future and its timer."""
    before = timers()
    future = txa.create_future()
    timeout = txa.timeout(future, 1000 * unit)
    txa.cancel(timeout)
    for one in (timeout, future):
        with pytest.raises(txa.CancelledError):
            await one
    await pause(txa, unit)
    assert timers() <= before


async def test_timeout_of_a_cancelled_future(txa: IBackend) -> None:
    """X10: If the future is cancelled, so is the result."""
    future = txa.create_future()
    timeout = txa.timeout(future, 1000)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await timeout


async def test_infinite_timeout(txa: IBackend, unit: float) -> None:
    """X10: An infinite timeout has no effect."""
    future = txa.create_future()
    timeout = txa.timeout(future, float("inf"))
    txa.call_later(unit, txa.resolve, future, "value")
    assert await timeout == "value"


async def test_timeout_that_is_not_a_number(txa: IBackend) -> None:
    """X10: NaN: `ValueError` names the argument."""
    future = txa.create_future()
    with pytest.raises(ValueError, match=r"^seconds"):
        txa.timeout(future, float("nan"))
    txa.resolve(future)


@pytest.mark.parametrize("seconds", [0, -1])
async def test_timeout_of_a_settled_future(
    txa: IBackend, seconds: float, unit: float
) -> None:
    """X10: A future that is settled already never times out."""
    assert await txa.timeout(txa.create_future_success("value"), seconds) == "value"
    with pytest.raises(Boom):
        await txa.timeout(txa.create_future_error(Boom()), seconds)
    await pause(txa, unit)


async def test_coroutine_instead_of_a_future(txa: IBackend, unit: float) -> None:
    """X6, X10: A coroutine object is run, and the result has its outcome."""

    async def work() -> str:
        await txa.sleep(unit)
        return "value"

    assert await txa.shield(work()) == "value"
    assert await txa.timeout(work(), 3 * unit) == "value"


@pytest.mark.parametrize("early", [True, False])
async def test_value_that_is_a_failure(txa: IBackend, early: bool) -> None:
    """X6, X10: Whatever follows a future has its value, even if that is a failure."""
    failure = txa.create_failure(Boom())
    future: IFuture[Any] = txa.create_future()
    if early:
        txa.resolve(future, failure)
    followers = [txa.shield(future), txa.timeout(future, 1000)]
    if not early:
        txa.resolve(future, failure)
    for follower in followers:
        assert await follower is failure
