"""`uncancelled`, in coroutines that await AnyIO's own functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest


if TYPE_CHECKING:
    from txaio_anyio import AnyioBackend


@pytest.mark.parametrize("is_block", [True, False])
def test_native_scope_in_clean_up_that_is_not_cancelled(
    run: Any, is_block: bool
) -> None:
    """It ends its own body, though AnyIO has cancelled what is around `uncancelled`."""
    events: list[bool] = []

    async def clean_up(txa: AnyioBackend) -> bool:
        with anyio.move_on_after(1) as scope:
            await txa.create_future()
        return scope.cancelled_caught

    async def work(txa: AnyioBackend) -> None:
        async with txa.move_on_after(1 if is_block else 1000):
            try:
                await anyio.sleep(1000)
            finally:
                events.append(await txa.uncancelled(clean_up, txa))

    async def main(txa: AnyioBackend) -> None:
        future = txa.as_future(work, txa)
        await txa.sleep(1)
        if not is_block:
            txa.cancel(future)
        await txa.sleep(3)
        assert events == [True]

    run(main)


@pytest.mark.parametrize("first", ["scope", "coroutine"])
def test_scope_inside_and_coroutine_are_cancelled(run: Any, first: str) -> None:
    """Each has its effect at its own level: the scope inside, the other outside."""
    futures: list[Any] = []
    events: list[str] = []

    async def inside(txa: AnyioBackend) -> None:
        async with txa.move_on_after(1000) as scope:
            if first == "scope":
                scope.cancel()
            txa.cancel(futures[0])
            scope.cancel()
            await anyio.sleep(500)
            events.append("the scope was not cancelled")
        await anyio.sleep(1)
        events.append("inside")

    async def work(txa: AnyioBackend) -> None:
        await txa.sleep(0)
        await txa.uncancelled(inside, txa)
        events.append("outside")
        await anyio.sleep(500)
        events.append("the coroutine was not cancelled")

    async def main(txa: AnyioBackend) -> None:
        futures.append(txa.as_future(work, txa))
        with pytest.raises(txa.CancelledError):
            await futures[0]
        assert events == ["inside", "outside"]

    run(main)


def test_scope_around_is_cancelled(run: Any) -> None:
    """It ends at the first native await outside, though one inside was cancelled."""
    events: list[str] = []

    async def inside(txa: AnyioBackend, outer: Any) -> None:
        outer.cancel()
        async with txa.move_on_after(1):
            await anyio.sleep(500)
        events.append("inside")

    async def work(txa: AnyioBackend) -> None:
        async with txa.move_on_after(1000) as outer:
            await txa.uncancelled(inside, txa, outer)
            events.append("outside")
            await anyio.sleep(500)
            events.append("not cancelled")
        await anyio.sleep(1)
        events.append("after")

    async def main(txa: AnyioBackend) -> None:
        await txa.as_future(work, txa)
        assert events == ["inside", "outside", "after"]

    run(main)
