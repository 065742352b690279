"""Coroutines that await Deferreds and each other."""

from __future__ import annotations

import pytest
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.selectreactor import SelectReactor

from txaio_twisted import run


class Foreign:
    """An awaitable that only another framework can drive."""

    def __await__(self):
        yield 1


@pytest.fixture
def outcome(txa):
    """Give a function that returns the future of a call, and a list for its outcome."""

    def watch(fn, *args):
        seen = []
        future = txa.as_future(fn, *args)
        txa.add_callbacks(future, seen.append, lambda fail: seen.append(fail.value))
        return future, seen

    return watch


async def wait(awaitable):
    """Await it."""
    return await awaitable


def test_awaiting_an_awaitable_of_another_framework(outcome, events):
    """A1: The await raises `RuntimeError`, which names the type and says what to do."""
    _, (error,) = outcome(wait, Foreign())
    assert isinstance(error, RuntimeError)
    assert str(error) == "a coroutine on Twisted cannot await 'int'"
    assert "use the methods of the backend" in error.__notes__[0]
    assert events == []


def test_cancellation_has_precedence_over_a_later_failure(txa, outcome):
    """X4: The coroutine was cancelled before the paused Deferred failed."""
    paused = Deferred()
    paused.pause()
    paused.errback(KeyError("late"))
    future, seen = outcome(wait, paused)
    txa.cancel(future)
    paused.unpause()
    assert [type(error) for error in seen] == [CancelledError]


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_traceback_of_a_coroutine(txa, outcome, is_cancelled):
    """F3: It has no frame of the backend, whose callers may refer to the future."""

    async def work():
        try:
            if is_cancelled:
                await txa.create_future()
        finally:
            raise KeyError

    future, seen = outcome(work)
    txa.cancel(future)
    assert seen[0].__traceback__.tb_frame.f_code is work.__code__


def test_coroutines_that_start_each_other(txa, outcome):
    """A1: They run one after the other, without recursion, at any depth."""

    async def start(depth):
        return 1 + await txa.as_future(start, depth - 1) if depth else 0

    assert outcome(start, 1000)[1] == [1000]


def test_repr_of_the_future_of_a_coroutine(txa, outcome):
    """It says where the coroutine waits, and later on how it ended."""
    gate = txa.create_future()
    future, _ = outcome(wait, gate)
    before = repr(future)
    txa.resolve(gate, "value")
    assert before.startswith("<TwistedTask pending: wait() waits at ")
    assert ", for <TwistedFuture pending at " in before
    assert repr(future).startswith("<TwistedTask resolved: 'value' at ")


def test_coroutine_that_a_callback_starts(txa):
    """A1: It runs up to its first await, as those that Twisted drives do."""
    events, gate = [], txa.create_future()

    async def work():
        events.append("work")

    def start(_value):
        events.append("before")
        txa.as_future(work)
        events.append("after")

    txa.add_callbacks(gate, start, None)
    txa.resolve(gate)
    assert events == ["before", "work", "after"]


def test_step_after_the_end(txa, outcome):
    """A coroutine that has ended stays as it ended."""
    gate = txa.create_future()
    future, seen = outcome(wait, gate)
    steps = future.steps
    txa.resolve(gate, 1)
    steps.step(None)
    assert seen == [1]


def test_coroutines_that_wait_in_a_cycle(txa, outcome):
    """X4: One that is cancelled sees it, and so does each that waits for it."""
    gates = [txa.create_future(), txa.create_future()]
    futures = []

    async def wait_for_the_other(number):
        await gates[number]
        await futures[1 - number]

    watched = [outcome(wait_for_the_other, number) for number in range(2)]
    futures += [future for future, _ in watched]
    for gate in gates:
        txa.resolve(gate)
    txa.cancel(futures[0])
    assert [type(seen[0]) for _, seen in watched] == [CancelledError] * 2


def test_coroutine_that_awaits_its_own_future(txa, outcome):
    """X4: The await raises `RuntimeError`, as on asyncio."""
    gate, futures = txa.create_future(), []

    async def work():
        await gate
        await futures[0]

    future, seen = outcome(work)
    futures.append(future)
    txa.resolve(gate)
    assert [str(error) for error in seen] == ["a coroutine cannot await its own future"]


def test_base_exception_that_ends_no_program(outcome):
    """A1: The future fails with it, although it is not an `Exception`."""

    class Odd(BaseException):
        """Neither an error nor an exit."""

    async def work():
        raise Odd

    assert [type(error) for error in outcome(work)[1]] == [Odd]


def test_exits_of_coroutines_that_start(txa):
    """A3: After any number of them, the next coroutine still starts immediately."""
    started = []

    async def work():
        started.append(1)
        raise SystemExit

    for _ in range(30):
        with pytest.raises(SystemExit):
            txa.as_future(work)
    assert len(started) == 30


def test_cycle_that_arises_in_clean_up():
    """L1: The grace period ends it, although each was cancelled before."""
    events, futures = [], []

    async def first(txa):
        try:
            await txa.create_future()
        finally:
            events.append("first")
            await futures[1]

    async def second(_txa):
        try:
            await futures[0]
        finally:
            events.append("second")

    async def main(txa):
        futures.extend(txa.as_future(each, txa) for each in (first, second))
        await txa.sleep(0.01)
        return "value"

    assert run(main, reactor=SelectReactor(), grace=0.01) == "value"
    assert sorted(events) == ["first", "second"]


@pytest.mark.parametrize("cancels", ["coroutine", "future"])
def test_cancelled_while_a_chain_waits(txa, outcome, cancels):
    """X5: The Deferred that a called Deferred waits for is cancelled as well."""
    cancelled, chain = [], Deferred()
    inner = Deferred(cancelled.append)
    chain.addCallback(lambda _value: inner)
    future, seen = outcome(wait, chain)
    chain.callback(None)
    if cancels == "coroutine":
        txa.cancel(future)
    else:
        txa.cancel(chain)
    assert cancelled == [inner]
    assert [type(error) for error in seen] == [CancelledError]


def test_chain_that_is_awaited_after_a_cancellation(txa, outcome):
    """X4: The Deferred that a called Deferred waits for is cancelled at the await."""
    cancelled, futures, gate = [], [], txa.create_future()
    inner = Deferred(cancelled.append)

    async def work():
        await gate
        txa.cancel(futures[0])
        await succeed(None).addCallback(lambda _value: inner)

    future, seen = outcome(work)
    futures.append(future)
    txa.resolve(gate)
    assert cancelled == [inner]
    assert [type(error) for error in seen] == [CancelledError]


def test_paused_deferred_that_is_awaited_after_a_cancellation(txa, outcome):
    """X4: Nothing can cancel it: the coroutine sees the cancellation afterwards."""
    futures, gate, paused = [], txa.create_future(), succeed("late")
    paused.pause()

    async def work():
        await gate
        txa.cancel(futures[0])
        await paused

    future, seen = outcome(work)
    futures.append(future)
    txa.resolve(gate)
    assert seen == []
    paused.unpause()
    assert [type(error) for error in seen] == [CancelledError]
