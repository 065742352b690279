"""Async generators that were left half-way: their loop closes them."""

from __future__ import annotations

import sys
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from txaio_interfaces import IBackend

    Run = Callable[..., Any]
    Reported = Callable[[], list[BaseException]]


async def numbers(
    txa: IBackend, events: list[str], seconds: float, name: str = "it"
) -> AsyncGenerator[int, None]:
    """Yield numbers, and clean up for some *seconds*."""
    try:
        for number in range(9):
            yield number
            await txa.sleep(seconds)
    finally:
        await txa.sleep(seconds)
        events.append(f"{name} closed")


async def first_of(generator: AsyncIterator[int]) -> int:
    """Return the first number of *generator*, and leave it."""
    async for number in generator:
        return number
    return -1


async def test_generator_that_a_loop_was_left_of(txa: IBackend, unit: float) -> None:
    """L4: After a `break` it is closed when it is collected; its `finally` awaits."""
    events: list[str] = []
    assert await txa.as_future(first_of, numbers(txa, events, unit)) == 0
    collect_dropped()
    assert events == []
    await pause(txa, 3 * unit)
    assert events == ["it closed"]


async def test_generator_that_was_closed(txa: IBackend, unit: float) -> None:
    """L4: One that has ended or was closed by the program is not closed again."""
    events: list[str] = []

    async def work() -> None:
        async with aclosing(numbers(txa, events, 0, "closed")) as generator:
            await anext(generator)
        async for _number in numbers(txa, events, 0, "ended"):
            pass

    await txa.as_future(work)
    collect_dropped()
    await pause(txa, 2 * unit)
    assert events == ["closed closed", "ended closed"]


def test_generator_that_main_has_left(run: Run, unit: float) -> None:
    """L4: It is closed before `run` ends, though nothing was left to wait for."""
    events: list[str] = []

    async def main(txa: IBackend) -> int:
        return await first_of(numbers(txa, events, unit))

    assert run(main) == 0
    collect_dropped()
    assert events == ["it closed"]


def test_generator_that_is_open_at_the_end(run: Run, unit: float) -> None:
    """L4: It is closed before the backend ends, though something refers to it."""
    events: list[str] = []
    kept: list[Any] = []

    async def main(txa: IBackend) -> str:
        kept.append(numbers(txa, events, unit))
        await anext(kept[0])
        return "value"

    assert run(main) == "value"
    assert events == ["it closed"]


def test_generator_of_a_coroutine_that_runs_at_the_end(run: Run, unit: float) -> None:
    """L4: The coroutine is cancelled first, and cleans up; then it is closed."""
    events: list[str] = []

    async def work(txa: IBackend) -> None:
        async for _number in numbers(txa, events, unit):
            try:
                await txa.create_future()
            finally:
                await txa.uncancelled(txa.sleep, unit)
                events.append("coroutine cleaned up")

    async def main(txa: IBackend) -> None:
        txa.as_future(work, txa)
        await txa.sleep(unit)

    run(main)
    collect_dropped()
    assert events == ["coroutine cleaned up", "it closed"]


def test_context_manager_that_is_open_at_the_end(run: Run, unit: float) -> None:
    """L4: What was made by `asynccontextmanager` is left."""
    events: list[str] = []
    kept: list[Any] = []

    @asynccontextmanager
    async def connection(txa: IBackend) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await txa.uncancelled(txa.sleep, unit)
            events.append("closed")

    async def main(txa: IBackend) -> None:
        kept.append(connection(txa))
        await kept[0].__aenter__()

    run(main)
    assert events == ["closed"]


def test_generators_that_use_each_other_at_the_end(
    run: Run, unit: float, reported: Reported
) -> None:
    """L4: They are closed one after the other, so that one may close another."""
    events: list[str] = []
    kept: list[Any] = []

    async def doubled(txa: IBackend, inner: Any) -> AsyncGenerator[int, None]:
        async with aclosing(inner):
            async for number in inner:
                yield 2 * number
        await txa.sleep(unit)

    async def main(txa: IBackend) -> None:
        for name in "abc":
            inner = numbers(txa, events, unit, name)
            kept.extend([inner, doubled(txa, inner)])
            await anext(kept[-1])

    run(main)
    assert sorted(events) == ["a closed", "b closed", "c closed"]
    assert reported() == []


def test_error_while_a_generator_is_closed(
    run: Run, unit: float, reported: Reported
) -> None:
    """L4: It is reported, with its traceback; the others are closed."""
    events: list[str] = []
    kept: list[Any] = []

    async def broken(txa: IBackend) -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            await txa.sleep(unit)
            raise Boom

    async def main(txa: IBackend) -> str:
        await first_of(broken(txa))
        collect_dropped()
        await pause(txa, 3 * unit)
        assert [type(error) for error in reported()] == [Boom]
        kept.extend([broken(txa), numbers(txa, events, unit), broken(txa)])
        for generator in kept:
            await anext(generator)
        return "value"

    assert run(main) == "value"
    assert events == ["it closed"]
    errors = reported()
    assert [type(error) for error in errors] == [Boom, Boom]
    assert all(error.__traceback__ is not None for error in errors)


def test_clean_up_of_a_generator_that_does_not_end(
    run: Run, unit: float, reported: Reported
) -> None:
    """L4: After `grace` its await raises, as that of a coroutine does."""
    events: list[str] = []
    kept: list[Any] = []

    async def stubborn(txa: IBackend, name: str) -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            try:
                await txa.create_future()
            finally:
                await txa.uncancelled(txa.sleep, unit)
                events.append(f"{name} interrupted")

    async def main(txa: IBackend) -> str:
        kept.extend(stubborn(txa, name) for name in "ab")
        for generator in kept:
            await anext(generator)
        await first_of(stubborn(txa, "c"))
        collect_dropped()
        await pause(txa, unit)
        return "value"

    assert run(main) == "value"
    assert sorted(events) == ["a interrupted", "b interrupted", "c interrupted"]
    assert reported() == []


def test_generator_that_clean_up_begins(run: Run, unit: float) -> None:
    """L4: A generator that is begun at the end is closed, too."""
    events: list[str] = []
    kept: list[Any] = []

    async def outer(txa: IBackend) -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            kept.append(numbers(txa, events, unit))
            await anext(kept[-1])
            events.append("outer closed")

    async def main(txa: IBackend) -> None:
        kept.append(outer(txa))
        await anext(kept[0])

    run(main)
    assert events == ["outer closed", "it closed"]


def test_hooks_of_the_thread_are_restored(run: Run, unit: float) -> None:
    """L4: Who has set hooks for async generators before `run` has them after it."""
    begun: list[Any] = []
    dropped: list[str] = []
    hooks = sys.get_asyncgen_hooks()

    async def main(txa: IBackend) -> None:
        await first_of(numbers(txa, [], unit))

    mine = (begun.append, lambda _generator: dropped.append("mine"))
    sys.set_asyncgen_hooks(*mine)
    try:
        other = numbers(None, [], 0)  # type: ignore[arg-type]
        with pytest.raises(StopIteration):
            other.__anext__().__await__().send(None)
        run(main)
        assert sys.get_asyncgen_hooks() == mine
        assert begun == [other]
        begun.clear()
        del other
        collect_dropped()
        assert dropped == ["mine"]
    finally:
        sys.set_asyncgen_hooks(*hooks)
