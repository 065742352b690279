"""Cancellation of futures, and of what an awaiter awaits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFailedFuture

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]


async def test_cancelling_a_pending_future(txa: IBackend, unit: float) -> None:
    """X1: It is settled at once; awaiters and errbacks get `CancelledError`."""
    called: list[IFailedFuture] = []
    future = txa.create_future()
    txa.add_callbacks(future, lambda _value: pytest.fail("callback"), called.append)
    txa.cancel(future)
    assert txa.is_called(future)
    with pytest.raises(txa.CancelledError):
        await future
    txa.add_callbacks(future, lambda _value: pytest.fail("callback"), called.append)
    await pause(txa, unit)
    assert len(called) == 2
    assert all(isinstance(each.value, txa.CancelledError) for each in called)


async def test_awaiter_catches_the_cancellation(txa: IBackend, unit: float) -> None:
    """X1: A coroutine that awaits the future can catch the error and continue."""

    async def wait() -> str:
        try:
            await future
        except txa.CancelledError:
            await txa.sleep(unit)
            return "caught"
        return "not cancelled"

    future = txa.create_future()
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(future)
    assert await waiting == "caught"


async def test_canceller_is_called_once(txa: IBackend, unit: float) -> None:
    """X1: The canceller is called once, with the future, even if cancelled again."""
    called: list[Any] = []
    future = txa.create_future(canceller=called.append)
    txa.cancel(future)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    await pause(txa, unit)
    assert called == [future]


async def test_canceller_of_an_awaited_future(txa: IBackend, unit: float) -> None:
    """X1: The same is true if the future is cancelled through its awaiter."""

    async def wait() -> None:
        await future

    called: list[Any] = []
    future = txa.create_future(canceller=called.append)
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(waiting)
    with pytest.raises(txa.CancelledError):
        await waiting
    await pause(txa, unit)
    assert called == [future]


async def test_message_of_a_cancellation(txa: IBackend) -> None:
    """X1: The message becomes the text of the `CancelledError`."""
    future = txa.create_future()
    txa.cancel(future, "peer is gone")
    with pytest.raises(txa.CancelledError, match="peer is gone"):
        await future


async def test_cancelling_a_resolved_future(txa: IBackend) -> None:
    """X2: It keeps its value, and its canceller is not called."""
    future = txa.create_future(canceller=lambda _future: pytest.fail("called"))
    txa.resolve(future, "value")
    txa.cancel(future)
    assert await future == "value"


async def test_cancelling_a_failed_future(txa: IBackend) -> None:
    """X2: It keeps its failure, and its canceller is not called."""
    future = txa.create_future(canceller=lambda _future: pytest.fail("called"))
    txa.reject(future, Boom())
    txa.cancel(future)
    with pytest.raises(Boom):
        await future


async def test_cancelling_an_ended_coroutine(txa: IBackend) -> None:
    """X2: A coroutine that has ended keeps its value, too."""

    async def work() -> str:
        return "value"

    future = txa.as_future(work)
    await future
    txa.cancel(future)
    assert await future == "value"


async def test_settling_a_cancelled_future(txa: IBackend) -> None:
    """X3: A late value or failure is ignored, also repeatedly."""
    future = txa.create_future()
    txa.cancel(future)
    for _ in range(2):
        txa.resolve(future, "late")
        txa.reject(future, Boom("late"))
    with pytest.raises(txa.CancelledError):
        await future


async def test_settling_a_future_that_its_awaiter_cancelled(
    txa: IBackend, unit: float
) -> None:
    """X3: The same is true if it was cancelled through its awaiter."""

    async def wait() -> None:
        await future

    future = txa.create_future()
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(waiting)
    await pause(txa, unit)
    txa.resolve(future, "late")
    txa.reject(future, Boom("late"))
    with pytest.raises(txa.CancelledError):
        await waiting


async def test_settling_a_cancelled_future_in_its_errback(
    txa: IBackend, unit: float
) -> None:
    """X3: The same is true inside its own errback."""
    future = txa.create_future()
    txa.add_callbacks(future, None, lambda _failure: txa.resolve(future, "late"))
    txa.cancel(future)
    await pause(txa, unit)
    with pytest.raises(txa.CancelledError):
        await future


async def test_one_of_several_awaiters_is_cancelled(txa: IBackend, unit: float) -> None:
    """X7: All awaiters of the future end; none hangs."""

    async def wait() -> None:
        await future

    future = txa.create_future()
    waiting = [txa.as_future(wait) for _ in range(3)]
    await pause(txa, unit)
    txa.cancel(waiting[1])
    await pause(txa, unit)
    assert [txa.is_called(one) for one in waiting] == [True, True, True]
    for one in waiting:
        with pytest.raises(txa.CancelledError):
            await one


async def test_cancelled_awaiter_and_a_callback(txa: IBackend, unit: float) -> None:
    """X7: An errback of the future is called as well."""

    async def wait() -> None:
        await future

    called: list[BaseException] = []
    future = txa.create_future()
    txa.add_callbacks(future, None, lambda failure: called.append(failure.value))
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(waiting)
    with pytest.raises(txa.CancelledError):
        await waiting
    await pause(txa, unit)
    assert len(called) == 1
    assert isinstance(called[0], txa.CancelledError)


@pytest.mark.parametrize("through", ["cancel", "awaiter"])
@pytest.mark.parametrize("what", ["resolve", "reject", "cancel"])
async def test_canceller_cannot_change_the_outcome(
    txa: IBackend, unit: float, what: str, through: str
) -> None:
    """X8: A canceller that settles its future has no effect."""

    def meddle(cancelled: Any) -> None:
        if what == "resolve":
            txa.resolve(cancelled, "meddled")
        elif what == "reject":
            txa.reject(cancelled, Boom("meddled"))
        else:
            txa.cancel(cancelled)

    async def wait() -> None:
        await future

    future = txa.create_future(canceller=meddle)
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(future if through == "cancel" else waiting)
    for one in (waiting, future):
        with pytest.raises(txa.CancelledError):
            await one


@pytest.mark.parametrize("through", ["cancel", "awaiter"])
async def test_error_in_a_canceller(
    txa: IBackend, unit: float, reported: Reported, through: str
) -> None:
    """X8: It is reported, and the future is cancelled nevertheless."""

    def fail(_future: object) -> None:
        raise boom

    async def wait() -> None:
        await future

    boom = Boom()
    future = txa.create_future(canceller=fail)
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(future if through == "cancel" else waiting)
    for one in (waiting, future):
        with pytest.raises(txa.CancelledError):
            await one
    await pause(txa, unit)
    assert reported() == [boom]
