"""Batched timers: many calls, few native timers, never early."""

from __future__ import annotations

import math
import random
import traceback
import weakref
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause, until
from pytest_txaio.conformance._things import INF, NAN, Argument, Boom, show, variable


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]

ROUNDING = 1e-6
"""Seconds by which sums of floats may differ."""


@pytest.mark.parametrize("width", [0.1, 0.3, 0.75, 1, 2, 5])
async def test_never_early_and_less_than_a_bucket_late(
    txa: IBackend, unit: float, late: float, width: float
) -> None:
    """B1: With random delays, asked for at random times, in many widths."""
    chance = random.Random(width)  # noqa: S311 - no secret
    bucket = width * unit
    timer = txa.make_batched_timer(bucket, chunk_size=1000)
    lateness: list[float] = []

    def ask() -> None:
        delay = chance.uniform(0, 5) * unit
        due = txa.time() + delay
        timer.call_later(delay, lambda: lateness.append(txa.time() - due))

    for _ in range(60):
        txa.call_later(chance.uniform(0, 2) * unit, ask)
    await until(txa, lambda: len(lateness) == 60, unit)
    assert min(lateness) >= -ROUNDING
    assert max(lateness) < bucket + late


async def test_delay_of_whole_buckets(txa: IBackend, unit: float, late: float) -> None:
    """B1: So it is at the edges of a bucket."""
    timer = txa.make_batched_timer(unit)
    lateness: list[float] = []

    def ask(delay: float) -> None:
        due = txa.time() + delay
        timer.call_later(delay, lambda: lateness.append(txa.time() - due))

    # Asked for from inside a bucket, whose time is an edge.
    timer.call_later(0, lambda: [*map(ask, (0, unit, 2 * unit, 3 * unit))])
    await until(txa, lambda: len(lateness) == 4, unit)
    assert min(lateness) >= -ROUNDING
    assert max(lateness) < unit + late


async def test_chunks_spread_over_one_more_bucket(
    txa: IBackend, unit: float, late: float
) -> None:
    """B1: Of a bucket with many chunks, the last call is not two buckets late."""
    timer = txa.make_batched_timer(2 * unit, chunk_size=1)
    lateness: list[float] = []
    due = txa.time() + unit
    for _ in range(50):
        timer.call_later(unit, lambda: lateness.append(txa.time() - due))
    await until(txa, lambda: len(lateness) == 50, unit)
    assert min(lateness) >= -ROUNDING
    assert max(lateness) < 4 * unit + late


async def test_calls_share_one_native_timer(
    txa: IBackend, unit: float, timers: Count
) -> None:
    """B1: The calls of one bucket share one native timer."""
    before = timers()
    timer = txa.make_batched_timer(5 * unit)
    calls = [timer.call_later(unit, pytest.fail, "called") for _ in range(50)]
    await txa.sleep(0)
    assert timers() <= before + 2
    for call in calls:
        call.cancel()


async def test_batched_arguments_of_any_name(txa: IBackend, unit: float) -> None:
    """B1: A call is made once, with its arguments, whatever their names."""
    made: list[Any] = []
    names = {"delay": 1, "func": 2, "fn": 3, "fun": 4, "self": 5, "args": 6, "when": 7}

    def show(*args: Any, **kwargs: Any) -> None:
        made.append((args, kwargs))

    timer = txa.make_batched_timer(unit)
    timer.call_later(unit, show, 1, 2, **names)
    timer.call_later(unit, show)
    await pause(txa, 4 * unit)
    # On a busy machine they may be armed for two buckets.
    assert len(made) == 2
    assert ((1, 2), names) in made
    assert ((), {}) in made


@pytest.mark.parametrize("delay", [0, -1, -INF])
async def test_no_delay_means_the_next_bucket(
    txa: IBackend, unit: float, late: float, delay: float
) -> None:
    """B1: A delay of zero or less is due in the next bucket, not inside the call."""
    made: list[float] = []
    begun = txa.time()
    txa.make_batched_timer(2 * unit).call_later(delay, lambda: made.append(txa.time()))
    assert made == []
    await pause(txa, 4 * unit)
    assert len(made) == 1
    assert 0 <= made[0] - begun < 2 * unit + late + ROUNDING


async def test_batched_infinite_delay(
    txa: IBackend, unit: float, timers: Count
) -> None:
    """B1: It is never due, and needs no native timer."""
    before = timers()
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(INF, pytest.fail, "called")
    await pause(txa, 3 * unit)
    assert timers() <= before
    call.cancel()
    call.cancel()


