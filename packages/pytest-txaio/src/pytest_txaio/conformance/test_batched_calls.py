"""Batched timers: how the calls of a bucket are made."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause, until
from pytest_txaio.conformance._helpers import Boom, variable


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]


@pytest.mark.parametrize("chunk_size", [1, 4])
async def test_loop_runs_between_chunks(
    txa: IBackend, unit: float, late: float, chunk_size: int
) -> None:
    """B4: At most one chunk of calls is made in one iteration of the loop."""
    in_one_go = [0]
    # So wide that a busy machine does not delay the chunks by their share of it.
    timer = txa.make_batched_timer(2 * unit + late, chunk_size)

    def act() -> None:
        in_one_go[-1] += 1
        txa.call_later(0, in_one_go.append, 0)

    count = 4 * chunk_size + 1
    for _ in range(count):
        timer.call_later(unit, act)
    await until(txa, lambda: sum(in_one_go) == count, unit)
    assert max(in_one_go) == chunk_size


async def test_coroutines_run_between_chunks(
    txa: IBackend, unit: float, late: float
) -> None:
    """B4: A coroutine that a call wakes runs at most two chunks later."""
    seen: list[int] = []
    made: list[int] = []
    timer = txa.make_batched_timer(2 * unit + late, chunk_size=1)

    async def watch() -> None:
        for future in futures:
            await future
            seen.append(len(made))

    def act(number: int) -> None:
        made.append(number)
        if number % 3 == 0:
            txa.resolve(futures[number // 3])

    futures = [txa.create_future() for _ in range(3)]
    for number in range(9):
        timer.call_later(unit, act, number)
    await txa.as_future(watch)
    await until(txa, lambda: len(made) == 9, unit)
    assert [(count - 1) // 3 for count in seen] == [0, 1, 2]


async def test_each_failing_call_is_reported(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """B5: It is reported at once, with its traceback; the other calls are made."""
    events: list[Any] = []

    def fail(error: Boom) -> None:
        raise error

    def look() -> None:
        events.append(reported())

    first, second = Boom("first"), Boom("second")
    timer = txa.make_batched_timer(unit, chunk_size=2)
    timer.call_later(unit, fail, first)
    timer.call_later(unit, look)
    timer.call_later(unit, fail, second)
    timer.call_later(unit, look)
    await pause(txa, 4 * unit)
    assert events == [[first], [second]]
    for error in (first, second):
        frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        assert frames[-1] == "fail"
        assert frames.count("fail") == 1


async def test_calls_that_raise_a_base_exception(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """B5: Errors that are no `Exception`, such as `CancelledError`, are reported."""
    made: list[int] = []
    errors = [txa.CancelledError(), GeneratorExit(), txa.CancelledError()]

    def fail(error: BaseException) -> None:
        raise error

    timer = txa.make_batched_timer(unit, chunk_size=2)
    for number, error in enumerate(errors):
        timer.call_later(unit, fail, error)
        timer.call_later(unit, made.append, number)
    await pause(txa, 4 * unit)
    assert made == [0, 1, 2]
    assert reported() == errors


async def test_batched_coroutine_function(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """B5: A coroutine that is never awaited is reported, with the fix."""
    ran: list[int] = []

    async def work(number: int) -> None:
        ran.append(number)

    txa.make_batched_timer(unit).call_later(unit, work, 1)
    txa.make_batched_timer(unit).call_later(unit, txa.as_future, work, 2)
    await pause(txa, 3 * unit)
    assert ran == [2]
    (error,) = reported()
    assert isinstance(error, TypeError)
    assert "call_later(delay, txa.as_future, func" in str(error)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_exit_in_a_call(
    run: Callable[..., Any], unit: float, late: float, kind: type[BaseException]
) -> None:
    """B5: `KeyboardInterrupt` and `SystemExit` end the run, after the whole bucket."""
    made: list[int] = []

    def leave() -> None:
        raise kind

    async def main(txa: IBackend) -> None:
        width = unit + late
        timer = txa.make_batched_timer(width)

        def ask() -> None:
            for number in range(3):
                timer.call_later(unit, made.append, number)
            timer.call_later(unit, leave)
            for number in range(3, 6):
                timer.call_later(unit, made.append, number)

        # Called inside a bucket, after its edge, so the new calls are in the next one.
        timer.call_later(0, ask)
        await txa.sleep(4 * width)
        made.append(99)

    with pytest.raises(kind):
        run(main)
    assert made == [0, 1, 2, 3, 4, 5]


async def test_each_call_in_its_context(txa: IBackend, unit: float) -> None:
    """B6: Each call of a bucket runs in the context in which it was made."""
    seen: list[str] = []
    timer = txa.make_batched_timer(unit)

    def act() -> None:
        seen.append(variable.get())
        variable.set("leaked")

    for value in ("a", "b", "c"):
        token = variable.set(value)
        timer.call_later(unit, act)
        variable.reset(token)
    timer.call_later(unit, act)
    await pause(txa, 3 * unit)
    assert seen == ["a", "b", "c", "-"]
    assert variable.get() == "-"


async def test_reset_keeps_the_context(txa: IBackend, unit: float) -> None:
    """B6: `reset` does not change the context of a call."""
    seen: list[str] = []
    timer = txa.make_batched_timer(unit)
    token = variable.set("made here")
    call = timer.call_later(unit, lambda: seen.append(variable.get()))
    variable.reset(token)
    call.reset(2 * unit)
    await pause(txa, 4 * unit)
    assert seen == ["made here"]


async def test_calls_made_by_a_coroutine(txa: IBackend, unit: float) -> None:
    """B6: A call that a coroutine makes runs in the coroutine's context."""
    seen: list[str] = []
    timer = txa.make_batched_timer(unit)

    async def work(value: str) -> None:
        variable.set(value)
        timer.call_later(unit, lambda: seen.append(variable.get()))

    await txa.gather([work("a"), work("b")])
    await pause(txa, 3 * unit)
    assert sorted(seen) == ["a", "b"]
