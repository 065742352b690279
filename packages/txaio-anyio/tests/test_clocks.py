"""When calls are made, by the clocks of AnyIO's loops."""

from __future__ import annotations

import asyncio
import sys
import time
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import txaio_anyio


if TYPE_CHECKING:
    from txaio_anyio import AnyioBackend

CPYTHON = sys.implementation.name == "cpython"  # PyPy has no uvloop.
LOOPS: list[tuple[str, str, dict[str, Any]]] = [
    ("asyncio", "asyncio", {}),
    ("Trio", "trio", {}),
    *([("uvloop", "asyncio", {"use_uvloop": True})] if CPYTHON else []),
]


@pytest.mark.parametrize("delay", [0.25, 0.3, 1.7])
def test_calls_are_made_in_time(run: Any, delay: float) -> None:
    """T1: Neither early nor a millisecond late."""

    async def main(txa: AnyioBackend) -> None:
        begun = txa.time()
        await txa.sleep(delay)
        assert txa.time() - begun == pytest.approx(delay, abs=1e-6)

    run(main)


def test_call_at_the_time_that_it_is(run: Any) -> None:
    """T1: It is made at once, although the alarm of that time has rung."""
    made: list[float] = []

    async def main(txa: AnyioBackend) -> None:
        begun = txa.time()

        def call() -> None:
            txa.call_later(1e-300, lambda: made.append(txa.time() - begun))

        txa.call_later(0.25, call)
        await txa.sleep(10)

    run(main)
    assert made == [pytest.approx(0.25, abs=1e-6)]


def test_calls_among_many_that_are_cancelled(run: Any) -> None:
    """T2: They are made in their order, and in their time."""
    random = Random(1)  # noqa: S311 - to have an order
    made: list[tuple[int, int]] = []

    async def main(txa: AnyioBackend) -> None:
        begun = txa.time()

        def call(delay: int) -> None:
            made.append((delay, round(txa.time() - begun)))

        delays = random.sample(range(10, 2000), 600)
        calls = [txa.call_later(delay, call, delay) for delay in delays]
        txa.call_later(5, call, 5)
        for each in random.sample(calls, 500):
            each.cancel()
        await txa.sleep(2000)
        for each in calls:  # Those that were made cannot be cancelled any more.
            each.cancel()
        for delay in (2002, 2001):
            txa.call_later(delay - 2000, call, delay)
        await txa.sleep(3)

    run(main)
    assert len(made) == 103
    assert made == sorted(made)
    assert all(delay == time for delay, time in made)


def test_coarse_clock(coarse_loop: type[asyncio.AbstractEventLoop]) -> None:
    """T1: No call is early, whenever it is asked for, nor is the scheduler's turn."""

    async def main(txa: AnyioBackend) -> None:
        loop: Any = asyncio.get_running_loop()
        tick = loop.TICK
        scheduler = txa.native.scheduler
        turns = 0
        turn = scheduler._turn

        def count() -> None:
            nonlocal turns
            turns += 1
            turn()

        scheduler._turn = count  # type: ignore[method-assign]
        for step in range(16):
            loop.advance(tick * step / 8)
            begun = loop.exact_time()
            await txa.sleep(0.3)
            assert 0.3 <= loop.exact_time() - begun <= 0.3 + 4 * tick
        assert turns <= 40

    options = {"loop_factory": coarse_loop}
    txaio_anyio.run(main, backend_options=options)


@pytest.mark.parametrize(("name", "backend", "options"), LOOPS)
def test_no_call_is_due_any_more(
    name: str, backend: str, options: dict[str, Any]
) -> None:
    """T5: After the last one was cancelled, the loop waits for what else there is."""

    async def main(txa: AnyioBackend) -> str:
        for _ in range(2):
            call = txa.call_later(1000, print)
            await txa.run_in_thread(time.sleep, 0.01)
            call.cancel()
            await txa.run_in_thread(time.sleep, 0.01)
        return name

    assert txaio_anyio.run(main, backend=backend, backend_options=options) == name


@pytest.mark.parametrize(("name", "backend", "options"), LOOPS)
def test_repr_names_the_loop(name: str, backend: str, options: dict[str, Any]) -> None:
    """Of a backend that runs; as errors in debug mode and logs show it."""

    async def main(txa: AnyioBackend) -> str:
        return repr(txa)

    shown = txaio_anyio.run(main, backend=backend, backend_options=options)
    assert shown == f"<AnyioBackend on {name}>"