@pytest.mark.parametrize(
    ("width", "period"), [(5, 1), (5, 0), (2, 3), (1, 1), (0.5, 2), (3, 3), (2, -1)]
)
async def test_rearming_does_not_spin(
    txa: IBackend, unit: float, late: float, width: float, period: float
) -> None:
    """B2: Re-armed inside itself, a call is made once per ceil(period / width)."""
    made: list[float] = []
    span = 9
    begun = txa.time()
    timer = txa.make_batched_timer(width * unit)

    def act() -> None:
        made.append(txa.time())
        calls.append(timer.call_later(period * unit, act))

    calls = [timer.call_later(period * unit, act)]
    await pause(txa, span * unit)
    calls[-1].cancel()
    spent = (txa.time() - begun) / unit
    buckets = max(1, math.ceil(period / width))
    assert len(made) <= spent / (buckets * width) + 1
    # It is made at all, less than a bucket late each time.
    least = (span - late / unit) / (max(0, period) + width)
    assert len(made) >= int(least) - 1
    gaps = [after - before for before, after in pairwise(made)]
    assert all(gap >= max(0, period) * unit - ROUNDING for gap in gaps)


async def test_bucket_filled_again_while_it_is_worked_off(
    txa: IBackend, unit: float
) -> None:
    """B2: What a call adds comes in a later bucket, whichever chunk it is in."""
    rounds: list[str] = []
    timer = txa.make_batched_timer(2 * unit, chunk_size=2)

    def first() -> None:
        rounds.append("first")
        timer.call_later(0, rounds.append, "second")

    for _ in range(6):
        timer.call_later(unit, first)
    await pause(txa, 12 * unit)
    assert rounds.count("second") == 6
    assert rounds[:2] == ["first", "first"]


async def test_batched_cancel_any_number_of_times(txa: IBackend, unit: float) -> None:
    """B3: A cancelled call is not made; cancelling again is harmless."""
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, pytest.fail, "called")
    for _ in range(3):
        call.cancel()
    await pause(txa, 3 * unit)
    call.cancel()


async def test_batched_cancel_after_the_call(txa: IBackend, unit: float) -> None:
    """B3: Cancelling after the call is harmless, also when its bucket is made anew."""
    made: list[str] = []
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, made.append, "first")
    await pause(txa, 3 * unit)
    timer.call_later(unit, made.append, "second")
    call.cancel()
    call.cancel()
    await pause(txa, 3 * unit)
    assert made == ["first", "second"]


async def test_cancel_inside_the_call(txa: IBackend, unit: float) -> None:
    """B3: So it is inside the call itself; the others of its bucket are made."""
    made: list[str] = []

    def act() -> None:
        made.append("made")
        call.cancel()

    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, act)
    timer.call_later(unit, made.append, "other")
    await pause(txa, 3 * unit)
    assert made == ["made", "other"]


@pytest.mark.parametrize("chunk_size", [100, 3, 1])
@pytest.mark.parametrize("victims", [range(1, 10), range(5, 8), [9], [1]], ids=str)
async def test_cancel_while_the_bucket_is_worked_off(
    txa: IBackend, unit: float, chunk_size: int, victims: list[int]
) -> None:
    """B3: A call cancelled by another of its bucket, or of its chunk, is not made."""
    made: list[int] = []
    timer = txa.make_batched_timer(unit, chunk_size)

    def act(number: int) -> None:
        made.append(number)
        if number == 0:
            for victim in victims:
                calls[victim].cancel()

    calls = [timer.call_later(unit, act, number) for number in range(10)]
    await pause(txa, 4 * unit)
    assert made == [number for number in range(10) if number not in victims]


async def test_cancel_between_chunks(txa: IBackend, unit: float) -> None:
    """B3: So it is when the cancellation comes between two chunks."""
    made: list[int] = []
    timer = txa.make_batched_timer(2 * unit, chunk_size=2)

    def act(number: int) -> None:
        made.append(number)
        if number == 0:
            txa.call_later(0, lambda: [call.cancel() for call in calls])

    calls = [timer.call_later(unit, act, number) for number in range(10)]
    await pause(txa, 6 * unit)
    # In real time the first call may have a bucket to itself.
    assert made in ([0], [0, 1])


async def test_emptied_bucket_gives_up_its_timer(
    txa: IBackend, unit: float, timers: Count
) -> None:
    """B3: When the last call of a bucket is cancelled, its native timer goes."""
    before = timers()
    timer = txa.make_batched_timer(unit)
    calls = [
        timer.call_later(100 * unit, pytest.fail, "called"),
        timer.call_later(100 * unit, pytest.fail, "called"),
        timer.call_later(200 * unit, pytest.fail, "called"),
    ]
    await pause(txa, unit)
    for call in calls:
        call.cancel()
    # The timer may be swept in the next turn: re-arming shall be quick.
    await pause(txa, unit)
    assert timers() <= before


