"""`run`, and the arguments that it rejects before it starts."""

from __future__ import annotations

import asyncio
import inspect
import signal
import time
from functools import partial
from types import coroutine

import pytest

import txaio_asyncio
from txaio_asyncio import AsyncioBackend


async def main(_txa):
    """Be a main that is never called."""
    pytest.fail("called")


@pytest.mark.parametrize("grace", [None, "x"])
def test_grace_that_is_no_number(grace):
    """L1: `TypeError` names the argument, before there is a loop."""
    with pytest.raises(TypeError, match=r"^grace must be a number of seconds"):
        txaio_asyncio.run(main, grace=grace, loop_factory=pytest.fail)


@pytest.mark.parametrize("grace", [-1, float("nan")])
def test_grace_out_of_range(grace):
    """L1: `ValueError` names the argument if it is negative or NaN."""
    with pytest.raises(ValueError, match=r"^grace must be a number of seconds"):
        txaio_asyncio.run(main, grace=grace, loop_factory=pytest.fail)


def test_run_inside_a_loop():
    """L1: `RuntimeError` names what to use there."""

    async def nested(_txa):
        txaio_asyncio.run(main)

    with pytest.raises(RuntimeError, match=r"make AsyncioBackend\(\) in it"):
        txaio_asyncio.run(nested)


def test_coroutine_on_a_loop_that_is_closed():
    """It is refused as asyncio does it, and closed."""
    loop = asyncio.new_event_loop()
    txa = AsyncioBackend(loop)
    loop.close()
    late = main(txa)
    with pytest.raises(RuntimeError, match="closed"):
        txa.as_future(lambda: late)
    assert inspect.getcoroutinestate(late) == inspect.CORO_CLOSED


@pytest.mark.parametrize("settle", ["resolve", "reject"])
def test_future_with_callbacks_on_a_loop_that_is_closed(settle):
    """It is settled, and asyncio says why its callbacks are not called."""
    loop = asyncio.new_event_loop()
    txa = AsyncioBackend(loop)
    future = txa.add_callbacks(txa.create_future(), print, print)
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        getattr(txa, settle)(future, KeyError())
    assert txa.is_called(future)
    txa.native.failure(future)


def test_second_interrupt():
    """L1: A second Ctrl-C does not wait for the clean-up."""

    def interrupt():
        raise KeyboardInterrupt

    async def main(_txa):
        asyncio.current_task().cancel()
        try:
            await asyncio.sleep(60)
        finally:
            asyncio.get_running_loop().call_soon(interrupt)
            await asyncio.sleep(60)

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        txaio_asyncio.run(main)
    assert time.monotonic() - begun < 30


def leave(kind):
    """End the program from a call."""
    raise kind


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (partial(leave, KeyboardInterrupt), KeyboardInterrupt),
        (partial(leave, SystemExit), SystemExit),
        (partial(signal.raise_signal, signal.SIGINT), KeyboardInterrupt),
    ],
    ids=["KeyboardInterrupt", "SystemExit", "SIGINT"],
)
def test_end_of_the_program_after_main(end, kind):
    """L1: Coroutines that clean up as it comes are not interrupted."""
    events = []

    async def farewell(txa):
        txa.call_later(0, end)
        await txa.sleep(0.1)
        events.append("farewell")

    async def work(txa):
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(farewell, txa)

    async def main(txa):
        txa.as_future(work, txa)
        await txa.sleep(0)

    with pytest.raises(kind):
        txaio_asyncio.run(main)
    assert events == ["farewell"]


def test_main_that_awaits_what_asyncio_cannot():
    """A note of the error says what to do."""

    @coroutine
    def foreign():
        yield object()

    async def main(_txa):
        await foreign()

    with pytest.raises(RuntimeError, match="bad yield") as caught:
        txaio_asyncio.run(main)
    [note] = caught.value.__notes__
    assert "on the backend of that framework" in note


def test_main_that_is_dropped(monkeypatch):
    """L1: As its loop has ended, it awaits nothing more."""

    async def drop(running):
        running.send(None)
        running.close()  # It raises an error if the coroutine awaits something.

    def run(runner, running):
        runner.get_loop().run_until_complete(drop(running))

    async def main(txa):
        await txa.create_future()

    monkeypatch.setattr(asyncio.Runner, "run", run)
    assert txaio_asyncio.run(main) is None
