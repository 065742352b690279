"""Time: `call_later`, `sleep`, `reset` and `cancel`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import EARLY_TOLERANCE, INF, NAN


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]


async def test_call_is_made_once_and_in_time(
    txa: IBackend, unit: float, late: float
) -> None:
    """T1: A call is made once, not before its delay and not long after."""
    made: list[float] = []
    delays = [0.5 * unit, unit, 1.75 * unit, 3 * unit]
    begun = txa.time()
    for delay in delays:
        txa.call_later(delay, lambda: made.append(txa.time() - begun))
    await pause(txa, 6 * unit)
    assert len(made) == len(delays)
    for delay, after in zip(delays, made, strict=True):
        assert -EARLY_TOLERANCE <= after - delay <= late


async def test_calls_are_made_in_order_of_time(txa: IBackend, unit: float) -> None:
    """T1: Calls are made in order of time, not of `call_later`."""
    made: list[float] = []
    for delay in (3, 1, 4, 2, 5):
        txa.call_later(delay * unit, made.append, delay)
    await pause(txa, 6 * unit)
    assert made == [1, 2, 3, 4, 5]


async def test_arguments_of_any_name(txa: IBackend, unit: float) -> None:
    """T1: Positional and keyword arguments of any name are passed on."""
    made: list[Any] = []
    names = {"delay": 1, "func": 2, "fn": 3, "fun": 4, "self": 5, "args": 6, "when": 7}
    names |= {"kwargs": 8, "context": 9, "callback": 10, "loop": 11, "callable": 12}

    def show(*args: Any, **kwargs: Any) -> None:
        made.append((args, kwargs))

    txa.call_later(unit, show, 1, 2, **names)
    txa.call_later(0, show, 1, 2, **names)
    await pause(txa, 2 * unit)
    assert made == [((1, 2), names)] * 2


async def test_calls_at_a_time(txa: IBackend, unit: float, late: float) -> None:
    """T8: They are made at a time of `time()`, in order, with all arguments."""
    made: list[Any] = []

    def show(*args: Any, **kwargs: Any) -> None:
        made.append((args, kwargs, txa.time()))

    begun = txa.time()
    txa.call_at(begun + 3 * unit, show, "last", when=1, func=2, self=3)
    txa.call_at(begun - unit, show, "past")
    txa.call_at(-INF, show, "long past")
    txa.call_at(begun + unit, show, "first")
    txa.call_at(begun + 2 * unit, show, "cancelled").cancel()
    moved = txa.call_at(begun + 1000 * unit, show, "moved")
    never = txa.call_at(INF, show, "never")
    assert made == []
    assert moved.reset(4 * unit)
    await pause(txa, 6 * unit)
    names = [args[0] for args, _, _ in made]
    assert names == ["past", "long past", "first", "last", "moved"]
    assert made[3][1] == {"when": 1, "func": 2, "self": 3}
    for number, delay in ((2, unit), (3, 3 * unit)):
        assert -EARLY_TOLERANCE <= made[number][2] - begun - delay <= late
    never.cancel()


async def test_bad_arguments_of_a_call_at_a_time(txa: IBackend) -> None:
    """T8: They are refused at once, by name."""
    wrong: Any = "1"
    with pytest.raises(
        TypeError, match=r"^when must be a number of seconds, not 'str'"
    ):
        txa.call_at(wrong, print)
    with pytest.raises(ValueError, match=r"^when must be a number of seconds, not NaN"):
        txa.call_at(NAN, print)
    with pytest.raises(TypeError, match=r"^func must be callable"):
        txa.call_at(txa.time() + 1, wrong)


async def test_calls_made_by_calls(txa: IBackend, unit: float, late: float) -> None:
    """T1: A call may make another; its delay starts then."""
    made: list[float] = []
    begun = txa.time()

    def step() -> None:
        made.append(txa.time() - begun)
        if len(made) < 3:
            txa.call_later(unit, step)

    txa.call_later(unit, step)
    await pause(txa, 5 * unit)
    assert len(made) == 3
    assert -3 * EARLY_TOLERANCE <= made[2] - 3 * unit <= 3 * late


async def test_time_is_monotonic(txa: IBackend, unit: float) -> None:
    """T1: The backend's time agrees with its calls, and never goes back."""
    times = [txa.time()]
    for _ in range(3):
        await txa.sleep(unit)
        times.append(txa.time())
    assert times == sorted(times)
    assert times[-1] - times[0] >= 3 * (unit - EARLY_TOLERANCE)


async def test_sleep(txa: IBackend, unit: float, late: float) -> None:
    """T1: `sleep` returns None after its delay."""
    begun = txa.time()
    slept: Any = txa.sleep(1.5 * unit)
    assert await slept is None
    assert -EARLY_TOLERANCE <= txa.time() - begun - 1.5 * unit <= late


@pytest.mark.parametrize("delay", [2.0, 0.5, 0, -1], ids=["later", "sooner", "0", "-1"])
async def test_reset_moves_a_call(
    txa: IBackend, unit: float, late: float, delay: float
) -> None:
    """T1: `reset` sets a new delay from now, longer or shorter."""
    made: list[float] = []
    due: list[float] = []

    def move() -> None:
        due.append(txa.time() + max(0, delay) * unit)
        assert call.reset(delay * unit) is True
        assert made == []

    call = txa.call_later(3 * unit, lambda: made.append(txa.time()))
    txa.call_later(0.5 * unit, move)
    await pause(txa, 4 * unit)
    assert len(made) == 1
    assert -EARLY_TOLERANCE <= made[0] - due[0] <= late


async def test_reset_again_and_again(txa: IBackend, unit: float, late: float) -> None:
    """T1: The last `reset` applies; the call is made once, unchanged."""
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
    assert -EARLY_TOLERANCE <= made[0][0] - due[-1] <= late


async def test_reset_in_a_call_at_the_same_time(txa: IBackend, unit: float) -> None:
    """T1: Of two calls due at the same time the first may reset the other."""
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
    """T1: `reset` of a call that was made, or is running, returns False."""
    made: list[bool] = []
    call = txa.call_later(unit, lambda: made.append(call.reset(unit)))
    await pause(txa, 2 * unit)
    assert call.reset(unit) is False
    await pause(txa, 2 * unit)
    assert made == [False]


async def test_reset_to_never(txa: IBackend, unit: float) -> None:
    """T1: A call can be reset to an infinite delay, and back."""
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
    """T2: Of two calls due at the same time that cancel each other, one is made."""
    made: list[int] = []

    def act(me: int) -> None:
        made.append(me)
        calls[1 - me].cancel()

    calls = [txa.call_later(delay * unit, act, number) for number in (0, 1)]
    await pause(txa, 2 * unit)
    assert len(made) == 1


async def test_reset_of_a_cancelled_call(txa: IBackend, unit: float) -> None:
    """T2: A cancelled call cannot be reset; a call that was reset can be cancelled."""
    call = txa.call_later(unit, pytest.fail, "called")
    assert call.reset(0.5 * unit)
    call.cancel()
    assert call.reset(unit) is False
    await pause(txa, 2 * unit)
