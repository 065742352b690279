"""The end of a run: coroutines are cancelled, and have time to clean up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped
from pytest_txaio.conformance._helpers import Boom, nap


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Run = Callable[..., Any]
    Reported = Callable[[], list[BaseException]]


def test_coroutine_that_does_not_end_is_cancelled_again(run: Run, unit: float) -> None:
    """L1: A coroutine that ignores cancellation is cancelled again after `grace`."""
    events: list[str] = []

    async def stubborn(txa: IBackend) -> None:
        try:
            await txa.create_future()
        except txa.CancelledError:
            events.append("swallowed")
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, unit)
            events.append("ended")

    async def main(txa: IBackend) -> str:
        txa.as_future(stubborn, txa)
        await txa.sleep(0)
        return "value"

    assert run(main) == "value"
    assert events == ["swallowed", "ended"]


def test_interrupted_again_and_again(run: Run, unit: float, late: float) -> None:
    """L1: After `grace` each await raises soon, not after the same time again."""
    seen: list[float] = []

    async def stubborn(txa: IBackend) -> None:
        while len(seen) < 20:
            try:
                await txa.create_future()
            except txa.CancelledError:
                seen.append(txa.time())

    async def main(txa: IBackend) -> None:
        txa.as_future(stubborn, txa)
        await txa.sleep(0)

    run(main)
    assert seen[-1] - seen[0] < 20 * unit + late


def test_clean_up_within_the_grace_period(run: Run, unit: float) -> None:
    """L1: None of its awaits raises, though others have ended before."""
    events: list[int] = []

    async def work(txa: IBackend, number: int) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(number * unit)
            events.append(number)

    async def main(txa: IBackend) -> None:
        for number in range(3):
            txa.as_future(work, txa, number)
        await txa.sleep(0)

    run(main)
    assert events == [0, 1, 2]


def test_short_await_after_the_grace_period(run: Run, unit: float) -> None:
    """L1: One that follows an `uncancelled` raises, however short it is."""
    events: list[str] = []

    async def work(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, 20 * unit)
            events.append("cleaned up")
            await txa.sleep(0)
            events.append("went on")

    async def main(txa: IBackend) -> None:
        txa.as_future(work, txa)
        await txa.sleep(0)

    run(main)
    assert events == ["cleaned up"]


def test_running_coroutines_are_cancelled_at_the_end(run: Run, unit: float) -> None:
    """L1: Their `finally` clauses run, with awaits inside `uncancelled`."""
    events: list[str] = []

    async def work(txa: IBackend, name: str) -> None:
        try:
            await txa.create_future()
        except txa.CancelledError:
            events.append(f"{name} cancelled")
            raise
        finally:
            await txa.uncancelled(nap, txa, unit)
            events.append(f"{name} cleaned up")

    async def main(txa: IBackend) -> str:
        txa.as_future(work, txa, "a")
        txa.as_future(work, txa, "b")
        await txa.sleep(unit)
        events.append("end of main")
        return "value"

    assert run(main) == "value"
    assert events[0] == "end of main"
    assert sorted(events[1:3]) == ["a cancelled", "b cancelled"]
    assert sorted(events[3:]) == ["a cleaned up", "b cleaned up"]


def test_clean_up_after_an_exception_of_main(run: Run, unit: float) -> None:
    """L1: The same is true if `main` fails; its exception is raised afterwards."""
    events: list[str] = []
    boom = Boom()

    async def work(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(nap, txa, unit)
            events.append("cleaned up")

    async def main(txa: IBackend) -> None:
        txa.as_future(work, txa)
        await txa.sleep(unit)
        raise boom

    with pytest.raises(Boom) as caught:
        run(main)
    assert caught.value is boom
    assert events == ["cleaned up"]


def test_clean_up_that_starts_coroutines(run: Run, unit: float) -> None:
    """L1: A coroutine that is started by clean-up is cancelled, and cleans up."""
    events: list[str] = []

    async def second(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            events.append("second")

    async def first(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            txa.as_future(second, txa)
            await txa.uncancelled(nap, txa, unit)
            events.append("first")

    async def main(txa: IBackend) -> None:
        txa.as_future(first, txa)
        await txa.sleep(unit)

    run(main)
    assert sorted(events) == ["first", "second"]


def test_long_clean_up_of_what_clean_up_has_started(run: Run, unit: float) -> None:
    """L1: It takes longer than `grace`, and so does that of another; both end."""
    events: list[str] = []

    async def work(txa: IBackend, number: int) -> None:
        try:
            await txa.create_future()
        finally:
            if number:
                txa.as_future(work, txa, number - 1)
                await txa.sleep(0)
            else:
                await txa.uncancelled(nap, txa, 15 * unit)
            events.append(f"clean-up {number}")

    async def main(txa: IBackend) -> None:
        txa.as_future(work, txa, 1)
        await txa.sleep(0)

    run(main)
    assert events == ["clean-up 1", "clean-up 0"]


def test_coroutine_that_awaits_another_at_the_end(run: Run, unit: float) -> None:
    """L1: A coroutine resumes after the clean-up of the one it awaits."""
    events: list[str] = []

    async def inner(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(nap, txa, unit)
            events.append("inner")

    async def outer(txa: IBackend) -> None:
        try:
            await txa.as_future(inner, txa)
        finally:
            events.append("outer")

    async def main(txa: IBackend) -> None:
        txa.as_future(outer, txa)
        await txa.sleep(unit)

    run(main)
    assert events == ["inner", "outer"]


def test_error_in_clean_up_at_the_end(
    run: Run, unit: float, reported: Reported
) -> None:
    """L1: An error in clean-up is reported; other coroutines clean up."""
    events: list[str] = []

    async def work(txa: IBackend, kind: type[Boom] | None) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(nap, txa, unit)
            events.append("cleaned up")
            if kind is not None:
                raise kind

    async def main(txa: IBackend) -> str:
        for kind in (None, Boom, None):
            txa.as_future(work, txa, kind)
        await txa.sleep(unit)
        return "value"

    assert run(main) == "value"
    assert events == ["cleaned up"] * 3
    collect_dropped()
    assert [type(error) for error in reported()] == [Boom]


def test_coroutine_whose_block_is_cancelled_at_the_end(run: Run, unit: float) -> None:
    """L1: It is cancelled as well, after the block, and not only after `grace`."""
    scopes: list[Any] = []
    events: list[str] = []

    async def work(txa: IBackend) -> None:
        try:
            async with txa.move_on_after(100 * unit) as scope:
                scopes.append(scope)
                await txa.create_future()
            await txa.create_future()
        finally:
            events.append("cancelled")

    async def cancel_block(txa: IBackend, number: int) -> None:
        await txa.create_future(canceller=lambda _future: scopes[number].cancel())

    async def clean_up(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, 3 * unit)
            events.append("cleaned up")

    async def main(txa: IBackend) -> None:
        txa.as_future(clean_up, txa)
        # In which order they are cancelled is unspecified.
        for number in range(10):
            txa.as_future(work, txa)
            txa.as_future(cancel_block, txa, number)
        await txa.sleep(unit)

    run(main)
    assert events == 10 * ["cancelled"] + ["cleaned up"]
