"""The end: what still runs is cancelled, and has its time to clean up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped
from pytest_txaio.conformance._helpers import Boom, nap


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFuture

    Run = Callable[..., Any]
    Reported = Callable[[], list[BaseException]]


def test_coroutine_that_does_not_end_is_interrupted_again(
    run: Run, unit: float
) -> None:
    """L1: Who swallows its cancellation is interrupted again when `grace` is over."""
    story: list[str] = []

    async def stubborn(txa: IBackend) -> None:
        try:
            await txa.create_future()
        except txa.CancelledError:
            story.append("swallowed")
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, unit)
            story.append("ended")

    async def main(txa: IBackend) -> str:
        txa.as_future(stubborn, txa)
        await txa.sleep(0)
        return "value"

    assert run(main) == "value"
    assert story == ["swallowed", "ended"]


def test_running_coroutines_are_cancelled_at_the_end(run: Run, unit: float) -> None:
    """L1: Their `finally` clauses run, awaits inside `uncancelled` included."""
    story: list[str] = []

    async def work(txa: IBackend, name: str) -> None:
        try:
            await txa.create_future()
        except txa.CancelledError:
            story.append(f"{name} cancelled")
            raise
        finally:
            await txa.uncancelled(nap, txa, unit)
            story.append(f"{name} cleaned up")

    async def main(txa: IBackend) -> str:
        txa.as_future(work, txa, "a")
        txa.as_future(work, txa, "b")
        await txa.sleep(unit)
        story.append("end of main")
        return "value"

    assert run(main) == "value"
    assert story[0] == "end of main"
    assert sorted(story[1:3]) == ["a cancelled", "b cancelled"]
    assert sorted(story[3:]) == ["a cleaned up", "b cleaned up"]


def test_clean_up_after_an_exception_of_main(run: Run, unit: float) -> None:
    """L1: So it is when `main` fails; its exception is raised afterwards, bare."""
    story: list[str] = []
    boom = Boom()

    async def work(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(nap, txa, unit)
            story.append("cleaned up")

    async def main(txa: IBackend) -> None:
        txa.as_future(work, txa)
        await txa.sleep(unit)
        raise boom

    with pytest.raises(Boom) as caught:
        run(main)
    assert caught.value is boom
    assert story == ["cleaned up"]


def test_clean_up_that_starts_coroutines(run: Run, unit: float) -> None:
    """L1: A coroutine that clean-up starts is cancelled as well, and cleans up."""
    story: list[str] = []

    async def second(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            story.append("second")

    async def first(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            txa.as_future(second, txa)
            await txa.uncancelled(nap, txa, unit)
            story.append("first")

    async def main(txa: IBackend) -> None:
        txa.as_future(first, txa)
        await txa.sleep(unit)

    run(main)
    assert sorted(story) == ["first", "second"]


def test_coroutine_that_awaits_another_at_the_end(run: Run, unit: float) -> None:
    """L1: Who awaits another coroutine resumes after its clean-up, at the end, too."""
    story: list[str] = []

    async def inner(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(nap, txa, unit)
            story.append("inner")

    async def outer(txa: IBackend) -> None:
        try:
            await txa.as_future(inner, txa)
        finally:
            story.append("outer")

    async def main(txa: IBackend) -> None:
        txa.as_future(outer, txa)
        await txa.sleep(unit)

    run(main)
    assert story == ["inner", "outer"]


def test_error_in_clean_up_at_the_end(
    run: Run, unit: float, reported: Reported
) -> None:
    """L1: An error in the clean-up of one is reported; the others clean up."""
    story: list[str] = []

    async def work(txa: IBackend, kind: type[Boom] | None) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(nap, txa, unit)
            story.append("cleaned up")
            if kind is not None:
                raise kind

    async def main(txa: IBackend) -> str:
        for kind in (None, Boom, None):
            txa.as_future(work, txa, kind)
        await txa.sleep(unit)
        return "value"

    assert run(main) == "value"
    assert story == ["cleaned up"] * 3
    collect_dropped()
    assert [type(error) for error in reported()] == [Boom]


def test_pending_calls_at_the_end(run: Run, unit: float) -> None:
    """L1: Calls that are due later are not made, nor do they hold up the end."""
    made: list[str] = []

    async def main(txa: IBackend) -> None:
        txa.call_later(1000 * unit, made.append, "plain")
        txa.make_batched_timer(unit).call_later(1000 * unit, made.append, "batched")
        txa.call_later(float("inf"), made.append, "never")
        txa.sleep(1000 * unit)
        txa.create_future()
        await txa.sleep(unit)

    run(main)
    assert made == []


def test_callbacks_that_are_due_at_the_end(run: Run) -> None:
    """L1: They are called, however many they are."""
    called: list[str] = []

    async def main(txa: IBackend) -> None:
        future: IFuture[str] = txa.create_future()
        for _time in range(12_000):
            txa.add_callbacks(future, called.append, None)
        txa.resolve(future, "value")

    run(main)
    assert called == 12_000 * ["value"]
