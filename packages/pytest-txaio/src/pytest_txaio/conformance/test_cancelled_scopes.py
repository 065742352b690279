"""fail_after and move_on_after: what `cancel` and the end of the block change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IScope


async def test_deadline_that_passes_after_a_cancellation(
    txa: IBackend, unit: float
) -> None:
    """D2: Once it is cancelled, a scope does not expire, nor disturb the clean-up."""
    events: list[str] = []

    async def work() -> bool:
        async with txa.fail_after(2 * unit) as scope:
            txa.call_later(unit, scope.cancel)
            try:
                await txa.create_future()
            finally:
                await txa.sleep(3 * unit)
                events.append("cleaned up")
        return scope.expired

    assert await txa.as_future(work) is False
    assert events == ["cleaned up"]


@pytest.mark.parametrize("expires", [False, True])
async def test_cancelling_a_scope_once_more(
    txa: IBackend, unit: float, expires: bool
) -> None:
    """D2: It changes nothing, as the body cleans up after a deadline or `cancel`."""
    events: list[str] = []

    async def work() -> bool:
        async with txa.move_on_after((1 if expires else 50) * unit) as scope:
            if not expires:
                txa.call_later(unit, scope.cancel)
            try:
                await txa.create_future()
            finally:
                scope.cancel()
                txa.call_later(unit, scope.cancel)
                await txa.sleep(2 * unit)
                events.append("cleaned up")
        return scope.expired

    assert await txa.as_future(work) is expires
    assert events == ["cleaned up"]


@pytest.mark.parametrize("cancels", [False, True])
@pytest.mark.parametrize("kind", ["fail_after", "move_on_after"])
async def test_what_leaving_a_scope_returns(
    txa: IBackend, unit: float, kind: str, cancels: bool
) -> None:
    """D2: True if the error is its own cancellation, and is to go no further."""

    async def work() -> bool | None:
        scope = getattr(txa, kind)(50 * unit)
        await scope.__aenter__()
        if not cancels:
            return await scope.__aexit__(None, None, None)  # type: ignore[no-any-return]
        scope.cancel()
        try:
            await txa.sleep(unit)
        except txa.CancelledError as error:
            return await scope.__aexit__(  # type: ignore[no-any-return]
                type(error), error, error.__traceback__
            )
        return None

    assert await txa.as_future(work) is cancels


def test_scope_used_after_the_end(run: Callable[..., Any], unit: float) -> None:
    """D2: One that was left, or never entered, can still be cancelled and moved."""

    async def main(txa: IBackend) -> tuple[IScope, IScope]:
        async with txa.move_on_after(unit) as left:
            await txa.sleep(0)
        return left, txa.fail_after(unit)

    left, new = run(main)
    assert not left.reset(unit)
    left.cancel()
    assert new.reset(unit)
    new.cancel()
    assert not new.reset(unit)
