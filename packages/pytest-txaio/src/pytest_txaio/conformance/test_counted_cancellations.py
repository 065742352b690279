"""Several cancellations of one coroutine: scopes, and awaits that it is not to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend


@pytest.mark.parametrize("scopes", [1, 2])
async def test_scopes_cancelled_before_uncancelled(
    txa: IBackend, unit: float, scopes: int
) -> None:
    """D4: A body that cancels its scope is cancelled after `uncancelled`, too."""
    events: list[str] = []

    async def work() -> None:
        async with txa.move_on_after(50 * unit) as outer:
            async with txa.move_on_after(60 * unit) as inner:
                for scope in (inner, outer)[:scopes]:
                    scope.cancel()
                await txa.uncancelled(txa.sleep, unit)
                events.append("uncancelled")
                await txa.sleep(20 * unit)
                events.append("inner")
            await txa.sleep(0)
            events.append("outer")

    started = txa.time()
    await txa.as_future(work)
    assert events == ["uncancelled", "outer"][: 3 - scopes]
    assert txa.time() - started < 20 * unit


@pytest.mark.parametrize("awaits", [True, False])
async def test_outer_scope_cancelled_before_the_inner_one_is_left(
    txa: IBackend, unit: float, awaits: bool
) -> None:
    """D3: What the inner one has seen is taken back there, and no more than that."""
    events: list[str] = []

    async def work() -> None:
        async with txa.move_on_after(100 * unit) as outer:
            async with txa.move_on_after(unit):
                try:
                    await txa.create_future()
                except txa.CancelledError:
                    outer.cancel()
            if awaits:
                await txa.sleep(unit)
                events.append("inside")
        await txa.sleep(unit)
        events.append("outside")

    await txa.as_future(work)
    assert events == ["outside"]


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


@pytest.mark.parametrize("levels", [1, 2])
async def test_cancelled_as_what_it_awaits_has_expired(
    txa: IBackend, unit: float, levels: int
) -> None:
    """D3: A cancellation from outside, of an awaiter, is not swallowed either."""
    events: list[str] = []

    async def stubborn() -> None:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.sleep(3 * unit)

    async def limited() -> None:
        async with txa.move_on_after(unit):
            await txa.gather([txa.as_future(stubborn)])
        events.append("swallowed")

    async def outer(level: int) -> None:
        async with txa.move_on_after(50 * unit):
            await txa.as_future(*((outer, level - 1) if level else (limited,)))
        events.append("swallowed outside")

    future = txa.as_future(outer, levels)
    await pause(txa, 2 * unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert events == []


async def test_awaiter_of_an_uncancelled_coroutine(txa: IBackend, unit: float) -> None:
    """X9: It sees its own cancellation, with that text, and not the inner one."""

    async def inner() -> str:
        return await txa.uncancelled(slow)

    async def slow() -> str:
        await txa.sleep(3 * unit)
        return "value"

    async def outer() -> None:
        await awaited

    awaited = txa.as_future(inner)
    future = txa.as_future(outer)
    await pause(txa, unit / 2)
    for cancelled, text in ((awaited, "inner"), (future, "outer"), (awaited, "late")):
        txa.cancel(cancelled, text)
        await pause(txa, unit / 2)
    with pytest.raises(txa.CancelledError, match="outer"):
        await future
    assert await awaited == "value"


async def test_two_texts_during_uncancelled(txa: IBackend, unit: float) -> None:
    """X9: Of several that come before it has seen one, it sees the first."""

    async def work() -> None:
        await txa.uncancelled(txa.sleep, 3 * unit)
        await txa.sleep(unit)

    future = txa.as_future(work)
    for text in ("first", "second"):
        await pause(txa, unit)
        txa.cancel(future, text)
    with pytest.raises(txa.CancelledError, match="first"):
        await future


async def test_failure_of_an_uncancelled_coroutine(
    txa: IBackend, unit: float, reported: Callable[[], list[BaseException]]
) -> None:
    """X9: Its awaiter, cancelled meanwhile, sees that: an error is not lost."""

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


async def test_scope_cancelled_in_vain_after_a_cancellation(
    txa: IBackend, unit: float
) -> None:
    """D2: It leaves no cancellation: the coroutine has its value."""

    async def inner() -> str:
        try:
            await txa.create_future()
        except txa.CancelledError:
            async with txa.move_on_after(unit) as scope:
                scope.cancel()
        return "value"

    async def outer() -> str:
        return await txa.as_future(inner)

    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    assert await future == "value"


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
