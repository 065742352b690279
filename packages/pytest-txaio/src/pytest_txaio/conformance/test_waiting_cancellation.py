"""A cancellation that comes during `uncancelled`, and is raised after it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from pytest_txaio import pause


if TYPE_CHECKING:
    from txaio_interfaces import IBackend


async def test_cancellation_that_waited_goes_on_to_others(
    txa: IBackend, unit: float
) -> None:
    """X9: Whom it reaches through another, later than it was asked for, is in peace."""
    story: list[str] = []

    async def inner() -> None:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.sleep(3 * unit)
            story.append("cleaned up")

    async def outer() -> None:
        await txa.uncancelled(txa.sleep, 2 * unit)
        await waited

    waited = txa.as_future(inner)
    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    await pause(txa, 2 * unit)
    txa.cancel(waited)
    await txa.gather([waited, future])
    assert story == ["cleaned up"]


async def test_text_of_a_cancellation_that_waited(txa: IBackend, unit: float) -> None:
    """X9: It is raised with the text that it was asked for with."""

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
async def test_cancelled_while_it_is_told(txa: IBackend, later: int) -> None:
    """X9: A cancellation that comes as the last thing waited for settles is kept."""
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


async def test_cancellation_of_its_own(txa: IBackend, unit: float) -> None:
    """X9: What the function raises itself is raised once, not at the next await too."""

    async def give_up() -> None:
        await txa.sleep(unit)
        raise txa.CancelledError("its own")

    async def work() -> str:
        with pytest.raises(txa.CancelledError, match="its own"):
            await txa.uncancelled(give_up)
        await txa.sleep(unit)
        return "went on"

    assert await txa.as_future(work) == "went on"
