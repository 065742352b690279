"""Time: calls that are made later, sleep, and what stops them."""

from __future__ import annotations

import gc
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._things import INF, NAN, Argument, Boom, show


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]

GRAIN = 0.002


async def test_call_is_made_once_and_in_time(
    txa: IBackend, unit: float, late: float
) -> None:
    """T1: A call is made once, not before its delay and not long after it."""
    made: list[float] = []
    delays = [0.5 * unit, unit, 1.75 * unit, 3 * unit]
    begun = txa.time()
    for delay in delays:
        txa.call_later(delay, lambda: made.append(txa.time() - begun))
    await pause(txa, 6 * unit)
    assert len(made) == len(delays)
    for delay, after in zip(delays, made, strict=True):
        assert -GRAIN <= after - delay <= late


async def test_calls_are_made_in_order_of_time(txa: IBackend, unit: float) -> None:
    """T1: Calls are made in order of time, not in that of `call_later`."""
    made: list[float] = []
    for delay in (3, 1, 4, 2, 5):
        txa.call_later(delay * unit, made.append, delay)
    await pause(txa, 6 * unit)
    assert made == [1, 2, 3, 4, 5]


async def test_arguments_of_any_name(txa: IBackend, unit: float) -> None:
    """T1: Positional and keyword arguments are handed on, whatever their names."""
    made: list[Any] = []
    names = {"delay": 1, "func": 2, "fn": 3, "fun": 4, "self": 5, "args": 6, "when": 7}
    names |= {"kwargs": 8, "context": 9, "callback": 10, "loop": 11, "callable": 12}

    def show(*args: Any, **kwargs: Any) -> None:
        made.append((args, kwargs))

    txa.call_later(unit, show, 1, 2, **names)
    txa.call_later(0, show, 1, 2, **names)
    await pause(txa, 2 * unit)
    assert made == [((1, 2), names)] * 2


async def test_calls_made_by_calls(txa: IBackend, unit: float, late: float) -> None:
    """T1: A call may make the next; its delay counts from there."""
    made: list[float] = []
    begun = txa.time()

    def step() -> None:
        made.append(txa.time() - begun)
        if len(made) < 3:
            txa.call_later(unit, step)

    txa.call_later(unit, step)
    await pause(txa, 5 * unit)
    assert len(made) == 3
    assert -3 * GRAIN <= made[2] - 3 * unit <= 3 * late


async def test_time_is_monotonic(txa: IBackend, unit: float) -> None:
    """T1: The backend's time goes on as the calls say, and never back."""
    times = [txa.time()]
    for _ in range(3):
        await txa.sleep(unit)
        times.append(txa.time())
    assert times == sorted(times)
    assert times[-1] - times[0] >= 3 * (unit - GRAIN)


async def test_sleep(txa: IBackend, unit: float, late: float) -> None:
    """T1: `sleep` ends when its time has come, with None."""
    begun = txa.time()
    slept: Any = txa.sleep(1.5 * unit)
    assert await slept is None
    assert -GRAIN <= txa.time() - begun - 1.5 * unit <= late


@pytest.mark.parametrize("delay", [2.0, 0.5, 0, -1], ids=["later", "sooner", "0", "-1"])
async def test_reset_moves_a_call(
    txa: IBackend, unit: float, late: float, delay: float
) -> None:
    """T1: `reset` counts anew from now, be it later or sooner."""
    made: list[float] = []
    due: list[float] = []

    def move() -> None:
        assert call.reset(delay * unit) is True
        assert made == []
        due.append(txa.time() + max(0, delay) * unit)

    call = txa.call_later(3 * unit, lambda: made.append(txa.time()))
    txa.call_later(0.5 * unit, move)
    await pause(txa, 4 * unit)
    assert len(made) == 1
    assert -GRAIN <= made[0] - due[0] <= late


async def test_reset_again_and_again(txa: IBackend, unit: float, late: float) -> None:
    """T1: The last `reset` counts; the call is made once, as it was given."""
    made: list[Any] = []
    due: list[float] = []

    def move() -> None:
        assert call.reset(unit) is True
        due.append(txa.time() + unit)

    call = txa.call_later(unit, lambda *args: made.append((txa.time(), args)), 1, 2)
    for number in range(1, 5):
        txa.call_later(0.5 * number * unit, move)
    await pause(txa, 5 * unit)
    assert [args for _, args in made] == [(1, 2)]
    assert -GRAIN <= made[0][0] - due[-1] <= late


