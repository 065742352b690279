"""Calls, threads and foreign futures on AnyIO's loops."""

from __future__ import annotations

import asyncio
import sys
from traceback import extract_tb
from types import coroutine
from typing import TYPE_CHECKING, Any

import anyio
import pytest

import txaio_anyio


if TYPE_CHECKING:
    from collections.abc import Generator

    from txaio_anyio import AnyioBackend

CPYTHON = sys.implementation.name == "cpython"  # PyPy has no uvloop.


def test_time_is_virtual(run: Any) -> None:
    """Calls are made in order, at the times of the loop's clock."""
    made: list[float] = []

    async def main(txa: AnyioBackend) -> None:
        begun = txa.time()
        for delay in (3600, 1, 86400 * 3, 7):
            txa.call_later(delay, lambda: made.append(round(txa.time() - begun)))
        await txa.sleep(86400 * 5)
        assert txa.time() == pytest.approx(anyio.current_time())

    run(main)
    assert made == [1, 7, 3600, 86400 * 3]


def test_an_earlier_call_while_the_scheduler_sleeps(run: Any) -> None:
    """The scheduler wakes up for it, and then sleeps on."""

    async def main(txa: AnyioBackend) -> None:
        begun = txa.time()
        long = txa.sleep(100)
        await anyio.sleep(1)
        await txa.sleep(1)
        assert txa.time() - begun == pytest.approx(2, abs=0.01)
        await long
        assert txa.time() - begun == pytest.approx(100, abs=0.01)

    run(main)


def test_the_alarm_is_set_once_for_many_turns() -> None:
    """Callbacks that wake the scheduler before its alarm do not set the alarm anew."""

    async def main(txa: AnyioBackend) -> None:
        loop = asyncio.get_running_loop()
        set_at: list[float] = []

        def call_at(when: float, *args: Any) -> asyncio.TimerHandle:
            set_at.append(when)
            return native(when, *args)

        alarms: Any = txa.native.scheduler.loop
        native, alarms._call_at = alarms._call_at, call_at
        call = txa.call_later(1000, print)
        for _ in range(10):
            await txa.sleep(0)
        assert set_at == [pytest.approx(loop.time() + 1000, abs=10)]
        call.cancel()
        set_at.clear()

        def make_calls(_value: object) -> None:
            calls.extend(txa.call_later(300 - n, print) for n in range(10))

        calls: list[Any] = []
        txa.add_callbacks(txa.create_future_success(None), make_calls, None)
        while not calls:
            await txa.sleep(0)
        await txa.sleep(0)
        assert set_at == [pytest.approx(loop.time() + 291, abs=5)]
        for each in calls:
            each.cancel()

    txaio_anyio.run(main)


def test_a_cancelled_call_leaves_no_deadline(run: Any) -> None:
    """The loop does not wake up for it."""

    async def main(txa: AnyioBackend) -> None:
        begun = txa.time()
        calls = [txa.call_later(delay, print) for delay in (10, 20, 30)]
        await anyio.sleep(1)
        for call in calls:
            call.cancel()
        await txa.run_in_thread(print)
        assert txa.time() - begun < 2

    run(main)


def test_cancelled_calls_are_removed_from_the_heap(run: Any) -> None:
    """They are removed even if another call is due before all of them."""

    async def main(txa: AnyioBackend) -> None:
        first = txa.call_later(1, print)
        for _ in range(10_000):
            txa.call_later(1000, print).cancel()
        assert len(txa.native.scheduler._heap) < 200
        first.cancel()

    run(main)


def test_calls_cancelled_when_they_are_due(run: Any) -> None:
    """A call that is due cancels the next one, which is due as well."""
    made: list[int] = []

    async def main(txa: AnyioBackend) -> None:
        def call(number: int) -> None:
            made.append(number)
            calls[number + 1].cancel()

        for delay in (0, 1):
            calls = [txa.call_later(delay, call, n) for n in range(3)]
            calls.append(txa.call_later(2, print))
            await txa.sleep(3)
            for one in calls:
                one.cancel()

    run(main)
    assert made == [0, 2, 0, 2]


def test_cancelled_error_of_asyncio(reported: list[BaseException]) -> None:
    """In a callback it is reported; in a coroutine it cancels only that one."""

    def raise_cancelled(_value: object) -> None:
        raise asyncio.CancelledError

    async def wait() -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    async def main(txa: AnyioBackend) -> str:
        txa.add_callbacks(txa.create_future_success(None), raise_cancelled, None)
        with pytest.raises(txa.CancelledError):
            await txa.as_future(wait)
        return "went on"

    def on_error(_text: str, error: BaseException) -> None:
        reported.append(error)

    assert txaio_anyio.run(main, on_error=on_error) == "went on"
    assert type(reported.pop()) is asyncio.CancelledError


