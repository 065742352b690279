"""Several cancellations of one coroutine: scopes, and awaits that it is not to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend


async def test_two_deadlines_around_uncancelled(txa: IBackend, unit: float) -> None:
    """D3: One inside of `uncancelled` takes nothing from one outside, and adds none."""
    events: list[Any] = []

    async def work() -> None:
        async with txa.move_on_after(unit) as outer:
            await txa.uncancelled(limited)
        events.append(outer.expired)
        await txa.sleep(unit)

    async def limited() -> None:
        async with txa.move_on_after(2 * unit) as inner:
            await txa.create_future()
        events.append(inner.expired)

    await txa.as_future(work)
    assert events == [True, False]


async def test_failure_of_an_uncancelled_coroutine(
    txa: IBackend, unit: float, reported: Callable[[], list[BaseException]]
) -> None:
    """X5: Its awaiter, cancelled meanwhile, sees that: an error is not lost."""

    async def inner() -> None:
        await txa.uncancelled(fail)

    async def fail() -> None:
        await txa.sleep(2 * unit)
        raise Boom

    async def outer() -> None:
        await txa.as_future(inner)

    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(Boom):
        await future
    del future
    collect_dropped()
    assert reported() == []


@pytest.mark.parametrize("consume", [True, False])
async def test_coroutine_that_two_members_await(
    txa: IBackend, unit: float, consume: bool
) -> None:
    """X9: One cancellation of a gather is one for what two of its members await."""
    events: list[str] = []

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(unit)
            events.append("cleaned up")

    async def wait() -> None:
        await awaited

    awaited = txa.as_future(work)
    members = [txa.as_future(wait) for _ in range(2)]
    future = txa.gather(members, consume_exceptions=consume)
    txa.call_later(unit, txa.cancel, future)
    with pytest.raises(txa.CancelledError):
        await future
    assert events == ["cleaned up"]


async def test_text_beside_a_deadline_inside_of_uncancelled(
    txa: IBackend, unit: float
) -> None:
    """X13: A deadline inside of `uncancelled` takes no text from what comes outside."""

    async def work() -> None:
        await txa.uncancelled(limited)
        await txa.sleep(unit)

    async def limited() -> None:
        async with txa.move_on_after(2 * unit):
            await txa.create_future()

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future, "why")
    with pytest.raises(txa.CancelledError, match="why"):
        await future


async def test_text_of_what_was_cancelled_before_its_awaiter(
    txa: IBackend, unit: float
) -> None:
    """X9: An awaiter that is cancelled in the same turn sees the first text, too."""
    asked = txa.create_future()

    async def work() -> None:
        await asked

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(asked, "first")
    txa.cancel(future, "second")
    with pytest.raises(txa.CancelledError, match="first"):
        await future
