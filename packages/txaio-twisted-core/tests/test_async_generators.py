"""Async generators on Twisted, which has no hooks of its own for them."""

from __future__ import annotations

import asyncio
import gc
import sys

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.task import Clock

import txaio_twisted
from txaio_twisted import TwistedBackend


@pytest.fixture
def unraisable(monkeypatch):
    """Give the texts of errors that nothing can raise."""
    texts = []
    monkeypatch.setattr(
        sys, "unraisablehook", lambda given: texts.append(str(given.exc_value))
    )
    return texts


async def numbers(events, awaited=None):
    """Yield a number; await what *awaited* returns before it is closed."""
    try:
        yield 1
    finally:
        if awaited is not None:
            await awaited()
        events.append("closed")


async def leave(generator):
    """Begin *generator*, and leave it."""
    async for _number in generator:
        break


def test_backend_on_a_reactor_that_the_application_runs():
    """L4: What a coroutine leaves is closed when it is collected, or at shutdown."""
    events, kept = [], []

    async def main(txa):
        await leave(numbers(events, lambda: txa.sleep(0.01)))
        gc.collect()
        await txa.sleep(0.1)
        events.append("kept")
        kept.append(numbers(events, lambda: txa.sleep(0.01)))
        await anext(kept[0])
        reactor.stop()

    reactor = SelectReactor()
    txa = TwistedBackend(reactor)
    reactor.callWhenRunning(txa.as_future, main, txa)
    reactor.run(installSignalHandlers=False)
    assert events == ["closed", "kept", "closed"]


def test_hooks_of_other_code_on_the_reactor():
    """Only while a coroutine of the backend runs are they the backend's."""
    seen = []
    txa = TwistedBackend(Clock())
    before = sys.get_asyncgen_hooks()
    future = txa.create_future()

    async def work():
        seen.append(sys.get_asyncgen_hooks())
        await future
        seen.append(sys.get_asyncgen_hooks())

    txa.as_future(work)
    assert sys.get_asyncgen_hooks() == before
    txa.resolve(future)
    assert sys.get_asyncgen_hooks() == before
    assert seen[0] == seen[1] != before


def test_coroutines_of_two_backends():
    """Each has hooks of its own, also where one resumes the other."""
    seen = []
    backends = [TwistedBackend(Clock()) for _ in range(2)]
    futures = [txa.create_future() for txa in backends]

    async def work(number):
        seen.append(sys.get_asyncgen_hooks())
        await futures[number]
        seen.append(sys.get_asyncgen_hooks())
        if number:
            backends[0].resolve(futures[0])
        seen.append(sys.get_asyncgen_hooks())

    for number, txa in enumerate(backends):
        txa.as_future(work, number)
    backends[1].resolve(futures[1])
    first, second = seen[:2]
    assert first != second
    assert seen == [first, second, second, first, first, second]


def test_generator_on_a_clock():
    """In a test without a reactor it is closed when the clock moves."""
    events, clock = [], Clock()
    txa = TwistedBackend(clock)
    for _ in range(2):
        txa.as_future(leave, numbers(events, lambda: txa.sleep(1)))
    gc.collect()
    clock.advance(0)
    assert events == []
    for _ in range(2):
        clock.advance(1)
    assert events == ["closed", "closed"]


def test_generator_without_a_reactor_that_runs(unraisable):
    """It is closed as without hooks, as far as that goes."""
    events = []
    txa = TwistedBackend(SelectReactor())
    txa.as_future(leave, numbers(events))
    txa.as_future(leave, numbers(events, txa.create_future))
    gc.collect()
    assert events == ["closed"]
    assert "contextlib.aclosing" in unraisable[0]


def test_generator_after_the_end():
    """A backend that has ended sets no hooks."""
    seen = []
    reactor = SelectReactor()
    txa = TwistedBackend(reactor)
    future = txa.create_future()

    async def work():
        await future
        seen.append(sys.get_asyncgen_hooks())

    reactor.callWhenRunning(reactor.stop)
    reactor.run(installSignalHandlers=False)
    txa.native.spawn(work())
    txa.resolve(future)
    assert seen == [sys.get_asyncgen_hooks()]


def test_generator_of_a_coroutine_that_twisted_drives(unraisable):
    """It is left alone: Python closes it at once, and cannot await."""
    events = []

    async def native():
        await leave(numbers(events))
        await leave(numbers(events, Deferred))

    async def main(txa):
        txa.native.reactor.callLater(0, lambda: ensureDeferred(native()))
        await txa.sleep(0.01)
        gc.collect()

    txaio_twisted.run(main, reactor=SelectReactor())
    assert len(events) == len(unraisable) == 1


def test_run_inside_a_loop_of_asyncio():
    """The hooks of that loop are as before, and close what was begun there."""
    events = []

    async def main(txa):
        await leave(numbers(events, lambda: txa.sleep(0.01)))

    async def outer():
        hooks = sys.get_asyncgen_hooks()
        begun = numbers(events, lambda: asyncio.sleep(0.01))
        await anext(begun)
        txaio_twisted.run(main, reactor=SelectReactor())
        assert events == ["closed"]
        assert sys.get_asyncgen_hooks() == hooks
        del begun
        gc.collect()
        await asyncio.sleep(0.1)
        assert events == ["closed", "closed"]

    asyncio.run(outer())
