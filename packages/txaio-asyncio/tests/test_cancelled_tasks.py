"""Tasks that the backend cancels, and tasks that other code cancels."""

from __future__ import annotations

import asyncio
import sys
import threading
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations

import pytest

import txaio_asyncio


def test_cancelled_while_a_timeout_expires():
    """X4: `cancel` takes effect although asyncio has just cancelled the task, too."""
    events = []

    async def work(txa):
        try:
            async with asyncio.timeout(0):
                await txa.create_future()
        except TimeoutError:
            events.append("timed out")
        await txa.create_future()

    async def main(txa):
        future = txa.as_future(work, txa)
        # The timeout expires in the second turn, and the task resumes in the third.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert future.cancelling()
        assert events == []
        txa.cancel(future)
        with pytest.raises(asyncio.CancelledError):
            await txa.timeout(future, 1)

    txaio_asyncio.run(main)
    assert events == []


NATIVE = {
    "gather": asyncio.gather,
    "task": lambda future: asyncio.ensure_future(wait(future)),
    "native": None,
}


async def wait(future):
    """Await it."""
    return await future


async def clean_up(txa, events):
    """Wait until cancelled, and take some time to clean up."""
    try:
        await txa.create_future()
    finally:
        await txa.uncancelled(txa.sleep, 0.05)
        events.append("cleaned up")


@pytest.mark.parametrize("native", NATIVE.values(), ids=NATIVE)
def test_natively_cancelled_coroutine_cleans_up_at_the_end(native):
    """L1: It has the grace period for its clean-up, whatever cancelled it."""
    events = []

    async def outer(future):
        await native(future)

    async def main(txa):
        future = txa.as_future(clean_up, txa, events)
        waits = future if native is None else txa.as_future(outer, future)
        await txa.sleep(0.01)
        if native is None:
            future.cancel()
        else:
            txa.cancel(waits)
        await txa.sleep(0)

    txaio_asyncio.run(main)
    assert events == ["cleaned up"]


def test_cancelled_by_another_backend_of_the_loop():
    """X9: Until it sees the first, others are one with it, whichever backend asks."""

    async def clean_up(txa):
        try:
            await txa.create_future()
        except CancelledError:
            await txa.sleep(0.05)
        return "cleaned up"

    async def main(txa):
        future = txa.as_future(wait, txa.as_future(clean_up, txa))
        await txa.sleep(0.01)
        for backend in (txa, txaio_asyncio.AsyncioBackend()):
            backend.cancel(future)
            await txa.sleep(0)
        return await future

    assert txaio_asyncio.run(main) == "cleaned up"


@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize("at_the_end", [False, True])
def test_coroutines_that_wait_in_a_cycle(at_the_end, others):
    """X4: They end, which asyncio alone cannot do, and all others clean up."""
    events = []

    async def circular(futures, number):
        await asyncio.sleep(0)
        await futures[1 - number]

    async def bystander(txa):
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, 0.3)
            events.append("cleaned up")

    async def main(txa):
        futures = []
        futures += [txa.as_future(circular, futures, number) for number in range(2)]
        for _ in range(others):
            txa.as_future(bystander, txa)
        await txa.sleep(0.01)
        if not at_the_end:
            txa.cancel(futures[0])
            outcomes = await txa.gather(futures)
            assert all(isinstance(each.value, CancelledError) for each in outcomes)
        return "value"

    assert txaio_asyncio.run(main, grace=0.1) == "value"
    assert events == others * ["cleaned up"]


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_chain_that_is_cancelled_again(monkeypatch, order):
    """X9: No cycle is searched for: the innermost task is about to be resumed."""
    searched = []
    name = "txaio_asyncio._task.break_cycle_through"
    monkeypatch.setattr(name, lambda task, _text: searched.append(repr(task)))

    async def wait(future):
        await future

    async def main(txa):
        futures = [txa.create_future()]
        for _ in range(3):
            futures.append(txa.as_future(wait, futures[-1]))
        await txa.sleep(0.01)
        for number in (*order, *order):
            txa.cancel(futures[number + 1])
        await txa.gather(futures, consume_exceptions=True)

    txaio_asyncio.run(main)
    assert searched == []


@pytest.fixture
def switch_quickly() -> Iterator[Callable[[], None]]:
    """A function after which threads switch as often as they can in this test."""
    before = sys.getswitchinterval()
    # With a microsecond, PyPy does little else than switch.
    seconds = 1e-6 if sys.implementation.name == "cpython" else 1e-4
    yield partial(sys.setswitchinterval, seconds)
    sys.setswitchinterval(before)


def test_cancelling_in_several_threads(switch_quickly, caplog):
    """The tasks of all loops are known together, and looked through in each thread."""
    # Before 3.12 two threads cannot begin to be traced, for coverage, at once.
    started = threading.Barrier(4, action=switch_quickly)

    async def work(txa):
        await txa.uncancelled(txa.sleep, 0)

    async def wait(txa):
        await txa.as_future(work, txa)

    async def main(txa):
        for _ in range(50):
            futures = [txa.as_future(wait, txa) for _ in range(10)]
            await txa.sleep(0)
            for future in futures:
                txa.cancel(future)
            await txa.gather(futures, consume_exceptions=True)

    def run_loop():
        started.wait()
        txaio_asyncio.run(main)

    threads = [threading.Thread(target=run_loop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The loop reports an error of the function that cancels, in which no task runs.
    assert caplog.records == []
