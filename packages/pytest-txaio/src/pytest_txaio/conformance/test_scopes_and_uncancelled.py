"""fail_after and move_on_after, inside and around uncancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause


if TYPE_CHECKING:
    from txaio_interfaces import IBackend


async def test_deadline_in_uncancelled_before_a_cancellation(
    txa: IBackend, unit: float
) -> None:
    """D4: What cleans up inside, after a deadline, is not cancelled from outside."""
    events: list[str] = []

    async def child() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(3 * unit)
            events.append("cleaned up")

    async def limited() -> None:
        async with txa.move_on_after(unit):
            await txa.as_future(child)

    async def work() -> None:
        await txa.uncancelled(limited)
        events.append("work")
        await txa.sleep(unit)

    future = txa.as_future(work)
    await pause(txa, 2 * unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert events == ["cleaned up", "work"]


async def test_deadline_around_uncancelled_after_another(
    txa: IBackend, unit: float
) -> None:
    """D1: Without an await after it, it is withdrawn, whatever was seen before."""

    async def work() -> str:
        async with txa.move_on_after(unit):
            await txa.create_future()
        async with txa.fail_after(unit) as scope:
            await txa.uncancelled(txa.sleep, 2 * unit)
        assert not scope.expired
        await txa.sleep(2 * unit)
        return "value"

    assert await txa.as_future(work) == "value"


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_scope_cancelled_in_vain_in_uncancelled(
    txa: IBackend, unit: float, is_cancelled: bool
) -> None:
    """D4: It leaves no cancellation inside, though one waits outside."""
    events: list[str] = []
    futures: list[Any] = []

    async def limited() -> None:
        async with txa.move_on_after(50 * unit) as scope:
            scope.cancel()
        await txa.sleep(unit)
        events.append("inside")

    async def work() -> None:
        await txa.sleep(unit)
        if is_cancelled:
            txa.cancel(futures[0])
        await txa.uncancelled(limited)
        try:
            await txa.sleep(unit)
        except txa.CancelledError:
            events.append("cancelled")

    futures.append(txa.as_future(work))
    await futures[0]
    assert events == ["inside", "cancelled"][: 1 + is_cancelled]


async def test_uncancelled_in_a_scope(txa: IBackend, unit: float) -> None:
    """D4: What stands in `uncancelled` goes on past the deadline."""
    events: list[str] = []

    async def clean_up() -> None:
        await txa.sleep(3 * unit)
        events.append("cleaned up")

    async def work() -> None:
        async with txa.fail_after(unit):
            await txa.uncancelled(clean_up)
            await txa.sleep(0)
            events.append("went on")

    with pytest.raises(TimeoutError):
        await txa.as_future(work)
    assert events == ["cleaned up"]


async def test_scope_in_uncancelled(txa: IBackend, unit: float) -> None:
    """D4: Clean-up may have a deadline of its own, in a cancelled coroutine as well."""
    events: list[str] = []

    async def clean_up() -> None:
        async with txa.move_on_after(2 * unit) as scope:
            await txa.create_future()
        await txa.sleep(unit)
        events.append(f"expired: {scope.expired}")

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(clean_up)
            events.append("next")
            await txa.sleep(unit)
            events.append("not cancelled")

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    await pause(txa, unit)
    txa.cancel(future)  # During the clean-up: it comes at the next await.
    with pytest.raises(txa.CancelledError):
        await future
    assert events == ["expired: True", "next"]
