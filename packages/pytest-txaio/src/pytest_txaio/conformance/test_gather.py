"""gather: many futures as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import Boom
from txaio_interfaces import IFailedFuture


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]


@pytest.mark.parametrize("consume", [True, False])
async def test_results_in_the_order_of_the_arguments(
    txa: IBackend, consume: bool
) -> None:
    """G1: The results are in the order of the futures, not of their settling."""
    futures = [txa.create_future() for _ in range(4)]
    gathering = txa.gather(futures, consume_exceptions=consume)
    assert txa.is_future(gathering)
    for number in (2, 0, 3, 1):
        assert not txa.is_called(gathering)
        txa.resolve(futures[number], number)
    assert await gathering == [0, 1, 2, 3]


@pytest.mark.parametrize("consume", [True, False])
async def test_nothing_to_gather(txa: IBackend, consume: bool) -> None:
    """G1: The result of gathering nothing is an empty list."""
    nothing: list[Any] = []
    assert await txa.gather(nothing, consume_exceptions=consume) == []
    assert await txa.gather(iter(()), consume_exceptions=consume) == []


@pytest.mark.parametrize("consume", [True, False])
@pytest.mark.parametrize(
    "iterable",
    [tuple, iter, dict.fromkeys, lambda futures: (future for future in futures)],
    ids=["tuple", "iterator", "dict", "generator"],
)
async def test_any_iterable(
    txa: IBackend, iterable: Callable[[Any], Any], consume: bool
) -> None:
    """G1: Any iterable is accepted, also a generator."""
    futures = iterable([txa.create_future_success(number) for number in range(3)])
    assert await txa.gather(futures, consume_exceptions=consume) == [0, 1, 2]


@pytest.mark.parametrize("consume", [True, False])
async def test_coroutine_objects(txa: IBackend, unit: float, consume: bool) -> None:
    """G1: Coroutine objects are accepted beside futures, and run concurrently."""

    async def work(number: int) -> int:
        await txa.sleep(unit)
        return number

    begun = txa.time()
    members: list[Any] = [
        work(0),
        txa.create_future_success(1),
        work(2),
        txa.as_future(work, 3),
    ]
    gathering = txa.gather(members, consume_exceptions=consume)
    assert await gathering == [0, 1, 2, 3]
    if unit == 1:
        assert txa.time() - begun < 1.5


async def test_member_twice(txa: IBackend) -> None:
    """G1: The same future twice gives its value twice."""
    future = txa.create_future()
    gathering = txa.gather([future, future])
    txa.resolve(future, "value")
    assert await gathering == ["value", "value"]


async def test_many_members(txa: IBackend) -> None:
    """G1: Thousands of members can be settled in reverse order."""
    futures = [txa.create_future() for _ in range(3000)]
    gathering = txa.gather(futures)
    for number in reversed(range(3000)):
        txa.resolve(futures[number], number)
    assert await gathering == list(range(3000))


@pytest.mark.parametrize("consume", [True, False])
async def test_member_that_cannot_be_awaited(txa: IBackend, consume: bool) -> None:
    """G1: A member that is not awaitable: `TypeError` names the argument."""
    members: list[Any] = [txa.create_future_success(None), 42]
    with pytest.raises(TypeError, match="futures"):
        txa.gather(members, consume_exceptions=consume)


async def test_future_in_place_of_a_list(txa: IBackend) -> None:
    """G1: A future, which may be iterable, is no list: `TypeError` shows the fix."""
    future: Any = txa.create_future_success(None)
    with pytest.raises(TypeError, match=r"a list of futures, .*: gather\(\[future\]\)"):
        txa.gather(future)


async def test_failed_members_are_failures(txa: IBackend, unit: float) -> None:
    """G2: The place of a failed member holds an `IFailedFuture`."""

    async def fail() -> None:
        await txa.sleep(unit)
        raise late

    early, late = Boom("early"), Boom("late")
    failed = txa.create_future_error(early)
    members: list[Any] = [failed, txa.create_future_success("value"), fail()]
    results = await txa.gather(members)
    assert isinstance(results[0], IFailedFuture)
    assert results[0].value is early
    assert results[1] == "value"
    assert isinstance(results[2], IFailedFuture)
    assert results[2].value is late
    assert "late" in txa.failure_message(results[2])


async def test_cancelled_member_is_a_failure(txa: IBackend) -> None:
    """G2: So does the place of a cancelled one; the result is not cancelled."""
    futures = [txa.create_future(), txa.create_future()]
    gathering = txa.gather(futures, consume_exceptions=True)
    txa.cancel(futures[0])
    txa.resolve(futures[1], "value")
    results = await gathering
    assert isinstance(results[0], IFailedFuture)
    assert isinstance(results[0].value, txa.CancelledError)
    assert results[1] == "value"


async def test_exception_as_a_value(txa: IBackend) -> None:
    """G2: An exception that is the value of a member stays a value."""
    value = Boom("a value")
    assert await txa.gather([txa.create_future_success(value)]) == [value]
