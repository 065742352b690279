"""Coroutines that await each other: long chains and cycles."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFuture, IScope

DEPTH = 300


async def chain(txa: IBackend, ended: list[int]) -> list[Any]:
    """Return the future of a coroutine that awaits another, and so on.

    It is in a list, as a future that is returned would be waited for.
    """
    begun = txa.create_future()

    async def level(left: int) -> None:
        try:
            if left:
                await txa.as_future(level, left - 1)
            txa.resolve(begun)
            await txa.create_future()
        finally:
            ended.append(left)

    future = txa.as_future(level, DEPTH)
    await begun
    return [future]


async def test_cancelling_a_long_chain(txa: IBackend) -> None:
    """X5: All coroutines of a chain clean up, the innermost first."""
    ended: list[int] = []
    (future,) = await chain(txa, ended)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert ended == list(range(DEPTH + 1))


def test_long_chain_at_the_end(run: Callable[..., Any]) -> None:
    """L1: The same is true when the backend ends."""
    ended: list[int] = []

    async def main(txa: IBackend) -> str:
        await chain(txa, ended)
        return "value"

    assert run(main) == "value"
    assert sorted(ended) == list(range(DEPTH + 1))


def test_stubborn_cycle_at_the_end(run: Callable[..., Any], unit: float) -> None:
    """L1: After `grace` each await of coroutines that await each other raises."""
    interrupted: list[int] = []

    async def main(txa: IBackend) -> str:
        futures: list[IFuture[None]] = []

        async def wait(number: int) -> None:
            await txa.sleep(0)
            for _ in range(3):
                try:
                    await futures[1 - number]
                except txa.CancelledError:
                    interrupted.append(number)

        futures += [txa.as_future(wait, number) for number in range(2)]
        await txa.sleep(unit)
        return "ended"

    assert run(main) == "ended"
    assert set(interrupted) == {0, 1}


async def test_coroutine_that_awaits_itself(txa: IBackend, unit: float) -> None:
    """X4: A coroutine that awaits its own future gets an error there."""
    futures: list[Any] = []

    async def work() -> None:
        await txa.sleep(0)
        await futures[0]

    futures.append(txa.as_future(work))
    await pause(txa, unit)
    with pytest.raises(RuntimeError):
        await futures[0]


async def test_coroutines_that_await_each_other(txa: IBackend, unit: float) -> None:
    """X5: One is cancelled: they end, each after what it awaits has cleaned up."""
    events: list[str] = []
    futures: list[Any] = []

    async def wait(number: int) -> None:
        await txa.sleep(0)
        try:
            await futures[(number + 1) % 3]
        finally:
            events.append("begins")
            await txa.sleep(unit)
            events.append("ends")

    futures += [txa.as_future(wait, number) for number in range(3)]
    await pause(txa, unit)
    txa.cancel(futures[0], "why")
    for future in futures:
        with pytest.raises(txa.CancelledError, match="why"):
            await future
    assert events == ["begins", "ends"] * 3


async def test_cancelling_all_that_await_each_other(txa: IBackend, unit: float) -> None:
    """X5: They end, in whatever order they are cancelled."""
    for numbers in permutations(range(3)):
        futures: list[Any] = []

        async def wait(number: int, futures: list[Any] = futures) -> None:
            await txa.sleep(0)
            await futures[(number + 1) % 3]

        futures += [txa.as_future(wait, number) for number in range(3)]
        await pause(txa, unit)
        for number in numbers:
            txa.cancel(futures[number])
        for future in futures:
            with pytest.raises(txa.CancelledError):
                await future


@pytest.mark.parametrize("cancelled", ["shielded", "other"])
@pytest.mark.parametrize("gathers", [False, True])
async def test_cycle_through_uncancelled(
    txa: IBackend, unit: float, cancelled: str, gathers: bool
) -> None:
    """X9: The one that is inside `uncancelled` is not interrupted, but the other is."""
    events: list[str] = []
    futures: dict[str, Any] = {}

    async def await_other() -> None:
        other = futures["other"]
        await txa.gather([txa.gather([other])] if gathers else [other])
        events.append("uncancelled")

    async def wait(name: str) -> None:
        await txa.sleep(0)
        try:
            if name == "shielded":
                await txa.uncancelled(await_other)
                await txa.create_future()
            else:
                await futures["shielded"]
        finally:
            events.append(name)

    for name in ("shielded", "other"):
        futures[name] = txa.as_future(wait, name)
    await pause(txa, unit)
    txa.cancel(futures[cancelled], "why")
    for future in futures.values():
        with pytest.raises(txa.CancelledError, match="why"):
            await future
    assert events == ["other", "uncancelled", "shielded"]


@pytest.mark.parametrize("count", [2, 150])
@pytest.mark.parametrize("is_cycle", [False, True])
async def test_deadlines_in_a_chain(
    txa: IBackend, unit: float, count: int, is_cycle: bool
) -> None:
    """D3: In none of its coroutines a scope swallows what cancels them from outside."""
    scopes: list[IScope] = []
    futures: list[IFuture[Any]] = [txa.create_future()]

    async def level(number: int) -> None:
        await txa.sleep(0)  # Until all of them are there.
        async with txa.move_on_after(100 * unit) as scope:
            scopes.append(scope)
            await futures[number]

    futures += [txa.as_future(level, number) for number in range(count)]
    if is_cycle:
        futures[0] = futures[-1]
    await pause(txa, unit)
    txa.cancel(futures[-1])
    for scope in scopes:
        scope.cancel()
    for outcome in await txa.gather(futures):
        assert isinstance(outcome.value, txa.CancelledError)