async def test_reset_in_a_call_at_the_same_time(txa: IBackend, unit: float) -> None:
    """T1: Of two calls due at once the first may put off the other."""
    made: list[int] = []

    def act(me: int) -> None:
        made.append(me)
        if len(made) == 1:
            assert calls[1 - me].reset(INF) is True

    calls = [txa.call_later(unit, act, number) for number in (0, 1)]
    await pause(txa, 2 * unit)
    assert len(made) == 1
    calls[1 - made[0]].cancel()


async def test_reset_of_a_call_that_was_made(txa: IBackend, unit: float) -> None:
    """T1: Once a call was made, or is being made, `reset` does nothing, and says so."""
    made: list[bool] = []
    call = txa.call_later(unit, lambda: made.append(call.reset(unit)))
    await pause(txa, 2 * unit)
    assert call.reset(unit) is False
    await pause(txa, 2 * unit)
    assert made == [False]


async def test_reset_to_never(txa: IBackend, unit: float) -> None:
    """T1: A call can be put off for ever, and taken back from there."""
    made: list[str] = []
    call = txa.call_later(unit, made.append, "made")
    assert call.reset(INF)
    await pause(txa, 2 * unit)
    assert made == []
    assert call.reset(unit)
    await pause(txa, 2 * unit)
    assert made == ["made"]


async def test_cancel_any_number_of_times(txa: IBackend, unit: float) -> None:
    """T2: A cancelled call is not made; cancelling again is harmless."""
    call = txa.call_later(unit, pytest.fail, "called")
    for _ in range(3):
        call.cancel()
    await pause(txa, 2 * unit)
    call.cancel()


async def test_cancel_after_the_call(txa: IBackend, unit: float) -> None:
    """T2: Cancelling is harmless after the call, and inside it."""
    made: list[str] = []

    def act() -> None:
        made.append("made")
        call.cancel()

    call = txa.call_later(unit, act)
    await pause(txa, 2 * unit)
    call.cancel()
    call.cancel()
    assert made == ["made"]


@pytest.mark.parametrize("delay", [1.0, 0.0])
async def test_cancel_in_a_call_at_the_same_time(
    txa: IBackend, unit: float, delay: float
) -> None:
    """T2: Two calls due at once cancel each other: one is made."""
    made: list[int] = []

    def act(me: int) -> None:
        made.append(me)
        calls[1 - me].cancel()

    calls = [txa.call_later(delay * unit, act, number) for number in (0, 1)]
    await pause(txa, 2 * unit)
    assert len(made) == 1


async def test_reset_of_a_cancelled_call(txa: IBackend, unit: float) -> None:
    """T2: A cancelled call is not revived; `reset` says so. Nor does it survive one."""
    call = txa.call_later(unit, pytest.fail, "called")
    assert call.reset(0.5 * unit)
    call.cancel()
    assert call.reset(unit) is False
    await pause(txa, 2 * unit)


@pytest.mark.parametrize("delay", [0, 0.0, -1, -0.5, -INF])
async def test_no_delay_means_soon(txa: IBackend, unit: float, delay: float) -> None:
    """T3: A delay of zero or less: soon, but never inside `call_later`."""
    made: list[str] = []
    begun = txa.time()
    txa.call_later(delay, made.append, "made")
    assert made == []
    await pause(txa, 0.5 * unit)
    assert made == ["made"]
    assert unit < 1 or txa.time() - begun < unit


async def test_zeros_keep_their_order(txa: IBackend, unit: float) -> None:
    """T3: Calls without delay are made in order, those that they make afterwards."""
    made: list[int] = []

    def act(number: int) -> None:
        made.append(number)
        if number < 5:
            txa.call_later(0, act, number + 5)

    for number in range(5):
        txa.call_later(0, act, number)
    await pause(txa, unit)
    assert made == list(range(10))


async def test_zeros_let_the_others_have_their_turn(txa: IBackend, unit: float) -> None:
    """T3: A call that makes itself anew without delay does not stop the loop."""
    made: list[str] = []

    def again() -> None:
        if not made:
            txa.call_later(0, again)

    async def go_on() -> None:
        for _ in range(3):
            await txa.sleep(0)
        made.append("went on")

    again()
    await txa.as_future(go_on)
    await pause(txa, unit)
    assert made == ["went on"]


