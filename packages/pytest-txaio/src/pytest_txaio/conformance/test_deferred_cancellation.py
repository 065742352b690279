"""uncancelled: a cancellation during it, which is raised afterwards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from pytest_txaio import pause


if TYPE_CHECKING:
    from txaio_interfaces import IBackend, IFuture


async def test_deferred_cancellation_of_an_awaited_coroutine(
    txa: IBackend, unit: float
) -> None:
    """X9: What the coroutine awaits next is cancelled once, until it has ended."""
    events: list[str] = []

    async def inner() -> None:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.sleep(3 * unit)
            events.append("cleaned up")

    async def outer() -> None:
        await txa.uncancelled(txa.sleep, 2 * unit)
        await waited

    waited = txa.as_future(inner)
    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    await pause(txa, 2 * unit)
    txa.cancel(future)
    await txa.gather([waited, future])
    assert events == ["cleaned up"]


async def test_message_of_a_deferred_cancellation(txa: IBackend, unit: float) -> None:
    """X9: It is raised with the message of the `cancel` call."""

    async def work() -> str:
        await txa.uncancelled(txa.sleep, 2 * unit)
        try:
            await txa.create_future()
        except txa.CancelledError as error:
            return str(error)
        return ""

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future, "why")
    assert await txa.gather([future]) == ["why"]


@pytest.mark.parametrize("later", range(6))
async def test_cancelled_while_the_future_settles(txa: IBackend, later: int) -> None:
    """X9: A cancellation is kept if it comes while the awaited future is settled."""
    future = txa.create_future()

    def cancel(_value: object, left: int) -> None:
        if left:
            txa.add_callbacks(future, partial(cancel, left=left - 1), None)
        else:
            txa.cancel(working, "why")

    async def work() -> str:
        await txa.uncancelled(lambda: future)
        await txa.create_future()
        return "went on"

    working = txa.as_future(work)
    await txa.sleep(0)
    txa.add_callbacks(future, partial(cancel, left=later), None)
    txa.resolve(future)
    with pytest.raises(txa.CancelledError, match="why"):
        await txa.timeout(working, 5)


@pytest.mark.parametrize("later", range(3))
async def test_cancelled_while_an_awaited_coroutine_ends(
    txa: IBackend, later: int
) -> None:
    """X9: Nor is one lost that comes before the awaiter is resumed."""

    def cancel(_value: object, left: int) -> None:
        if left:
            txa.add_callbacks(futures[0], partial(cancel, left=left - 1), None)
        else:
            txa.cancel(futures[1], "why")

    async def inner() -> None:
        await gate

    async def outer() -> None:
        await futures[0]
        await txa.create_future()

    for _ in range(10):  # Trio resumes in a random order those whose turn it is.
        gate = txa.create_future()
        futures: list[IFuture[None]] = []
        futures += [txa.as_future(inner)]
        futures += [txa.as_future(outer)]
        await txa.sleep(0)
        txa.add_callbacks(futures[0], partial(cancel, left=later), None)
        txa.resolve(gate)
        with pytest.raises(txa.CancelledError, match="why"):
            await txa.timeout(futures[1], 5)


async def test_cancelled_error_of_the_function(txa: IBackend, unit: float) -> None:
    """X9: A `CancelledError` of the function itself is raised once."""

    async def give_up() -> None:
        await txa.sleep(unit)
        raise txa.CancelledError("its own")

    async def work() -> str:
        with pytest.raises(txa.CancelledError, match="its own"):
            await txa.uncancelled(give_up)
        await txa.sleep(unit)
        return "went on"

    assert await txa.as_future(work) == "went on"


async def test_scope_around_an_uncancelled_coroutine(
    txa: IBackend, unit: float
) -> None:
    """D4: Inside `uncancelled` it cancels its body, and not what that awaits so."""
    events: list[str] = []

    async def inner() -> None:
        await txa.uncancelled(txa.sleep, 3 * unit)
        events.append("slept")
        await txa.create_future()

    async def limited() -> None:
        async with txa.move_on_after(unit):
            await txa.as_future(inner)
        events.append("left")

    await txa.uncancelled(limited)
    assert events == ["slept", "left"]