def test_a_future_of_asyncio(run: Any, loop: str) -> None:
    """It can be gathered and awaited; cancelling its follower cancels it."""

    async def main(txa: AnyioBackend) -> None:
        native: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        gathered = txa.gather([native])
        await txa.sleep(1)
        native.set_result(1)
        assert await gathered == [1]
        pending: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        following = txa.as_future(lambda: pending)
        await txa.sleep(1)
        txa.cancel(following)
        with pytest.raises(txa.CancelledError):
            await following
        assert pending.cancelled()

    if loop == "asyncio":
        run(main)


def test_cancelled_before_it_starts_and_outside_a_task(reported: list[Any]) -> None:
    """A native callback of asyncio may start coroutines and cancel them."""

    async def work() -> None:
        raise AssertionError

    async def main(txa: AnyioBackend) -> None:
        def start_and_cancel() -> None:
            started.append(txa.as_future(work))
            txa.cancel(started[0])

        started: list[Any] = []
        asyncio.get_running_loop().call_soon(start_and_cancel)
        await txa.sleep(0.01)
        with pytest.raises(txa.CancelledError):
            await started[0]

    txaio_anyio.run(main, on_error=lambda _text, error: reported.append(error))
    assert reported == []


def test_traceback_of_a_coroutine(run: Any) -> None:
    """It begins in the coroutine, as on asyncio and Twisted."""

    async def fail() -> None:
        raise KeyError

    async def main(txa: AnyioBackend) -> None:
        failures: list[Any] = []
        txa.add_callbacks(txa.as_future(fail), None, failures.append)
        await txa.sleep(1)
        frames = extract_tb(txa.failure_traceback(failures[0]))
        assert [frame.name for frame in frames] == ["fail"]

    run(main)


def test_coroutine_that_awaits_what_the_loop_cannot(run: Any) -> None:
    """A note of the error says what to do."""

    @coroutine
    def foreign() -> Generator[object, None, None]:
        yield object()

    async def work() -> None:
        await foreign()

    async def main(txa: AnyioBackend) -> None:
        with pytest.raises((RuntimeError, TypeError), match="yield") as caught:
            await txa.as_future(work)
        (note,) = caught.value.__notes__
        assert "use the methods of the backend" in note

    run(main)


def test_anyio_inside_a_thread(run: Any) -> None:
    """A worker thread may run its own loop."""

    async def main(txa: AnyioBackend) -> None:
        with pytest.raises(RuntimeError) as caught:
            await txa.run_in_thread(next, iter(()))
        assert isinstance(caught.value.__cause__, StopIteration)
        assert await txa.run_in_thread(anyio.run, anyio.sleep, 0) is None

    run(main)


@pytest.mark.parametrize("use_uvloop", [False, True][: 1 + CPYTHON])
def test_the_scheduler_does_not_spin(use_uvloop: bool) -> None:
    """It wakes once for each timer, although uvloop's timers have milliseconds."""

    async def main(txa: AnyioBackend) -> int:
        turns = 0
        turn = txa.native.scheduler._turn

        def count() -> None:
            nonlocal turns
            turns += 1
            turn()

        txa.native.scheduler._turn = count  # type: ignore[method-assign]
        txa.call_later(1e300, print)
        for _ in range(20):
            begun = txa.time()
            await txa.sleep(0.0033)
            assert txa.time() - begun >= 0.0033
        return turns

    options = {"use_uvloop": use_uvloop}
    assert txaio_anyio.run(main, backend_options=options) <= 30


def test_run_inside_a_loop(run: Any) -> None:
    """L1: `RuntimeError` names what to use there."""

    async def nested(_txa: AnyioBackend) -> None:
        run(nested)

    with pytest.raises(RuntimeError, match="use `async with AnyioBackend"):
        run(nested)


def test_no_coroutine_is_eager() -> None:
    """A coroutine takes its first step in a later turn, whatever tasks the loop has."""
    steps: list[str] = []

    async def work() -> None:
        steps.append("began")

    async def main(txa: AnyioBackend) -> None:
        # Python 3.11 has none.
        eager: Any = getattr(asyncio, "eager_task_factory", None)
        asyncio.get_running_loop().set_task_factory(eager)
        future = txa.as_future(work)
        steps.append("returned")
        await future

    txaio_anyio.run(main)
    assert steps == ["returned", "began"]
