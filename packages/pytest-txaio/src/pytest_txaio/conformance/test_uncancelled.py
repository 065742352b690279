"""uncancelled: clean-up that no second cancellation interrupts."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import ref

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Argument, Boom


if TYPE_CHECKING:
    from pytest_txaio.conformance._fixtures import Natives
    from txaio_interfaces import IBackend


async def test_second_cancel_does_not_interrupt_clean_up(
    txa: IBackend, unit: float
) -> None:
    """X9: Clean-up in `uncancelled` runs to its end, however often it is cancelled."""
    events: list[str] = []

    async def clean_up(name: str, *, seconds: float) -> str:
        await txa.sleep(seconds)
        events.append(name)
        return "cleaned up"

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            events.append(await txa.uncancelled(clean_up, "clean-up", seconds=2 * unit))

    future = txa.as_future(work)
    for _ in range(4):
        await txa.sleep(unit / 2)
        txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert events == ["clean-up", "cleaned up"]


async def test_clean_up_of_several_steps(txa: IBackend, unit: float) -> None:
    """X9: Coroutines, timers and futures made in it are not cancelled either."""
    events: list[str] = []

    async def step() -> str:
        await txa.sleep(unit)
        return "step"

    async def clean_up() -> None:
        events.append(await txa.as_future(step))
        members: list[Any] = [step(), txa.sleep(unit)]
        await txa.gather(members)
        events.append("gathered")

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(clean_up)

    future = txa.as_future(work)
    for _ in range(4):
        await txa.sleep(unit / 2)
        txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert events == ["step", "gathered"]


async def test_first_cancel_during_uncancelled(txa: IBackend, unit: float) -> None:
    """X9: A cancellation during it is raised at the caller's next await."""
    events: list[str] = []

    async def clean_up() -> None:
        await txa.sleep(2 * unit)
        events.append("clean-up")

    async def work() -> None:
        await txa.uncancelled(clean_up)
        events.append("went on")
        await txa.sleep(100 * unit)
        events.append("not cancelled")

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert events == ["clean-up", "went on"]


async def test_error_in_uncancelled(txa: IBackend) -> None:
    """X9: `uncancelled` raises the exception of its function."""

    async def fail() -> None:
        await txa.sleep(0)
        raise boom

    boom = Boom()
    with pytest.raises(Boom) as caught:
        await txa.uncancelled(fail)
    assert caught.value is boom


async def test_error_in_uncancelled_keeps_nothing(txa: IBackend) -> None:
    """X9: Once it was handled, what its frames refer to goes with it."""

    async def fail(argument: Argument) -> None:
        await txa.sleep(0)
        raise Boom(argument)

    async def work() -> ref[Argument]:
        argument = Argument()
        with suppress(Boom):
            await txa.uncancelled(fail, argument)
        return ref(argument)

    weak = await txa.as_future(work)
    await pause(txa, 0)
    collect_dropped()
    assert weak() is None


@pytest.mark.parametrize("awaits", [True, False])
async def test_cancelled_after_the_last_await(
    txa: IBackend, unit: float, awaits: bool
) -> None:
    """X9: Without another await it is not raised, and the coroutine has its value."""

    async def work() -> str:
        await txa.uncancelled(txa.sleep, 2 * unit)
        if awaits:
            await txa.sleep(unit)
        return "value"

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    if not awaits:
        assert await future == "value"
        return
    with pytest.raises(txa.CancelledError):
        await future


@pytest.mark.parametrize("awaits", [True, False])
async def test_coroutine_that_cancels_itself(
    txa: IBackend, unit: float, awaits: bool
) -> None:
    """X4: A coroutine that cancels its own future gets the error at its next await."""
    futures: list[Any] = []

    async def work() -> str:
        await txa.sleep(unit)
        txa.cancel(futures[0])
        if awaits:
            await txa.sleep(unit)
        return "value"

    futures.append(txa.as_future(work))
    if not awaits:
        assert await futures[0] == "value"
        return
    with pytest.raises(txa.CancelledError):
        await futures[0]


async def test_deferred_cancellation_is_raised_once(txa: IBackend, unit: float) -> None:
    """X9: A cancellation during `uncancelled` is raised at one await only."""
    seen: list[str] = []

    async def work() -> str:
        await txa.uncancelled(txa.sleep, 2 * unit)
        await txa.uncancelled(txa.sleep, unit)
        for step in ("first", "second"):
            try:
                await txa.sleep(unit)
            except txa.CancelledError:
                seen.append(step)
            await txa.uncancelled(txa.sleep, unit)
        return "value"

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    assert await future == "value"
    assert seen == ["first"]


async def test_uncancelled_awaits_a_native_future(
    txa: IBackend, unit: float, natives: Natives
) -> None:
    """X9: A future of the loop's own is not cancelled in it either."""
    native = natives.make(txa)

    async def work() -> tuple[str, str]:
        value = await txa.uncancelled(lambda: native)
        try:
            await txa.create_future()
        except txa.CancelledError as error:
            return value, str(error)
        return value, "not cancelled"

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future, "why")
    await pause(txa, unit)
    natives.settle(txa, native, "value")
    assert await future == ("value", "why")


async def test_awaiter_of_what_was_cancelled_in_vain(
    txa: IBackend, unit: float
) -> None:
    """X9: It has the value: it was not cancelled itself."""

    async def work() -> str:
        await txa.uncancelled(txa.sleep, 2 * unit)
        return "value"

    async def wait() -> str:
        async with txa.fail_after(50 * unit):
            return await awaited

    awaited = txa.as_future(work)
    future = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(awaited)
    assert await future == "value"
