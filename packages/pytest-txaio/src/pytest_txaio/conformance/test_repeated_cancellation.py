"""cancel: coroutines that are cancelled more than once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from pytest_txaio import pause


if TYPE_CHECKING:
    from txaio_interfaces import IBackend


async def test_cancelled_again(txa: IBackend, unit: float) -> None:
    """X9: One that has seen a cancellation sees a later one at its next await."""
    seen: list[int] = []

    async def work() -> None:
        for job in range(4):
            try:
                await txa.create_future()
            except txa.CancelledError:
                seen.append(job)

    future = txa.as_future(work)
    for _ in range(4):
        await pause(txa, unit)
        txa.cancel(future)
    assert await txa.gather([future]) == [None]
    assert seen == [0, 1, 2, 3]


async def test_cancelled_twice_at_once(txa: IBackend, unit: float) -> None:
    """X9: Two cancellations of which it has seen neither are one."""

    async def work() -> str:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.sleep(unit)
        return "cleaned up"

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    txa.cancel(future)
    assert await future == "cleaned up"


async def test_outer_one_cancelled_twice(txa: IBackend, unit: float) -> None:
    """X9: They are one as well if the coroutine that it awaits has seen the first."""

    async def inner() -> str:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.sleep(2 * unit)
        return "cleaned up"

    async def middle() -> str:
        return await txa.as_future(inner)

    async def outer() -> str:
        return await txa.as_future(middle)

    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    await pause(txa, unit)
    txa.cancel(future)
    assert await future == "cleaned up"


async def test_inner_one_cancelled_again(txa: IBackend, unit: float) -> None:
    """X9: The awaited coroutine, which has seen the first, sees the second itself."""

    async def inner() -> str:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.sleep(20 * unit)
        return "cleaned up"

    async def outer() -> str:
        return await waited

    waited = txa.as_future(inner)
    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    await pause(txa, unit)
    txa.cancel(waited)
    for cancelled in (waited, future):
        with pytest.raises(txa.CancelledError):
            await cancelled


async def test_cancelled_after_another_swallowed_it(txa: IBackend, unit: float) -> None:
    """X9: What it awaited made a value of the first cancellation: it sees the next."""

    async def inner() -> str:
        with suppress(txa.CancelledError):
            await txa.create_future()
        return "swallowed"

    async def outer() -> list[str]:
        seen = [await txa.as_future(inner)]
        try:
            await txa.create_future()
        except txa.CancelledError as error:
            seen.append(str(error))
        return seen

    future = txa.as_future(outer)
    for text in ("first", "second"):
        await pause(txa, unit)
        txa.cancel(future, text)
    assert await future == ["swallowed", "second"]


async def test_cancelled_by_what_it_awaits(txa: IBackend, unit: float) -> None:
    """X4: If the coroutine that it awaits cancels it and returns, it sees this."""

    async def inner() -> None:
        await txa.sleep(unit)
        txa.cancel(future, "enough")

    async def outer() -> str:
        try:
            await txa.as_future(inner)
        except txa.CancelledError as error:
            return str(error)
        return "went on"

    future = txa.as_future(outer)
    assert await future == "enough"


async def test_what_it_awaits_ends_in_uncancelled(txa: IBackend, unit: float) -> None:
    """X9: It sees the cancellation if what it awaited was never interrupted."""

    async def inner() -> str:
        return await txa.uncancelled(txa.as_future, value)

    async def value() -> str:
        await txa.sleep(10 * unit)
        return "value"

    async def outer() -> str:
        waited = txa.as_future(inner)
        try:
            await waited
        except txa.CancelledError as error:
            return f"{error} {await waited}"
        return "went on"

    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future, "why")
    assert await future == "why value"


async def test_cancelled_again_after_uncancelled(txa: IBackend, unit: float) -> None:
    """X9: Those inside `uncancelled` are one; a later one is raised again."""
    seen: list[str] = []

    async def work() -> None:
        await txa.uncancelled(txa.sleep, 10 * unit)
        for _ in range(3):
            try:
                await txa.sleep(20 * unit)
                seen.append("slept")
            except txa.CancelledError as error:
                seen.append(str(error))

    future = txa.as_future(work)
    for _ in range(2):
        await pause(txa, unit)
        txa.cancel(future, "first")
    await pause(txa, 12 * unit)
    txa.cancel(future, "second")
    await future
    assert seen == ["first", "second", "slept"]
