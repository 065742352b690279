"""cancel: coroutines that await each other, of which several are cancelled."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause


if TYPE_CHECKING:
    from txaio_interfaces import IBackend, IFuture


async def test_outer_one_cancelled_after_the_one_that_it_awaits(
    txa: IBackend, unit: float
) -> None:
    """X9: What that one awaits has seen the first cancellation, and sees no other."""
    events: list[str] = []

    async def inner() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(3 * unit)
            events.append("cleaned up")

    async def wait(awaited: IFuture[None]) -> None:
        await awaited

    middle = txa.as_future(wait, txa.as_future(inner))
    outer = txa.as_future(wait, middle)
    for cancelled in (middle, outer):
        await pause(txa, unit)
        txa.cancel(cancelled)
    with pytest.raises(txa.CancelledError):
        await outer
    assert events == ["cleaned up"]


async def test_cancels_itself_after_another_swallowed_one(
    txa: IBackend, unit: float
) -> None:
    """X9: A coroutine that has been resumed since sees its own cancellation, too."""
    futures: list[IFuture[str]] = []

    async def inner() -> None:
        with suppress(txa.CancelledError):
            await txa.create_future()

    async def outer() -> str:
        await txa.as_future(inner)
        await txa.sleep(unit)
        txa.cancel(futures[0], "second")
        try:
            await txa.sleep(unit)
        except txa.CancelledError as error:
            return str(error)
        return "slept"

    futures.append(txa.as_future(outer))
    await pause(txa, unit)
    txa.cancel(futures[0], "first")
    assert await futures[0] == "second"


async def test_what_it_awaits_cancels_itself_in_vain(
    txa: IBackend, unit: float
) -> None:
    """X9: A cancelled awaiter sees its cancellation in place of the value of that."""
    futures: list[IFuture[str]] = []

    async def inner() -> str:
        with suppress(txa.CancelledError):
            await txa.create_future()
        await txa.sleep(unit)
        txa.cancel(futures[0], "inner")
        return "value"

    async def outer() -> str:
        return await futures[0]

    futures.append(txa.as_future(inner))
    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future, "outer")
    with pytest.raises(txa.CancelledError, match="outer"):
        await future
    assert await futures[0] == "value"


async def test_deadline_of_an_awaiter_of_an_uncancelled_coroutine(
    txa: IBackend, unit: float
) -> None:
    """D4: It has expired when that has ended, and is the only cancellation."""

    async def inner() -> str:
        await txa.uncancelled(txa.sleep, 2 * unit)
        return "value"

    async def outer() -> str:
        async with txa.move_on_after(unit) as scope:
            return await txa.as_future(inner)
        assert scope.expired
        await txa.sleep(unit)
        return "went on"

    assert await txa.as_future(outer) == "went on"


async def test_uncancelled_coroutine_beside_another_clean_up(
    txa: IBackend, unit: float
) -> None:
    """X9: That it has ended concerns its awaiter, and no other that is cancelled."""

    async def clean_up() -> str:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.sleep(6 * unit)
        return "cleaned up"

    async def inner() -> str:
        await txa.uncancelled(txa.sleep, 3 * unit)
        return "value"

    async def wait(fn: Any) -> str:
        value: str = await txa.as_future(fn)
        return value

    cleaning, future = txa.as_future(wait, clean_up), txa.as_future(wait, inner)
    await pause(txa, unit)
    for cancelled in (cleaning, future):
        txa.cancel(cancelled)
    with pytest.raises(txa.CancelledError):
        await future
    assert await cleaning == "cleaned up"
