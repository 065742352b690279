"""The end of a run: calls and timers that are due, or pending."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFuture

    Run = Callable[..., Any]


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
