"""fail_after and move_on_after: one scope."""

from __future__ import annotations

from contextvars import ContextVar
from math import inf
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import Boom, make_scope


if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from txaio_interfaces import IBackend

    Start = Callable[[Coroutine[Any, Any, Any]], Any]

VARIABLE: ContextVar[str] = ContextVar("VARIABLE", default="unset")


@pytest.fixture(params=["itself", "as_future"])
def start(request: pytest.FixtureRequest, txa: IBackend) -> Start:
    """Await a coroutine in the one that runs, or in one of the backend's."""
    if request.param == "itself":
        return lambda coroutine: coroutine
    return lambda coroutine: txa.as_future(lambda: coroutine)


@pytest.mark.parametrize("kind", ["fail_after", "move_on_after"])
async def test_body_that_ends_in_time(
    txa: IBackend, unit: float, start: Start, kind: str
) -> None:
    """D1: It is not disturbed, and neither is what comes after it."""

    async def work() -> str:
        async with make_scope(txa, kind, 10 * unit) as scope:
            value = await txa.as_future(lambda: "value")
            await txa.sleep(unit)
        await txa.sleep(12 * unit)
        assert not scope.expired
        return value

    assert await start(work()) == "value"


async def test_deadline(txa: IBackend, unit: float, start: Start) -> None:
    """D1: The body sees the cancellation and cleans up; then comes a TimeoutError."""
    events: list[str] = []

    async def work() -> None:
        async with txa.fail_after(unit) as scope:
            try:
                await txa.sleep(100 * unit)
            except txa.CancelledError:
                await txa.sleep(unit)
                events.append("cleaned up")
                assert scope.expired
                raise

    with pytest.raises(TimeoutError, match="not done within") as caught:
        await start(work())
    assert events == ["cleaned up"]
    assert isinstance(caught.value.__cause__, txa.CancelledError)


async def test_deadline_without_an_error(
    txa: IBackend, unit: float, start: Start
) -> None:
    """D1: `move_on_after` raises nothing; `expired` tells."""

    async def work() -> str:
        async with txa.move_on_after(unit) as scope:
            await txa.create_future()
            return "not cancelled"
        assert scope.expired
        await txa.sleep(unit)
        return "went on"

    assert await start(work()) == "went on"


async def test_context_of_the_body(txa: IBackend, unit: float, start: Start) -> None:
    """D1: The body runs in the context of its coroutine."""

    async def work() -> str:
        with_value = VARIABLE.set("before")
        async with txa.move_on_after(unit):
            assert VARIABLE.get() == "before"
            VARIABLE.set("inside")
            await txa.create_future()
        value = VARIABLE.get()
        VARIABLE.reset(with_value)
        return value

    assert await start(work()) == "inside"


async def test_no_await_after_the_deadline(
    txa: IBackend, unit: float, start: Start
) -> None:
    """D1: A body that has no await any more has its value, and did not expire."""

    async def work() -> str:
        async with txa.fail_after(unit) as scope:
            value = await txa.uncancelled(txa.as_future, slow)
        assert not scope.expired
        await txa.sleep(2 * unit)
        return value

    async def slow() -> str:
        await txa.sleep(2 * unit)
        return "value"

    assert await start(work()) == "value"


async def test_body_that_swallows_the_cancellation(
    txa: IBackend, unit: float, start: Start
) -> None:
    """D1: It ends as it likes; `expired` tells, and nothing comes later."""

    async def work() -> bool:
        async with txa.fail_after(unit) as scope:
            try:
                await txa.create_future()
            except txa.CancelledError:
                await txa.sleep(unit)
        await txa.sleep(2 * unit)
        return scope.expired

    assert await start(work()) is True


@pytest.mark.parametrize("kind", ["fail_after", "move_on_after"])
async def test_error_in_the_body(
    txa: IBackend, unit: float, start: Start, kind: str
) -> None:
    """D1: An error of the body, in its clean-up too, comes out of the block."""

    async def work(waits: bool) -> None:
        async with make_scope(txa, kind, unit):
            try:
                if waits:
                    await txa.create_future()
            finally:
                raise Boom

    for waits in (False, True):
        with pytest.raises(Boom):
            await start(work(waits))


async def test_deadline_that_has_passed(
    txa: IBackend, unit: float, start: Start
) -> None:
    """D1: With no time at all, the body is cancelled at its first await that waits."""

    async def work(seconds: float) -> list[str]:
        events = []
        async with txa.move_on_after(seconds) as scope:
            events.append(await txa.create_future("settled"))
            await txa.sleep(unit)
            events.append("slept")
        assert scope.expired
        return events

    for seconds in (0, -1):
        assert await start(work(seconds)) == ["settled"]


async def test_cancelling_a_scope(txa: IBackend, unit: float, start: Start) -> None:
    """D2: It ends the block without an error, of `fail_after` too."""

    async def work(kind: str, first: bool) -> str:
        scope = make_scope(txa, kind, 100 * unit)
        if first:
            scope.cancel()
        async with scope:
            if not first:
                txa.call_later(unit, scope.cancel)
            await txa.create_future()
        scope.cancel()
        await txa.sleep(unit)
        assert not scope.expired
        return "went on"

    for kind in ("fail_after", "move_on_after"):
        for first in (False, True):
            assert await start(work(kind, first)) == "went on"


@pytest.mark.parametrize("awaits", [True, False])
async def test_cancelling_its_own_scope(
    txa: IBackend, unit: float, start: Start, awaits: bool
) -> None:
    """D2: The body is cancelled at its next await; without one, it ends as it is."""

    async def work() -> list[str]:
        events = []
        async with txa.move_on_after(100 * unit) as scope:
            scope.cancel()
            scope.cancel()
            events.append("cancelled")
            if awaits:
                try:
                    await txa.create_future()
                finally:
                    await txa.sleep(unit)
                    events.append("cleaned up")
        await txa.sleep(unit)
        return events

    assert await start(work()) == ["cancelled", *["cleaned up"] * awaits]


async def test_moving_the_deadline(txa: IBackend, unit: float, start: Start) -> None:
    """D2: `reset` moves it, to a later or an earlier time, or to no time at all."""

    async def work(seconds: list[float], most: float) -> float:
        begun = txa.time()
        scope = txa.move_on_after(seconds[0] * unit)
        assert scope.reset(seconds[1] * unit)
        async with scope:
            await txa.sleep(unit)
            assert scope.reset(seconds[2] * unit)
            await txa.sleep(most * unit)
        assert not scope.reset(unit)
        return (txa.time() - begun) / unit

    assert 5.9 < await start(work([1, 20, 5], 200)) < 100
    assert 1.9 < await start(work([200, 100, 1], 200)) < 90
    assert await start(work([1, inf, inf], 10)) > 10.9


async def test_moving_the_deadline_too_late(
    txa: IBackend, unit: float, start: Start
) -> None:
    """D2: Once the body is cancelled, `reset` returns False and changes nothing."""

    async def work() -> bool:
        async with txa.move_on_after(unit) as scope:
            try:
                await txa.create_future()
            finally:
                moved = scope.reset(100 * unit)
        assert scope.expired
        return moved

    assert await start(work()) is False


async def test_deadline_that_never_comes(
    txa: IBackend, unit: float, start: Start
) -> None:
    """D2: With infinity, nothing cancels the body."""

    async def work() -> str:
        async with txa.fail_after(inf):
            await txa.sleep(10 * unit)
        return "done"

    assert await start(work()) == "done"
