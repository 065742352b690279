"""Timers that are cancelled, and timers earlier than the next one."""

from __future__ import annotations

import gc
import weakref
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import EARLY_TOLERANCE, Argument, show


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]

held: ContextVar[Argument | None] = ContextVar("held", default=None)


async def test_cancelled_sleep_cancels_its_timer(
    txa: IBackend, unit: float, timers: Count
) -> None:
    """T5: A cancelled sleep leaves no timer."""
    before = timers()
    sleeping = txa.sleep(1000 * unit)
    await txa.sleep(0)
    txa.cancel(sleeping)
    await pause(txa, unit)
    assert timers() <= before


async def test_cancelled_sleep_releases_arguments(txa: IBackend, unit: float) -> None:
    """T5: A cancelled sleep releases the arguments of its coroutine."""

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


async def test_cancelled_sleep_is_released(txa: IBackend, unit: float) -> None:
    """T5: The future itself is released, too, with its callbacks."""
    argument = Argument()
    sleeping = txa.sleep(1000 * unit)
    gone: list[weakref.ref[Any]] = [weakref.ref(argument), weakref.ref(sleeping)]
    txa.add_callbacks(sleeping, partial(show, argument), None)
    txa.cancel(sleeping)
    await pause(txa, unit)
    del argument, sleeping
    collect_dropped()
    assert [reference() for reference in gone] == [None, None]


async def test_cancelled_call_releases_its_arguments(
    txa: IBackend, unit: float
) -> None:
    """T5: A cancelled call releases its arguments, even if its handle is kept."""
    argument = Argument()
    gone = weakref.ref(argument)
    call = txa.call_later(1000 * unit, show, argument)
    is_chosen = txa.call_later(1000 * unit, show, end=argument)
    await txa.sleep(0)
    call.cancel()
    is_chosen.cancel()
    del argument
    collect_dropped()
    assert gone() is None


async def test_finished_call_releases_its_arguments(txa: IBackend, unit: float) -> None:
    """T5: So does a call that was made, even if its handle is kept."""
    argument = Argument()
    gone = weakref.ref(argument)
    call = txa.call_later(unit, id, argument)
    await pause(txa, 2 * unit)
    del argument
    collect_dropped()
    assert gone() is None
    call.cancel()


async def test_earlier_timer(txa: IBackend, unit: float, late: float) -> None:
    """T6: A timer earlier than the one that the loop waits for is on time."""
    made: list[float] = []
    far = txa.call_later(50 * unit, pytest.fail, "called")
    for _ in range(5):
        await txa.sleep(0)
    begun = txa.time()
    txa.call_later(unit, lambda: made.append(txa.time() - begun))
    await pause(txa, 2 * unit)
    assert len(made) == 1
    assert -EARLY_TOLERANCE <= made[0] - unit <= late
    far.cancel()


async def test_earlier_timer_from_a_thread(
    txa: IBackend, unit: float, late: float
) -> None:
    """T6: So is a timer that a thread adds while the loop waits."""
    fired = txa.create_future()
    times: list[float] = []

    def make() -> None:
        times.append(txa.time())
        txa.call_later(unit, txa.resolve, fired)

    await txa.run_in_thread(txa.call_from_thread, make)
    await fired
    assert -EARLY_TOLERANCE <= txa.time() - times[0] - unit <= late


async def test_earlier_by_reset(txa: IBackend, unit: float, late: float) -> None:
    """T6: So is a timer that becomes the earliest by `reset`."""
    made: list[float] = []
    far = txa.call_later(50 * unit, pytest.fail, "called")
    call = txa.call_later(40 * unit, lambda: made.append(txa.time() - begun))
    for _ in range(5):
        await txa.sleep(0)
    begun = txa.time()
    assert call.reset(unit)
    await pause(txa, 2 * unit)
    assert len(made) == 1
    assert -EARLY_TOLERANCE <= made[0] - unit <= late
    far.cancel()


async def test_cancelled_timers_release_their_context(
    txa: IBackend, unit: float
) -> None:
    """T5: A cancelled call releases its context, also while others are pending."""
    argument = Argument()
    gone = weakref.ref(argument)
    earlier = txa.call_later(50 * unit, pytest.fail, "called")
    timer = txa.make_batched_timer(unit)
    token = held.set(argument)
    sleeping = txa.sleep(100 * unit)
    call = txa.call_later(100 * unit, show)
    batched = timer.call_later(100 * unit, show)
    held.reset(token)
    await pause(txa, unit)
    txa.cancel(sleeping)
    call.cancel()
    batched.cancel()
    await pause(txa, unit)
    del argument, token, sleeping, batched
    collect_dropped()
    assert gone() is None
    earlier.cancel()


def test_reset_after_the_end(run: Callable[..., Any]) -> None:
    """T2: If `reset` fails, the call is unchanged, and `cancel` is harmless."""

    async def main(txa: IBackend) -> list[Any]:
        timer = txa.make_batched_timer(1)
        return [timer.call_later(100, show), txa.call_later(100, show)]

    for call in run(main):
        for _ in range(2):
            with pytest.raises(RuntimeError, match="ended"):
                call.reset(200)
        call.cancel()
        assert call.reset(200) is False
