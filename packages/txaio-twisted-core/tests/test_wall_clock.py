"""A reactor whose clock is set while timers wait."""

from __future__ import annotations

import pytest
from twisted.internet.selectreactor import SelectReactor
from twisted.internet.task import Clock

from txaio_twisted import TwistedBackend, _wall_clock, run


HOUR = 3600.0


class WallReactor(Clock):
    """A reactor with the wall clock, beside a monotonic one."""

    def __init__(self):
        super().__init__()
        self.monotonic = 1000.0
        self.rightNow = 1_700_000_000.0
        # Methods of an object differ each time that one asks for them.
        self.seconds = self.seconds

    def callLater(self, delay, *args):  # noqa: N802 - Twisted's name
        """Refuse a negative delay, as other reactors do."""
        assert delay >= 0
        return super().callLater(delay, *args)

    def read(self):
        """Return the monotonic time."""
        return self.monotonic

    def pass_time(self, seconds):
        """Let both clocks go on, a little at a time."""
        for _ in range(round(seconds * 100)):
            self.monotonic += 0.01
            self.advance(0.01)

    def set_clock(self, seconds):
        """Set the wall clock forward, or back."""
        self.rightNow += seconds


@pytest.fixture
def reactor(monkeypatch):
    """Return a reactor whose clocks the test moves."""
    reactor = WallReactor()
    monkeypatch.setattr(_wall_clock, "monotonic", reactor.read)
    monkeypatch.setattr(_wall_clock, "seconds", reactor.seconds)
    return reactor


@pytest.fixture
def txa(reactor):
    """Return a backend on that reactor."""
    return TwistedBackend(reactor)


def be_active(txa):
    """Have a callback called."""
    txa.add_callbacks(txa.create_future_success(None), lambda _none: None, None)


TIMERS = {
    "call_later": lambda txa, called: txa.call_later(2, called, None),
    "sleep": lambda txa, called: txa.add_callbacks(txa.sleep(2), called, None),
    "timeout": lambda txa, called: txa.add_callbacks(
        txa.timeout(txa.create_future(), 2), None, called
    ),
    "batched": lambda txa, called: txa.make_batched_timer(0.1).call_later(
        1.9, called, None
    ),
}


@pytest.mark.parametrize("step", [HOUR, -HOUR, 0.4, -0.4])
@pytest.mark.parametrize("arm", TIMERS.values(), ids=TIMERS)
def test_clock_that_is_set(reactor, txa, arm, step):
    """T1, B1: Calls are due by the monotonic clock."""
    called = []
    be_active(txa)
    arm(txa, called.append)
    reactor.pass_time(0.5)
    reactor.set_clock(step)
    be_active(txa)
    reactor.pass_time(1.38)
    assert called == []
    reactor.pass_time(0.3)
    assert len(called) == 1
    reactor.pass_time(5)
    assert len(called) == 1
    assert reactor.calls == []


@pytest.mark.parametrize("step", [HOUR, 0.4])
@pytest.mark.parametrize("arm", TIMERS.values(), ids=TIMERS)
def test_clock_that_is_set_forward_while_nothing_happens(reactor, txa, arm, step):
    """T1, B1: A call that the reactor makes too early is armed again."""
    called = []
    arm(txa, called.append)
    reactor.set_clock(step)
    reactor.pass_time(1.88)
    assert called == []
    reactor.pass_time(0.3)
    assert len(called) == 1
    assert reactor.calls == []


def test_clock_that_is_corrected_bit_by_bit(reactor, txa):
    """T1: A clock that is slowed down does not make calls late by more than a bit."""
    called = []
    txa.call_later(10, called.append, None)
    for _ in range(100):
        reactor.set_clock(-0.02)
        be_active(txa)
        reactor.pass_time(0.1)
    reactor.pass_time(0.1)
    assert called == [None]


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_cancelling_what_was_armed_again(reactor, txa, step):
    """T4: A call that was armed again can be cancelled."""
    called = []
    call = txa.call_later(2, called.append, None)
    reactor.set_clock(step)
    be_active(txa)
    reactor.pass_time(0.1)
    call.cancel()
    assert reactor.calls == []
    reactor.pass_time(3)
    assert called == []


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_clock_that_is_set_after_a_cancellation(reactor, txa, step):
    """T4: A call that was cancelled is not armed again."""
    called = []
    txa.call_later(2, called.append, None).cancel()
    reactor.set_clock(step)
    be_active(txa)
    assert reactor.calls == []


def test_turn_of_the_loop_while_the_clock_is_set(reactor, txa):
    """T3: A call that is due in the next turn does not wait for an hour."""
    called = []
    txa.call_later(0, called.append, None)
    reactor.set_clock(-HOUR)
    be_active(txa)
    reactor.pass_time(0.2)
    assert called == [None]
    reactor.set_clock(-HOUR)
    be_active(txa)
    assert reactor.calls == []


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_clock_that_is_set_while_a_call_is_late(reactor, txa, step):
    """T1: The call is made in the next turn."""
    called = []
    txa.call_later(2, called.append, None)
    reactor.monotonic += 3
    reactor.set_clock(step)
    be_active(txa)
    reactor.pass_time(0.01)
    assert called == [None]


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_clock_that_is_set_once(reactor, txa, step):
    """T1: Calls are armed again then, for the time that is left, and not later on."""
    txa.call_later(10, be_active, txa)
    reactor.pass_time(1)
    reactor.set_clock(step)
    be_active(txa)
    armed = reactor.calls[:]
    assert [call.getTime() for call in armed] == [pytest.approx(reactor.rightNow + 9)]
    reactor.pass_time(1)
    be_active(txa)
    assert reactor.calls == armed


def test_clocks_are_compared_now_and_then(reactor, txa, monkeypatch):
    """A callback costs a comparison of two numbers."""
    asked = []
    seconds = reactor.seconds
    monkeypatch.setattr(reactor, "seconds", lambda: asked.append(None) or seconds())
    for _ in range(100):
        be_active(txa)
    assert len(asked) == 1


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_repr_of_a_call_while_the_clock_is_set(reactor, txa, step):
    """T1: The seconds in it are those of the monotonic clock."""
    call = txa.call_later(2.5, print)
    reactor.monotonic += 1
    reactor.set_clock(step)
    assert repr(call) == "<DelayedCall of print in 1.5 s>"


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_many_calls_while_the_clock_is_set(reactor, txa, step):
    """T1: No call is moved to an earlier time: a reactor would search all for it."""
    times = []
    for each in range(10):
        txa.call_later(2 + each / 100, times.append, each)
    reactor.set_clock(step)
    moved = reactor.calls[:]
    for call in moved:
        call.resetter = lambda _call: pytest.fail("moved")
    be_active(txa)
    assert not any(call.active() for call in moved)
    assert len(reactor.calls) == len(moved)
    reactor.pass_time(2.3)
    assert times == list(range(10))


def leave():
    """End the program."""
    raise SystemExit(3)


def test_exit_in_a_call(reactor, txa):
    """A3: What ends the program is raised where the reactor has made the call."""
    txa.call_later(1, leave)
    with pytest.raises(SystemExit):
        reactor.pass_time(2)


def test_exit_in_a_call_within_run():
    """A3: It ends `run`, although the reactor logs what its calls raise."""

    async def main(txa):
        txa.call_later(0.001, leave)
        await txa.sleep(1)

    with pytest.raises(SystemExit):
        run(main, reactor=SelectReactor())
