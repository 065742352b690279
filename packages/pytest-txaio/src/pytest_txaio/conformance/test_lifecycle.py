"""Lifecycle: from the start of a backend to its end, and beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped
from pytest_txaio.conformance._things import Boom, nap
from txaio_interfaces import IBackend


if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]
    Reported = Callable[[], list[BaseException]]


def test_main_gets_the_backend(run: Run) -> None:
    """L1: `main` gets a backend and the arguments; its value is returned."""

    async def main(txa: IBackend, *args: int) -> Any:
        await txa.sleep(0)
        return txa, args

    txa, args = run(main, 1, 2)
    assert isinstance(txa, IBackend)
    assert args == (1, 2)


async def test_name(txa: IBackend, package: str) -> None:
    """L1: The backend says which it is, and its package bears that name."""
    assert txa.name
    assert not package or txa.name in package


@pytest.mark.parametrize("value", [None, 42, Boom("a value"), ()], ids=repr)
def test_value_of_main(run: Run, value: Any) -> None:
    """L1: Whatever `main` returns is returned."""

    async def main(_txa: IBackend) -> Any:
        return value

    assert run(main) is value


@pytest.mark.parametrize("kind", [Boom, SystemExit, KeyboardInterrupt, ExceptionGroup])
def test_exception_of_main(
    run: Run, reported: Reported, kind: type[BaseException]
) -> None:
    """L1: Its exception is raised as it is, in no group, and nothing is reported."""
    error = kind("text", [Boom()]) if kind is ExceptionGroup else kind("text")

    async def main(txa: IBackend) -> None:
        await txa.sleep(0)
        raise error

    with pytest.raises(kind) as caught:
        run(main)
    assert caught.value is error
    assert caught.value.__cause__ is None
    assert reported() == []


def test_main_that_is_no_coroutine_function(run: Run) -> None:
    """L1: A `main` that is no coroutine function: `TypeError` says so."""
    with pytest.raises(TypeError, match="coroutine function"):
        run(lambda _txa: "value")


def test_main_that_was_called_already(run: Run) -> None:
    """L1: `run(main())` in place of `run(main)`: `TypeError` names the fix."""

    async def main() -> None:
        pytest.fail("it ran")

    with pytest.raises(TypeError, match=r"run\(main\), not run\(main\(\)\)"):
        run(main())


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
