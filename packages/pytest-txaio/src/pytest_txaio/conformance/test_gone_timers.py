"""Timers that are given up or overtaken, or used in a wrong thread."""

from __future__ import annotations

import gc
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._things import GRAIN, Argument, Boom, show


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]


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