async def test_delay_that_is_not_a_number(txa: IBackend, unit: float) -> None:
    """T3: NaN: `ValueError` names the argument, and the loop's timers are sound."""
    made: list[str] = []
    call = txa.call_later(unit, made.append, "made")
    with pytest.raises(ValueError, match=r"^delay"):
        txa.call_later(NAN, pytest.fail, "called")
    with pytest.raises(ValueError, match=r"^delay"):
        txa.sleep(NAN)
    with pytest.raises(ValueError, match=r"^delay"):
        call.reset(NAN)
    await pause(txa, 2 * unit)
    assert made == ["made"]


async def test_infinite_delay(txa: IBackend, unit: float) -> None:
    """T3: It is never due, and the other calls are made in time."""
    made: list[str] = []
    calls = [txa.call_later(INF, pytest.fail, "called") for _ in range(3)]
    txa.call_later(unit, made.append, "made")
    endless = txa.sleep(INF)
    await pause(txa, 2 * unit)
    assert made == ["made"]
    assert not txa.is_called(endless)
    txa.cancel(endless)
    for call in calls:
        call.cancel()
        call.cancel()


@pytest.mark.parametrize("delay", [0, 1, INF])
@pytest.mark.parametrize("func", [None, 42, "print"])
async def test_function_that_cannot_be_called(
    txa: IBackend, func: Any, delay: float
) -> None:
    """T3: `TypeError` says so at once."""
    with pytest.raises(TypeError, match=r"^func .*call"):
        txa.call_later(delay, func)


@pytest.mark.parametrize("delay", [0, -1, -INF])
async def test_sleep_of_no_length(txa: IBackend, unit: float, delay: float) -> None:
    """T3: A sleep of zero or less ends soon."""
    begun = txa.time()
    await pause(txa, delay)
    assert unit < 1 or txa.time() - begun < unit