async def test_emptied_bucket_is_filled_again(
    txa: IBackend, unit: float, late: float
) -> None:
    """B3: A bucket that was emptied serves again, at once and later."""
    made: list[float] = []
    timer = txa.make_batched_timer(unit)

    def note(due: float) -> None:
        made.append(txa.time() - due)

    for wait in (0, 0.5):
        due = txa.time() + 2 * unit
        timer.call_later(2 * unit, pytest.fail, "called").cancel()
        if wait:
            await txa.sleep(wait * unit)
        timer.call_later(due - txa.time(), note, due)
        await txa.sleep(4 * unit)
    assert len(made) == 2
    assert min(made) >= -ROUNDING
    assert max(made) < unit + late


async def test_batched_cancelled_call_lets_go_of_its_arguments(
    txa: IBackend, unit: float
) -> None:
    """B3: A cancelled call refers to nothing any more, though its handle is kept."""
    argument = Argument()
    gone = weakref.ref(argument)
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, show, argument)
    by_name = timer.call_later(unit, show, end=argument)
    call.cancel()
    by_name.cancel()
    await txa.sleep(0)
    del argument
    collect_dropped()
    assert gone() is None


@pytest.mark.parametrize("width", [1.0, 0.2])
async def test_reset_later(
    txa: IBackend, unit: float, late: float, width: float
) -> None:
    """B1: A call moved by `reset` is not early and less than a bucket late."""
    made: list[float] = []
    due: list[float] = []
    bucket = width * unit
    timer = txa.make_batched_timer(bucket)

    def move() -> None:
        assert call.reset(unit) is True
        due.append(txa.time() + unit)

    call = timer.call_later(unit, lambda: made.append(txa.time()))
    for number in range(1, 5):
        txa.call_later(0.5 * number * unit, move)
    await pause(txa, 4 * unit + bucket)
    assert len(made) == 1
    assert -ROUNDING <= made[0] - due[-1] < bucket + late


async def test_reset_sooner(txa: IBackend, unit: float, late: float) -> None:
    """B1: So it is when it is moved to an earlier bucket."""
    made: list[float] = []
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(50 * unit, lambda: made.append(txa.time() - due))
    await pause(txa, 0.5 * unit)
    due = txa.time() + 2 * unit
    assert call.reset(2 * unit) is True
    await pause(txa, 4 * unit)
    assert len(made) == 1
    assert -ROUNDING <= made[0] < unit + late


async def test_reset_to_never_and_back(txa: IBackend, unit: float) -> None:
    """B1: A call can be put off for ever, and taken back from there."""
    made: list[str] = []
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, made.append, "made")
    assert call.reset(INF)
    await pause(txa, 3 * unit)
    assert made == []
    assert call.reset(0)
    await pause(txa, 3 * unit)
    assert made == ["made"]


async def test_reset_while_the_bucket_is_worked_off(txa: IBackend, unit: float) -> None:
    """B3: A call that another of its bucket puts off is made once, later."""
    made: list[str] = []
    timer = txa.make_batched_timer(unit)
    timer.call_later(unit, lambda: call.reset(INF))
    call = timer.call_later(unit, made.append, "made")
    await pause(txa, 3 * unit)
    assert made == []
    assert call.reset(unit)
    await pause(txa, 3 * unit)
    assert made == ["made"]


async def test_reset_of_a_call_that_is_over(txa: IBackend, unit: float) -> None:
    """B3: One that was made, is being made or was cancelled is not revived."""
    made: list[bool] = []
    timer = txa.make_batched_timer(unit)
    cancelled = timer.call_later(unit, pytest.fail, "called")
    cancelled.cancel()
    assert cancelled.reset(unit) is False
    call = timer.call_later(unit, lambda: made.append(call.reset(unit)))
    await pause(txa, 3 * unit)
    assert call.reset(unit) is False
    await pause(txa, 3 * unit)
    assert made == [False]


@pytest.mark.parametrize("chunk_size", [1, 4])
async def test_loop_has_its_turn_between_chunks(
    txa: IBackend, unit: float, chunk_size: int
) -> None:
    """B4: No more than a chunk of calls is made in one go."""
    story: list[str] = []
    timer = txa.make_batched_timer(2 * unit, chunk_size)

    def act() -> None:
        story.append("call")
        txa.call_later(0, story.append, "turn")

    for _ in range(21):
        timer.call_later(unit, act)
    await pause(txa, 8 * unit)
    assert story.count("call") == 21
    in_one_go = max(len(calls) for calls in " ".join(story).split("turn"))
    assert in_one_go <= chunk_size * len(" call") + 1


