"""Timers that are given up or overtaken."""

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
    is_chosen = txa.call_later(1000 * unit, show, end=argument)
    await txa.sleep(0)
    call.cancel()
    is_chosen.cancel()
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
    assert -EARLY_TOLERANCE <= made[0] - unit <= late
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
    assert -EARLY_TOLERANCE <= txa.time() - times[0] - unit <= late


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
    assert -EARLY_TOLERANCE <= made[0] - unit <= late
    far.cancel()


async def test_cancelled_timers_let_go_of_their_context(
    txa: IBackend, unit: float
) -> None:
    """T5: What the variables held is let go, also while an earlier timer is due."""
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
    """T2: Where moving a call fails, it stays as it was, and `cancel` is harmless."""

    async def main(txa: IBackend) -> list[Any]:
        timer = txa.make_batched_timer(1)
        return [timer.call_later(100, show), txa.call_later(100, show)]

    for call in run(main):
        for _ in range(2):
            with pytest.raises(RuntimeError, match="ended"):
                call.reset(200)
        call.cancel()
        assert call.reset(200) is False
