"""gather: members that fail, and cancellation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]


async def test_first_error_fails_at_once(txa: IBackend, unit: float) -> None:
    """G3: The result fails with the same exception object; other members go on."""
    futures = [txa.create_future() for _ in range(3)]
    gathering = txa.gather(futures, consume_exceptions=False)
    boom = Boom()
    txa.reject(futures[1], boom)
    await pause(txa, unit)
    assert txa.is_called(gathering)
    with pytest.raises(Boom) as caught:
        await gathering
    assert caught.value is boom
    assert [txa.is_called(future) for future in futures] == [False, True, False]
    txa.resolve(futures[0], "went on")
    txa.resolve(futures[2])
    assert await futures[0] == "went on"


async def test_failed_member(txa: IBackend) -> None:
    """G3: The same is true if a member had failed before."""
    boom = Boom()
    pending = txa.create_future()
    failed = txa.create_future_error(boom)
    gathering = txa.gather([pending, failed], consume_exceptions=False)
    with pytest.raises(Boom) as caught:
        await gathering
    assert caught.value is boom
    assert not txa.is_called(pending)
    txa.resolve(pending)


async def test_coroutines_go_on(txa: IBackend, unit: float) -> None:
    """G3: Coroutines among the members run to their end."""
    ended: list[str] = []

    async def work() -> None:
        ended.append(await gate)

    async def fail() -> None:
        await txa.sleep(unit)
        raise Boom

    gate = txa.create_future()
    with pytest.raises(Boom):
        await txa.gather([work(), fail(), work()], consume_exceptions=False)
    assert ended == []
    txa.resolve(gate, "ended")
    await pause(txa, unit)
    assert ended == ["ended", "ended"]


async def test_later_failures_are_not_reported(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """G3: Failures after the first one are not reported."""

    async def fail(seconds: float) -> None:
        await txa.sleep(seconds)
        raise Boom

    members: list[Any] = [fail(unit), fail(2 * unit), txa.create_future()]
    gathering = txa.gather(members, consume_exceptions=False)
    with pytest.raises(Boom):
        await gathering
    await pause(txa, 2 * unit)
    txa.reject(members[2], Boom())
    await pause(txa, unit)
    del members, gathering
    collect_dropped()
    assert reported() == []


async def test_cancelled_member_fails_the_gathering(txa: IBackend, unit: float) -> None:
    """G3: A cancelled member is an error like any other; other members go on."""
    futures = [txa.create_future(), txa.create_future()]
    gathering = txa.gather(futures, consume_exceptions=False)
    txa.cancel(futures[0])
    with pytest.raises(txa.CancelledError):
        await gathering
    await pause(txa, unit)
    assert not txa.is_called(futures[1])
    txa.resolve(futures[1])


@pytest.mark.parametrize("consume", [True, False])
async def test_cancelling_a_gathering(
    txa: IBackend, unit: float, consume: bool
) -> None:
    """G4: Its pending members are cancelled; settled ones keep their outcome."""
    events: list[str] = []

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            events.append("cleaned up")

    settled, pending = txa.create_future_success("value"), txa.create_future()
    working = txa.as_future(work)
    members: list[Any] = [settled, pending, working]
    gathering = txa.gather(members, consume_exceptions=consume)
    await pause(txa, unit)
    txa.cancel(gathering)
    for future in (gathering, pending, working):
        with pytest.raises(txa.CancelledError):
            await future
    assert events == ["cleaned up"]
    assert await settled == "value"


@pytest.mark.parametrize("consume", [True, False])
async def test_cancelling_the_awaiter_of_a_gathering(
    txa: IBackend, unit: float, consume: bool
) -> None:
    """G4: The same is true if the awaiter is cancelled."""

    async def outer() -> None:
        await txa.gather(futures, consume_exceptions=consume)

    futures = [txa.create_future() for _ in range(3)]
    waiting = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(waiting)
    for future in (waiting, *futures):
        with pytest.raises(txa.CancelledError):
            await future


async def test_cancelling_a_settled_gathering(txa: IBackend, unit: float) -> None:
    """G4: Cancelling a failed gather cancels no member."""
    futures = [txa.create_future(), txa.create_future()]
    gathering = txa.gather(futures, consume_exceptions=False)
    txa.reject(futures[0], Boom())
    with pytest.raises(Boom):
        await gathering
    txa.cancel(gathering)
    await pause(txa, unit)
    assert not txa.is_called(futures[1])
    txa.resolve(futures[1])


@pytest.mark.parametrize("consume", [True, False])
async def test_members_keep_their_outcome(
    txa: IBackend, unit: float, consume: bool
) -> None:
    """G5: Callbacks and awaiters of a member get its value, before and after."""
    called: list[Any] = []
    futures = [txa.create_future(), txa.create_future()]
    txa.add_callbacks(futures[0], called.append, None)
    gathering = txa.gather(futures, consume_exceptions=consume)
    txa.add_callbacks(futures[0], called.append, None)
    txa.resolve(futures[0], "value")
    txa.resolve(futures[1], "other")
    assert await gathering == ["value", "other"]
    txa.add_callbacks(futures[0], called.append, None)
    assert await futures[0] == "value"
    await pause(txa, unit)
    assert called == ["value"] * 3


@pytest.mark.parametrize("consume", [True, False])
async def test_failed_members_keep_their_failure(
    txa: IBackend, unit: float, consume: bool
) -> None:
    """G5: The same is true of a failure."""
    called: list[BaseException] = []
    boom = Boom()
    future = txa.create_future()
    txa.add_callbacks(future, None, lambda failure: called.append(failure.value))
    gathering = txa.gather([future], consume_exceptions=consume)
    txa.add_callbacks(future, None, lambda failure: called.append(failure.value))
    txa.add_callbacks(gathering, None, lambda _failure: None)
    txa.reject(future, boom)
    await pause(txa, unit)
    txa.add_callbacks(future, None, lambda failure: called.append(failure.value))
    with pytest.raises(Boom) as caught:
        await future
    assert caught.value is boom
    await pause(txa, unit)
    assert called == [boom] * 3
