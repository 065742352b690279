"""Failures are reported when they are dropped, whatever a traceback refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]


async def test_coroutine_that_has_expired(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R2: A `TimeoutError` of a scope is reported at once, though its frame has one."""

    async def expire() -> None:
        async with txa.fail_after(unit) as scope:
            await txa.sleep(10 * unit)
        scope.cancel()

    txa.as_future(expire)
    await pause(txa, 2 * unit)
    collect_dropped()
    assert [type(error) for error in reported()] == [TimeoutError]


@pytest.mark.parametrize("is_batched", [True, False])
async def test_coroutine_that_fails_as_it_is_cancelled(
    txa: IBackend, unit: float, reported: Reported, is_batched: bool
) -> None:
    """R2: So is what a coroutine makes of a cancellation by a timed call."""

    async def fail() -> None:
        try:
            await txa.sleep(10 * unit)
        finally:
            raise Boom

    timer = txa.make_batched_timer(unit) if is_batched else txa
    timer.call_later(unit, txa.cancel, txa.as_future(fail))
    await pause(txa, 4 * unit)
    collect_dropped()
    assert [type(error) for error in reported()] == [Boom]


async def test_failure_beside_a_cancellation(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R2: A cancelled future keeps no frames, which may refer to one that fails."""

    async def fail() -> None:
        await txa.sleep(2 * unit)
        raise Boom

    async def wait() -> None:
        failing = txa.as_future(fail)
        shield: Any = txa.shield(failing)
        await shield

    future = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(future)
    await pause(txa, 2 * unit)
    del future
    collect_dropped()
    assert [type(error) for error in reported()] == [Boom]


@pytest.mark.parametrize("is_held", [True, False])
async def test_failure_of_a_future_whose_awaiter_is_cancelled(
    txa: IBackend, unit: float, reported: Reported, is_held: bool
) -> None:
    """R3: It was awaited, though the awaiter was cancelled in the same turn."""
    futures = [txa.create_future()]

    async def wait() -> None:
        awaited = futures[0]
        await awaited

    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.reject(futures[0], Boom())
    txa.cancel(waiting)
    if not is_held:
        futures.clear()
    with pytest.raises(txa.CancelledError):
        await waiting
    futures.clear()
    del waiting
    collect_dropped()
    assert reported() == []


@pytest.mark.parametrize("is_batched", [True, False])
async def test_coroutine_that_fails_at_its_first_await(
    txa: IBackend, unit: float, reported: Reported, is_batched: bool
) -> None:
    """R2: So is what a coroutine makes of a cancellation at its first await."""

    async def fail() -> None:
        async with txa.move_on_after(50 * unit) as scope:
            scope.cancel()
            try:
                await txa.create_future()
            finally:
                raise Boom

    timer = txa.make_batched_timer(unit) if is_batched else txa
    timer.call_later(unit, txa.as_future, fail)
    await pause(txa, 4 * unit)
    collect_dropped()
    assert [type(error) for error in reported()] == [Boom]


async def test_failure_of_what_is_awaited_after_a_cancellation(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R3: It was awaited, though it failed as it was cancelled at that await."""
    seen: list[type[BaseException]] = []

    async def fail() -> None:
        try:
            await txa.create_future()
        finally:
            raise Boom

    async def wait(futures: list[Any]) -> None:
        try:
            async with txa.move_on_after(50 * unit) as scope:
                scope.cancel()
                await futures.pop()
        except Boom as error:
            seen.append(type(error))

    txa.call_later(2 * unit, txa.as_future, wait, [txa.as_future(fail)])
    await pause(txa, 4 * unit)
    collect_dropped()
    assert seen == [Boom]
    assert reported() == []
