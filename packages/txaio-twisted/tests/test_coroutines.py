"""Coroutines, where they meet Deferreds and each other."""

from __future__ import annotations

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from txaio_twisted import TwistedBackend


class Odd:
    """Something that only another framework can await."""

    def __await__(self):
        yield 1


@pytest.fixture
def txa():
    """Give a backend on a clock."""
    return TwistedBackend(Clock())


@pytest.fixture
def outcome(txa):
    """Give a function that runs a coroutine function, and the list of its outcome."""

    def watch(fn, *args):
        seen = []
        future = txa.as_future(fn, *args)
        txa.add_callbacks(future, seen.append, lambda fail: seen.append(fail.value))
        return future, seen

    return watch


async def wait(awaitable):
    """Await it."""
    return await awaitable


def test_awaiting_what_another_framework_awaits(outcome):
    """A1: The coroutine hears of it where it awaits."""
    _, (error,) = outcome(wait, Odd())
    assert isinstance(error, RuntimeError)
    assert str(error) == "a coroutine on Twisted cannot await 'int'"


def test_cancellation_goes_before_the_failure_of_a_chain(txa, outcome):
    """X4: A Deferred that waits for another fails after the coroutine was cancelled."""
    inner, chain = Deferred(), Deferred()
    chain.addCallback(lambda _value: inner)
    future, seen = outcome(wait, chain)
    chain.callback(None)
    txa.cancel(future)
    inner.errback(KeyError("late"))
    assert [type(error) for error in seen] == [CancelledError]


def test_coroutines_that_start_each_other(txa, outcome):
    """A1: However deep, they run in turn and not in recursion."""

    async def start(depth):
        return 1 + await txa.as_future(start, depth - 1) if depth else 0

    assert outcome(start, 1000)[1] == [1000]


def test_step_after_the_end(txa, outcome):
    """A coroutine that has ended stays as it ended."""
    gate = txa.create_future()
    future, seen = outcome(wait, gate)
    runner = future._runner
    txa.resolve(gate, 1)
    runner.step(None)
    assert seen == [1]
