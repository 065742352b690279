"""The backend and its reactor."""
# ruff: noqa: N802, N803, N815 - Twisted's names

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from signal import SIGINT

import pytest
from twisted.internet.task import Clock

from txaio_common import FailedFuture
from txaio_twisted import TwistedBackend, run


class InterruptedReactor(Clock):
    """A reactor on a clock that is interrupted by Ctrl-C in its first second."""

    _exitSignal = SIGINT

    def __init__(self):
        super().__init__()
        self.triggers = []

    def addSystemEventTrigger(self, _phase, _event, trigger):
        self.triggers.append(trigger)

    def run(self, *, installSignalHandlers):
        assert installSignalHandlers
        self.advance(1)
        for trigger in self.triggers:
            trigger()
            self.advance(1)

    def stop(self):
        """Do nothing: it stops by itself."""


def interrupt(_value):
    """Be a callback in which the user presses Ctrl-C."""
    raise KeyboardInterrupt


def test_interrupted_main_raises_keyboard_interrupt():
    """L1: Twisted stops the reactor on Ctrl-C; `run` raises `KeyboardInterrupt`."""

    async def main(txa):
        await txa.sleep(60)

    with pytest.raises(KeyboardInterrupt):
        run(main, reactor=InterruptedReactor())


def test_interrupt_where_there_is_no_run_to_end():
    """A3: The caller of `resolve` gets it, and the next callback is still called."""
    clock, called = Clock(), []
    txa = TwistedBackend(clock)
    future = txa.create_future()
    txa.add_callbacks(future, interrupt, None)
    txa.add_callbacks(future, called.append, None)
    with pytest.raises(KeyboardInterrupt):
        txa.resolve(future, "value")
    clock.advance(0)
    assert called == ["value"]


def call_and_exit(fn, *args):
    """Call *fn*, and exit the program."""
    fn(*args)
    raise SystemExit


@pytest.mark.parametrize("adds", [True, False])
def test_exit_where_there_is_no_run_to_end(adds):
    """A3: The calls that were due next are made, before those that came after them."""
    clock, called = Clock(), []
    txa = TwistedBackend(clock)
    soon = (txa.call_later, 0, called.append, "added") if adds else (called.clear,)
    txa.call_later(0, call_and_exit, *soon)
    txa.call_later(0, called.append, "first")
    txa.call_later(0, called.append, "second")
    with pytest.raises(SystemExit):
        clock.advance(0)
    assert len(clock.getDelayedCalls()) == 1
    clock.advance(0)
    assert called == ["first", "second", "added"][: 3 if adds else 2]


def test_calls_of_one_turn():
    """T3: The reactor has one delayed call for them all."""
    clock, called = Clock(), []
    txa = TwistedBackend(clock)
    for number in range(3):
        txa.call_later(0, called.append, number)
    assert len(clock.getDelayedCalls()) == 1
    clock.advance(0)
    assert called == [0, 1, 2]


def test_repr_of_a_call():
    """T1: It says in how many seconds the call is due, unless that is soon."""
    clock = Clock()
    clock.advance(10)
    txa = TwistedBackend(clock)
    call = txa.call_later(2.5, print)
    clock.advance(1)
    assert repr(call) == "<DelayedCall of print in 1.5 s>"
    assert repr(txa.call_later(0, print)) == "<DelayedCall of print>"


class PassingClock(Clock):
    """A clock on which a second passes with each look at it."""

    def seconds(self):
        self.rightNow += 1
        return self.rightNow

    def callLater(self, delay, *args):
        """Refuse a negative delay, as other reactors do."""
        assert delay >= 0
        return super().callLater(delay, *args)


def test_time_that_comes_while_a_call_is_armed():
    """T1: The call is made in the next turn."""
    clock, called = PassingClock(), []
    TwistedBackend(clock).call_at(1.5, called.append, 1)
    clock.advance(0)
    assert called == [1]


def test_what_is_no_future():
    """F1: The error says what is one."""
    with pytest.raises(TypeError, match="future must be a Deferred, not 'int'"):
        TwistedBackend(Clock()).is_called(1)


def test_repeated_sleep_of_zero_seconds():
    """T3: Calls without delay that repeat leave no delayed calls in the reactor."""
    clock, held = Clock(), []
    txa = TwistedBackend(clock)

    async def spin():
        for _ in range(20):
            await txa.sleep(0)
            held.append(len(clock.getDelayedCalls()))

    txa.as_future(spin)
    clock.advance(0)
    assert held == [0] * 20


def test_backend_without_a_reactor_takes_the_global_one(monkeypatch):
    """It uses the reactor that is installed."""
    clock, called = Clock(), []
    monkeypatch.setattr("twisted.internet.reactor", clock, raising=False)
    TwistedBackend().call_later(1, called.append, 1)
    clock.advance(1)
    assert called == [1]


def test_traceback_of_a_failure_of_another_backend():
    """E3: A failure that is not a `Failure` of Twisted keeps its traceback, too."""
    txa = TwistedBackend(Clock())
    with pytest.raises(KeyError) as caught:
        {}.pop("key")
    traceback = txa.failure_traceback(FailedFuture(caught.value))
    assert traceback is caught.value.__traceback__


@pytest.mark.parametrize("grace", [None, "x", float("nan"), -1])
def test_invalid_grace(grace):
    """L1: It is rejected before `main` is called."""
    called = []

    async def main(_txa):
        called.append(1)

    with pytest.raises((TypeError, ValueError), match="grace must be a number"):
        run(main, reactor=Clock(), grace=grace)
    assert called == []


def test_call_from_thread_without_a_callable():
    """H1: `TypeError` names the argument."""
    txa = TwistedBackend(Clock())
    with pytest.raises(TypeError, match="fn must be callable, not 'NoneType'"):
        txa.call_from_thread(None)


def test_subclass_in_debug_mode():
    """T7: A subclass of the backend checks its thread as well."""

    class Subclass(TwistedBackend):
        """A backend of an application's own."""

    txa = Subclass(Clock(), debug=True)
    with (
        ThreadPoolExecutor(1) as pool,
        pytest.raises(RuntimeError, match="call_from_thread"),
    ):
        pool.submit(txa.create_future).result()
