"""The end of a run: coroutines are cancelled, and have time to clean up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped
from pytest_txaio.conformance._helpers import Boom, nap


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFuture

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


def test_pending_calls_at_the_end(run: Run, unit: float) -> None:
    """L1: Pending timed calls are not made, and do not delay the end."""
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
    """L1: They are called, however many there are."""
    called: list[str] = []

    async def main(txa: IBackend) -> None:
        future: IFuture[str] = txa.create_future()
        for _time in range(12_000):
            txa.add_callbacks(future, called.append, None)
        txa.resolve(future, "value")

    run(main)
    assert called == 12_000 * ["value"]


def test_timers_that_are_due_after_the_end(run: Run, unit: float) -> None:
    """L1: A timer that is due once the backend has ended makes no call.

    The loop may go on then, say while `run` waits for a thread.
    """
    called: list[str] = []
    done = threading.Event()

    async def main(txa: IBackend) -> None:
        txa.call_later(2 * unit, called.append, "call_later")
        txa.make_batched_timer(unit).call_later(unit, called.append, "batched")
        txa.run_in_thread(done.wait, 0.1)
        await txa.sleep(0)

    run(main)
    done.set()
    assert called == []


@pytest.mark.parametrize("number", [1500, 5000])
def test_batched_calls_that_are_left_at_the_end(
    run: Run, unit: float, number: int
) -> None:
    """L1: A bucket whose calls are being made at the end makes no more of them."""
    called: list[int] = []
    main_returns: list[bool] = []
    done = threading.Event()

    async def main(txa: IBackend) -> None:
        ends = txa.create_future()
        timer = txa.make_batched_timer(2 * unit)
        for each in range(number):
            timer.call_later(unit, called.append, each)
        txa.call_later(2 * unit, txa.resolve, ends)
        txa.run_in_thread(done.wait, 0.1)
        await ends
        main_returns.append(True)

    run(main)
    done.set()
    made = len(called)
    assert main_returns == [True]
    assert called == [*range(made)]
