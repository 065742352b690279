"""Coroutines that await each other, and what ends them, again and again."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from txaio_interfaces import IBackend, IFuture

    Wait = Callable[[IFuture[Any]], Awaitable[Any]]


async def cycle(
    txa: IBackend, unit: float, first: Wait, size: int = 2
) -> list[IFuture[Any]]:
    """Return futures of coroutines of which each awaits the next.

    The *first* of them does so with the future that it is given.
    """
    futures: list[IFuture[Any]] = []

    async def wait(number: int) -> Any:
        await txa.sleep(0)
        following = futures[(number + 1) % size]
        return await (following if number else first(following))

    futures += [txa.as_future(wait, number) for number in range(size)]
    await pause(txa, unit)
    return futures


async def check_all_end(txa: IBackend, futures: list[IFuture[Any]]) -> None:
    """Wait until all have been cancelled, with the text "why"."""
    for future in futures:
        with pytest.raises(txa.CancelledError, match="why"):
            await future


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("again", [0, -1])
async def test_second_cancellation_in_a_cycle(
    txa: IBackend, unit: float, size: int, again: int
) -> None:
    """X9: It is raised, though the first was swallowed and the others saw none."""

    async def wait(future: Any) -> None:
        with suppress(txa.CancelledError):
            await future
        await future

    futures = await cycle(txa, unit, wait, size)
    txa.cancel(futures[0], "first")
    await pause(txa, unit)
    assert not any(map(txa.is_called, futures))
    txa.cancel(futures[again], "why")
    await check_all_end(txa, futures)


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("cancelled", [0, -1])
@pytest.mark.parametrize("kind", ["fail_after", "move_on_after"])
async def test_deadline_in_a_cycle(
    txa: IBackend, unit: float, kind: str, size: int, cancelled: int
) -> None:
    """D1: The block ends as any other; X9: what comes then is raised."""
    events: list[object] = []

    async def wait(future: Any) -> None:
        scope = getattr(txa, kind)(2 * unit)
        with suppress(TimeoutError):
            async with scope:
                await future
        events.append(kind == "fail_after" or scope.expired)
        await future

    futures = await cycle(txa, unit, wait, size)
    await pause(txa, 4 * unit)
    assert events == [True]
    assert not any(map(txa.is_called, futures))
    txa.cancel(futures[cancelled], "why")
    await check_all_end(txa, futures)


async def test_value_after_a_deadline_in_a_cycle(txa: IBackend, unit: float) -> None:
    """D1: A coroutine that goes on after its block gives its value to the others."""

    async def wait(future: Any) -> str:
        async with txa.move_on_after(2 * unit):
            await future
        return "value"

    futures = await cycle(txa, unit, wait, 3)
    assert await txa.gather(futures) == ["value"] * 3


@pytest.mark.parametrize("of_gather", [False, True])
@pytest.mark.parametrize("cancelled", [0, -1])
async def test_timeout_in_a_cycle(
    txa: IBackend, unit: float, of_gather: bool, cancelled: int
) -> None:
    """X9: What comes after a timeout that nothing could see is raised."""

    async def wait(future: Any) -> None:
        await txa.timeout(txa.gather([future]) if of_gather else future, 2 * unit)

    futures = await cycle(txa, unit, wait)
    await pause(txa, 4 * unit)
    txa.cancel(futures[cancelled], "why")
    for future in futures:
        with pytest.raises(txa.CancelledError):
            await future


async def test_value_after_a_swallowed_cancellation_in_a_cycle(
    txa: IBackend, unit: float
) -> None:
    """X9: It takes nothing from the value of a coroutine that is awaited once more."""
    futures: list[IFuture[Any]] = []

    async def wait() -> str:
        await txa.sleep(0)
        with suppress(txa.CancelledError):
            await futures[1]
        return f"after {await futures[1]}"

    async def work() -> str:
        await txa.sleep(0)
        with suppress(txa.CancelledError):
            await futures[0]
        await txa.sleep(unit)
        return "value"

    futures += [txa.as_future(wait), txa.as_future(work)]
    await pause(txa, unit)
    txa.cancel(futures[1])
    assert await txa.gather(futures) == ["after value", "value"]


async def test_cancellation_after_a_cycle(txa: IBackend, unit: float) -> None:
    """X9: Where the coroutines await each other no more, it is raised at once."""
    futures: list[IFuture[Any]] = []
    began = txa.time()

    async def wait() -> None:
        await txa.sleep(0)
        for _ in range(2):
            with suppress(txa.CancelledError):
                await futures[1]

    async def work() -> None:
        await txa.sleep(0)
        with suppress(txa.CancelledError):
            async with txa.move_on_after(2 * unit):
                await futures[0]
        await txa.sleep(1000 * unit)

    futures += [txa.as_future(wait), txa.as_future(work)]
    await pause(txa, unit)
    txa.cancel(futures[0])
    await pause(txa, 4 * unit)
    txa.cancel(futures[0])
    await txa.gather(futures)
    assert txa.time() - began < 1000 * unit


@pytest.mark.parametrize("of_gather", [False, True])
async def test_cycle_after_uncancelled(
    txa: IBackend, unit: float, of_gather: bool
) -> None:
    """X9: Coroutines that were inside `uncancelled` before are cancelled as others."""
    futures: list[IFuture[Any]] = []

    async def wait(following: int) -> None:
        await txa.uncancelled(txa.sleep, 0)
        awaited = futures[following]
        await (txa.gather([awaited]) if of_gather else awaited)

    futures += [txa.as_future(wait, 1), txa.as_future(wait, 0)]
    await pause(txa, unit)
    txa.cancel(futures[0], "why")
    await check_all_end(txa, futures)


@pytest.mark.parametrize("cancelled", ["inner", "outer"])
@pytest.mark.parametrize("is_kept", [False, True])
async def test_cycle_that_a_clean_up_closes(
    txa: IBackend, unit: float, cancelled: str, is_kept: bool
) -> None:
    """X9: A coroutine that has swallowed a cancellation awaits one that has seen none.

    The next one is raised.
    """
    futures: dict[str, Any] = {}
    kept: list[Any] = []

    async def sleep() -> None:
        await txa.create_future()

    async def inner() -> None:
        sleeping: Any = txa.as_future(sleep)
        if is_kept:
            kept.append(sleeping)
        with suppress(txa.CancelledError):
            await sleeping
        del sleeping
        await futures["outer"]

    async def outer() -> None:
        await futures["inner"]

    futures["inner"] = txa.as_future(inner)
    futures["outer"] = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(futures["outer"], "first")
    await pause(txa, unit)
    txa.cancel(futures[cancelled], "why")
    await check_all_end(txa, list(futures.values()))


async def test_cancelled_again_by_what_it_awaits(txa: IBackend, unit: float) -> None:
    """X9: The clean-up of the one that it awaits cancels it again, to no effect."""
    events: list[str] = []
    futures: list[IFuture[None]] = []

    async def inner() -> None:
        try:
            await txa.create_future()
        finally:
            txa.cancel(futures[0], "again")
            await txa.sleep(unit)
            events.append("cleaned up")

    async def outer() -> None:
        await txa.as_future(inner)

    futures.append(txa.as_future(outer))
    await pause(txa, unit)
    txa.cancel(futures[0], "why")
    await check_all_end(txa, futures)
    assert events == ["cleaned up"]
