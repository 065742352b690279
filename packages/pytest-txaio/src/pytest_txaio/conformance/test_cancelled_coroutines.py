"""Cancellation of coroutines, and of those that await them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import Boom, nap


if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_txaio.conformance._fixtures import Natives
    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]


WAITS: dict[str, Callable[[IBackend, float], Any]] = {
    "future": lambda txa, _unit: txa.create_future(),
    "sleep": lambda txa, unit: txa.sleep(100 * unit),
    "coroutine": lambda txa, unit: txa.as_future(nap, txa, 100 * unit),
    "bare-coroutine": lambda txa, unit: nap(txa, 100 * unit),
    "gather": lambda txa, unit: txa.gather([txa.sleep(100 * unit)]),
    "shield": lambda txa, _unit: txa.shield(txa.create_future()),
    "timeout": lambda txa, unit: txa.timeout(txa.create_future(), 100 * unit),
    "uncancelled-over": lambda txa, unit: after_clean_up(txa, 100 * unit),
}


async def after_clean_up(txa: IBackend, seconds: float) -> None:
    """Sleep after an `uncancelled` call."""
    await txa.uncancelled(nap, txa, 0)
    await pause(txa, seconds)


@pytest.mark.parametrize("wait", [*WAITS.values(), None], ids=[*WAITS, "native"])
async def test_cancelling_a_coroutine(
    txa: IBackend, unit: float, natives: Natives, wait: Callable[..., Any] | None
) -> None:
    """X4: `CancelledError` is raised at its await, whatever it awaits."""
    seen: list[BaseException] = []

    async def work() -> None:
        try:
            await (wait(txa, unit) if wait else natives.make(txa))
        except BaseException as error:
            seen.append(error)
            raise

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    # On AnyIO, native awaits raise the native error.
    assert len(seen) == 1
    assert not isinstance(seen[0], Exception) or isinstance(seen[0], txa.CancelledError)


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
async def test_cancellation_becomes_a_value(
    txa: IBackend, unit: float, wait: Callable[..., Any]
) -> None:
    """X4: A coroutine may catch its cancellation and return, or await again."""

    async def work() -> str:
        try:
            await wait(txa, unit)
        except txa.CancelledError:
            return "value"
        return "not cancelled"

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    assert await future == "value"


async def test_coroutine_goes_on_after_its_cancellation(
    txa: IBackend, unit: float
) -> None:
    """X4: It can clean up in `uncancelled`, and then return a value."""

    async def work() -> str:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.uncancelled(nap, txa, unit)
        return "value"

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    assert await future == "value"


async def test_finally_runs_before_the_future_settles(
    txa: IBackend, unit: float
) -> None:
    """X4: `finally` runs before the future of the coroutine is settled."""
    events: list[str] = []
    gate = txa.create_future()

    async def clean_up() -> None:
        await gate

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(clean_up)
            events.append("cleaned up")

    future = txa.as_future(work)
    txa.add_callbacks(future, None, lambda _failure: events.append("settled"))
    await pause(txa, unit)
    txa.cancel(future)
    await pause(txa, unit)
    assert not txa.is_called(future)
    assert events == []
    txa.resolve(gate)
    with pytest.raises(txa.CancelledError):
        await future
    await pause(txa, unit)
    assert events == ["cleaned up", "settled"]


async def test_error_in_clean_up(txa: IBackend, unit: float) -> None:
    """X4: An exception in the clean-up becomes the outcome."""

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            raise boom

    boom = Boom()
    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(Boom) as caught:
        await future
    assert caught.value is boom


async def test_cancelling_at_once(txa: IBackend, unit: float) -> None:
    """X4: A coroutine that may not have started is cancelled, too."""

    async def work() -> None:
        await txa.create_future()

    future = txa.as_future(work)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    await pause(txa, unit)


async def test_message_reaches_the_coroutine(txa: IBackend, unit: float) -> None:
    """X4: Awaiters of the coroutine get the message, unless it is caught."""

    async def work() -> None:
        await txa.create_future()

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future, "peer is gone")
    with pytest.raises(txa.CancelledError, match="peer is gone"):
        await future


async def test_cancelling_an_awaiter(txa: IBackend, unit: float) -> None:
    """X5: The future that it awaits is cancelled."""

    async def outer() -> None:
        await inner

    inner = txa.create_future()
    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert txa.is_called(inner)
    with pytest.raises(txa.CancelledError):
        await inner


async def test_outer_waits_for_the_clean_up_of_the_inner(
    txa: IBackend, unit: float
) -> None:
    """X5: At three levels, each resumes after the one it awaits has cleaned up."""
    events: list[str] = []

    async def inner() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(nap, txa, unit)
            events.append("inner")

    async def middle() -> None:
        try:
            await txa.as_future(inner)
        finally:
            await txa.uncancelled(nap, txa, unit)
            events.append("middle")

    async def outer() -> None:
        try:
            await txa.as_future(middle)
        finally:
            events.append("outer")

    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert events == ["inner", "middle", "outer"]


async def test_inner_turns_its_cancellation_into_a_value(
    txa: IBackend, unit: float
) -> None:
    """X5: The outer coroutine ends, even if the inner one catches its cancellation."""

    async def inner() -> str:
        with suppress(txa.CancelledError):
            await txa.create_future()
        return "value"

    async def outer() -> str:
        return await txa.as_future(inner)

    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    try:
        outcome = await future
    except txa.CancelledError:
        outcome = "value"
    assert outcome == "value"