async def test_error_in_a_timed_call(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """T4: It is reported; the others are made, also those due at the same time."""
    made: list[float] = []
    boom, other = Boom(), Boom()

    def fail(error: Boom) -> None:
        raise error

    for delay in (0, 0.5, 0.5, 1):
        txa.call_later(delay * unit, made.append, delay)
    txa.call_later(0, fail, other)
    txa.call_later(0.5 * unit, fail, boom)
    for delay in (0, 0.5, 0.5, 1):
        txa.call_later(delay * unit, made.append, delay)
    await pause(txa, 2 * unit)
    assert sorted(made) == [0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1]
    assert reported() == [other, boom]


async def test_coroutine_function_called_later(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """T4: That nobody would run it is reported, with the way to have it run."""
    ran: list[int] = []

    async def work(number: int) -> None:
        ran.append(number)

    txa.call_later(unit, work, 1)
    txa.call_later(unit, txa.as_future, work, 2)
    await pause(txa, 3 * unit)
    assert ran == [2]
    (error,) = reported()
    assert isinstance(error, TypeError)
    assert "call_later(delay, txa.as_future, func" in str(error)


async def test_cancelled_sleep_gives_up_its_timer(
    txa: IBackend, unit: float, timers: Count
) -> None:
    """T5: Of a cancelled sleep no timer is left."""
    before = timers()
    sleeping = txa.sleep(1000 * unit)
    await txa.sleep(0)
    txa.cancel(sleeping)
    await pause(txa, unit)
    assert timers() <= before


async def test_cancelled_sleep_refers_to_nothing(txa: IBackend, unit: float) -> None:
    """T5: What the sleeper held is let go."""

    async def doze(_argument: Argument) -> None:
        await txa.sleep(1000 * unit)

    argument = Argument()
    gone = weakref.ref(argument)
    dozing = txa.as_future(doze, argument)
    await pause(txa, unit)
    txa.cancel(dozing)
    with pytest.raises(txa.CancelledError):
        await dozing
    await pause(txa, unit)
    del argument, dozing
    # The traceback of the cancellation may be a cycle, which is no leak.
    gc.collect()
    collect_dropped()
    assert gone() is None


async def test_cancelled_sleep_is_let_go(txa: IBackend, unit: float) -> None:
    """T5: The future itself is let go, too, and what its callbacks refer to."""
    argument = Argument()
    sleeping = txa.sleep(1000 * unit)
    gone: list[weakref.ref[Any]] = [weakref.ref(argument), weakref.ref(sleeping)]
    txa.add_callbacks(sleeping, partial(show, argument), None)
    txa.cancel(sleeping)
    await pause(txa, unit)
    del argument, sleeping
    collect_dropped()
    assert [reference() for reference in gone] == [None, None]


async def test_cancelled_call_lets_go_of_its_arguments(
    txa: IBackend, unit: float
) -> None:
    """T5: So does a cancelled call, though its handle is kept."""
    argument = Argument()
    gone = weakref.ref(argument)
    call = txa.call_later(1000 * unit, show, argument)
    by_name = txa.call_later(1000 * unit, show, end=argument)
    await txa.sleep(0)
    call.cancel()
    by_name.cancel()
    del argument
    collect_dropped()
    assert gone() is None


async def test_call_that_was_made_lets_go_of_its_arguments(
    txa: IBackend, unit: float
) -> None:
    """T5: So does a call that was made, though its handle is kept."""
    argument = Argument()
    gone = weakref.ref(argument)
    call = txa.call_later(unit, id, argument)
    await pause(txa, 2 * unit)
    del argument
    collect_dropped()
    assert gone() is None
    call.cancel()


async def test_earlier_timer(txa: IBackend, unit: float, late: float) -> None:
    """T6: A timer earlier than the one on which the loop sleeps fires in time."""
    made: list[float] = []
    far = txa.call_later(50 * unit, pytest.fail, "called")
    for _ in range(5):
        await txa.sleep(0)
    begun = txa.time()
    txa.call_later(unit, lambda: made.append(txa.time() - begun))
    await pause(txa, 2 * unit)
    assert len(made) == 1
    assert -GRAIN <= made[0] - unit <= late
    far.cancel()


async def test_earlier_timer_from_a_thread(
    txa: IBackend, unit: float, late: float
) -> None:
    """T6: So does one that a thread asks for while the loop sleeps."""
    fired = txa.create_future()
    times: list[float] = []

    def make() -> None:
        times.append(txa.time())
        txa.call_later(unit, txa.resolve, fired)

    await txa.run_in_thread(txa.call_from_thread, make)
    await fired
    assert -GRAIN <= txa.time() - times[0] - unit <= late


async def test_earlier_by_reset(txa: IBackend, unit: float, late: float) -> None:
    """T6: So does one that `reset` makes the earliest."""
    made: list[float] = []
    far = txa.call_later(50 * unit, pytest.fail, "called")
    call = txa.call_later(40 * unit, lambda: made.append(txa.time() - begun))
    for _ in range(5):
        await txa.sleep(0)
    begun = txa.time()
    assert call.reset(unit)
    await pause(txa, 2 * unit)
    assert len(made) == 1
    assert -GRAIN <= made[0] - unit <= late
    far.cancel()


OFF_THREAD: dict[str, Callable[[IBackend, Any], object]] = {
    "call_later": lambda txa, _future: txa.call_later(0, print),
    "sleep": lambda txa, _future: txa.sleep(0),
    "resolve": lambda txa, future: txa.resolve(future),
    "reject": lambda txa, future: txa.reject(future, Boom()),
    "cancel": lambda txa, future: txa.cancel(future),
    "add_callbacks": lambda txa, future: txa.add_callbacks(future, print, print),
    "as_future": lambda txa, _future: txa.as_future(int),
    "create_future": lambda txa, _future: txa.create_future(),
    "gather": lambda txa, future: txa.gather([future]),
    "shield": lambda txa, future: txa.shield(future),
    "timeout": lambda txa, future: txa.timeout(future, 1),
    "batched": lambda txa, _future: txa.make_batched_timer(1).call_later(1, print),
    "run_in_thread": lambda txa, _future: txa.run_in_thread(int),
}


@pytest.mark.parametrize("use", OFF_THREAD.values(), ids=OFF_THREAD)
def test_use_off_the_thread(
    run: Callable[..., Any], use: Callable[[IBackend, Any], object]
) -> None:
    """T7: In debug mode, use in another thread raises and names the way in."""

    async def main(txa: IBackend) -> None:
        future = txa.create_future()
        with pytest.raises(RuntimeError, match="call_from_thread"):
            await txa.run_in_thread(use, txa, future)
        assert not txa.is_called(future)

    run(main, debug=True)


def test_way_in_from_a_thread(run: Callable[..., Any], unit: float) -> None:
    """T7: `call_from_thread` is the way in, in debug mode as well."""

    async def main(txa: IBackend) -> str:
        future = txa.create_future()

        def work() -> None:
            txa.call_from_thread(txa.call_later, unit, txa.resolve, future, "value")

        await txa.run_in_thread(work)
        value: str = await future
        return value

    assert run(main, debug=True) == "value"
