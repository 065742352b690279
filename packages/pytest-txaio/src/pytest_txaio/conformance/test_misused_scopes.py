"""fail_after and move_on_after: arguments and uses that raise errors."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import make_scope


if TYPE_CHECKING:
    from txaio_interfaces import IBackend


@pytest.mark.parametrize("kind", ["fail_after", "move_on_after"])
async def test_bad_number_of_seconds(txa: IBackend, kind: str) -> None:
    """D5: What is no number is refused, by the name of the argument."""
    with pytest.raises(TypeError, match="seconds"):
        make_scope(txa, kind, "x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="seconds"):
        make_scope(txa, kind, nan)
    with pytest.raises(TypeError, match="seconds"):
        make_scope(txa, kind, 1).reset("x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="seconds"):
        make_scope(txa, kind, 1).reset(nan)


async def test_plain_with(txa: IBackend) -> None:
    """D5: `with` in place of `async with` raises a TypeError that says so."""
    scope: Any = txa.fail_after(1)
    with pytest.raises(TypeError, match="async with"), scope:
        pass
    with pytest.raises(TypeError, match="async with"):
        scope.__exit__(None, None, None)


async def test_entered_twice(txa: IBackend, unit: float) -> None:
    """D5: A scope is for one block."""
    scope = txa.fail_after(unit)
    async with scope:
        with pytest.raises(RuntimeError, match="once"):
            await scope.__aenter__()
    with pytest.raises(RuntimeError, match="once"):
        async with scope:
            pytest.fail("entered again")
    with pytest.raises(RuntimeError, match="before"):
        await txa.fail_after(unit).__aexit__(None, None, None)


async def test_left_in_another_task(txa: IBackend, unit: float) -> None:
    """D5: The coroutine that has entered a scope has to leave it."""
    scope = txa.move_on_after(100 * unit)
    leave = txa.create_future()

    async def enter() -> None:
        async with scope:
            await leave

    future = txa.as_future(enter)
    await pause(txa, unit)
    with pytest.raises(RuntimeError, match="another task"):
        await txa.as_future(scope.__aexit__, None, None, None)
    txa.resolve(leave)
    await future