async def test_coroutines_have_their_turn_between_chunks(
    txa: IBackend, unit: float
) -> None:
    """B4: So does a coroutine that a call wakes, a chunk or two later at most."""
    seen: list[int] = []
    made: list[int] = []
    timer = txa.make_batched_timer(2 * unit, chunk_size=2)

    async def watch() -> None:
        for future in futures:
            await future
            seen.append(len(made))

    def act(number: int) -> None:
        made.append(number)
        if number % 10 == 0:
            txa.resolve(futures[number // 10])

    futures = [txa.create_future() for _ in range(3)]
    for number in range(30):
        timer.call_later(unit, act, number)
    await txa.as_future(watch)
    await until(txa, lambda: len(made) == 30, unit)
    assert [count // 10 for count in seen] == [0, 1, 2]


async def test_each_failing_call_is_reported(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """B5: With its own traceback, at once; the others are made."""
    story: list[Any] = []

    def fail(error: Boom) -> None:
        raise error

    def look() -> None:
        story.append(reported())

    first, second = Boom("first"), Boom("second")
    timer = txa.make_batched_timer(unit, chunk_size=2)
    timer.call_later(unit, fail, first)
    timer.call_later(unit, look)
    timer.call_later(unit, fail, second)
    timer.call_later(unit, look)
    await pause(txa, 4 * unit)
    assert story == [[first], [second]]
    for error in (first, second):
        frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        assert frames[-1] == "fail"
        assert frames.count("fail") == 1


async def test_batched_coroutine_function(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """B5: That nobody would run it is reported, with the way to have it run."""
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
    run: Callable[..., Any], unit: float, kind: type[BaseException]
) -> None:
    """B5: KeyboardInterrupt and SystemExit end the run; the bucket is worked off."""
    made: list[int] = []

    def leave() -> None:
        raise kind

    async def main(txa: IBackend) -> None:
        timer = txa.make_batched_timer(unit)
        for number in range(3):
            timer.call_later(unit, made.append, number)
        timer.call_later(unit, leave)
        for number in range(3, 6):
            timer.call_later(unit, made.append, number)
        await txa.sleep(10 * unit)
        made.append(99)

    with pytest.raises(kind):
        run(main)
    assert made == [0, 1, 2, 3, 4, 5]


async def test_each_call_in_its_context(txa: IBackend, unit: float) -> None:
    """B6: Calls of one bucket run each in the context in which it was made."""
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
    """B6: `reset` moves a call; its context is the one in which it was made."""
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


@pytest.mark.parametrize("width", [0, -1, -0.0, NAN, INF, -INF])
async def test_width_that_is_none(txa: IBackend, width: float) -> None:
    """B7: A bucket that is not finite and above zero: `ValueError` names it."""
    with pytest.raises(ValueError, match=r"^bucket_seconds"):
        txa.make_batched_timer(width)


@pytest.mark.parametrize("chunk_size", [0, -1])
async def test_chunk_of_nothing(txa: IBackend, chunk_size: int) -> None:
    """B7: A chunk of less than one call: `ValueError` names it."""
    with pytest.raises(ValueError, match=r"^chunk_size"):
        txa.make_batched_timer(1, chunk_size)


@pytest.mark.parametrize("chunk_size", [1.5, 10.0, "10", None])
async def test_chunk_that_is_no_integer(txa: IBackend, chunk_size: Any) -> None:
    """B7: A chunk that is no `int`: `TypeError` names it."""
    with pytest.raises(TypeError, match=r"^chunk_size"):
        txa.make_batched_timer(1, chunk_size)


async def test_batched_delay_that_is_not_a_number(txa: IBackend, unit: float) -> None:
    """B7: NaN: `ValueError` names the argument; the other calls are made."""
    made: list[str] = []
    timer = txa.make_batched_timer(unit)
    call = timer.call_later(unit, made.append, "made")
    with pytest.raises(ValueError, match=r"^delay"):
        timer.call_later(NAN, pytest.fail, "called")
    with pytest.raises(ValueError, match=r"^delay"):
        call.reset(NAN)
    await pause(txa, 3 * unit)
    assert made == ["made"]


@pytest.mark.parametrize("func", [None, 42, "print"])
async def test_batched_function_that_cannot_be_called(txa: IBackend, func: Any) -> None:
    """B7: `TypeError` names the argument, at the call."""
    with pytest.raises(TypeError, match=r"^func .*call"):
        txa.make_batched_timer(1).call_later(1, func)
