"""The functions on Twisted: chains, and reactors that are asked at each use."""

from __future__ import annotations

import gc
import subprocess
import sys
from unittest.mock import Mock, patch

import pytest
from twisted.internet.defer import (
    AlreadyCalledError,
    CancelledError,
    Deferred,
    ensureDeferred,
    fail,
    inlineCallbacks,
    succeed,
)
from twisted.internet.task import Clock
from twisted.python.failure import Failure


@pytest.fixture
def txa(txaio):
    """Select Twisted."""
    txaio.use_twisted()
    return txaio


def test_future_is_a_deferred(txa):
    """Code goes on with what Deferreds have."""
    future, seen = txa.create_future(), []
    assert isinstance(future, Deferred)
    assert not future.called
    future.addCallback(lambda value: value + 1)
    future.addCallbacks(seen.append, seen.append)
    future.callback(1)
    assert future.called
    assert seen == [2]


def test_functions_and_chain_are_one(txa):
    """What a callback of ours returns is what the next one gets, as ever on Twisted."""
    future, seen = txa.create_future(), []
    txa.add_callbacks(future, lambda value: value + 1, None)
    future.addCallback(lambda value: value * 2)
    assert txa.add_callbacks(future, seen.append, None) is future
    txa.resolve(future, 1)
    assert seen == [4]


def test_errback_handles_the_failure(txa):
    """After an errback that returns, the chain goes on without the failure."""
    future, seen = txa.create_future(), []
    txa.add_callbacks(future, None, lambda failure: type(failure.value))
    txa.add_callbacks(future, seen.append, None)
    txa.reject(future, KeyError())
    assert seen == [KeyError]


def test_failure_goes_past_a_callback(txa):
    """Native errbacks get what none of ours has handled."""
    future, seen = fail(KeyError()), []
    txa.add_callbacks(future, seen.append, None)
    future.addErrback(lambda failure: seen.append(type(failure.value)))
    assert seen == [KeyError]


def test_callback_may_make_the_chain_wait(txa):
    """A Deferred that a callback returns pauses the chain."""
    future, inner, seen = txa.create_future_success(1), txa.create_future(), []
    txa.add_callbacks(future, lambda _value: inner, None)
    txa.add_callbacks(future, seen.append, None)
    assert seen == []
    txa.resolve(inner, 2)
    assert seen == [2]


def test_awaiter_gets_what_the_chain_has_made(txa):
    """Coroutines see the chain's result: ours, Twisted's, and generators."""
    seen = []

    async def wait(future):
        seen.append(await future)

    @inlineCallbacks
    def generate(future):
        seen.append((yield future))

    for start in (
        lambda future: txa.as_future(wait, future),
        lambda future: ensureDeferred(wait(future)),
        generate,
    ):
        future = txa.create_future()
        future.addErrback(lambda _failure: "handled")
        start(future)
        txa.reject(future, KeyError())
    assert seen == ["handled"] * 3


@pytest.mark.parametrize("early", [True, False])
def test_failure_is_raised_at_the_await(txa, events, early):
    """Whoever awaits a future has its error, and nobody else is told."""
    error, seen = KeyError("x"), []

    async def wait(future):
        try:
            await future
        except KeyError as caught:
            seen.append(caught)

    future = txa.create_future_error(error) if early else txa.create_future()
    txa.as_future(wait, future)
    if not early:
        txa.reject(future, error)
    del future
    gc.collect()
    assert seen == [error]
    assert events == []


def test_awaiter_waits_for_a_paused_chain(txa):
    """As long as the chain waits, those who await it do."""
    future, inner, seen = txa.create_future_success(1), txa.create_future(), []
    future.addCallback(lambda _value: inner)

    async def wait():
        seen.append(await future)

    txa.as_future(wait)
    assert seen == []
    inner.callback("late")
    assert seen == ["late"]


def test_deferred_made_elsewhere_is_taken(txa):
    """Native Deferreds go into every function, and keep their chain."""
    future, seen = Deferred(), []
    assert txa.is_future(future)
    assert not txa.is_called(future)
    assert txa.as_future(lambda: future) is future
    txa.resolve(future, 1)
    txa.add_callbacks(future, seen.append, None)
    assert txa.is_called(future)
    other = Deferred()
    txa.add_callbacks(other, None, lambda failure: seen.append(failure.type))
    txa.reject(other, KeyError())
    third = Deferred()
    third.addErrback(lambda failure: seen.append(failure.type))
    txa.cancel(third)
    assert seen == [1, KeyError, CancelledError]


def test_gather_follows_the_chains(txa):
    """Members of all kinds: Deferreds, coroutines, failures in their places."""

    async def work():
        return await succeed("worked")

    made = txa.create_future()
    made.addCallback(lambda value: value + 1)
    gathered = txa.gather([made, work(), fail(KeyError("x")), succeed(3)])
    seen = []
    gathered.addCallback(seen.append)
    assert seen == []
    made.callback(1)
    first, second, failure, last = seen[0]
    assert (first, second, last) == (2, "worked", 3)
    assert isinstance(failure, Failure)
    assert isinstance(failure, txa.IFailedFuture)


def test_gather_fails_with_the_first_error(txa, events):
    """The others go on; nothing is logged of an error that was told."""
    members = [txa.create_future(), txa.create_future()]
    gathered, seen = txa.gather(members, consume_exceptions=False), []
    txa.add_callbacks(gathered, None, seen.append)
    txa.reject(members[1], KeyError("x"))
    assert [type(failure.value) for failure in seen] == [KeyError]
    members[0].callback(1)
    del members, gathered
    assert events == []


def test_settling_twice_is_an_error(txa):
    """It is Twisted's own error."""
    future = txa.create_future_success(1)
    with pytest.raises(AlreadyCalledError):
        txa.resolve(future, 2)


@pytest.mark.parametrize(
    ("future", "error"),
    [(succeed(1), ValueError), (print, TypeError)],
    ids=["nothing to call", "no future"],
)
def test_add_callbacks_finds_mistakes(txa, future, error):
    """What cannot work is said at once."""
    callback = None if error is ValueError else print
    with pytest.raises(error, match=r"add_callbacks needs|must be a Deferred"):
        txa.add_callbacks(future, callback, None)


def test_error_in_a_callback_is_reported(txa, events):
    """It goes down the chain, and to the log if nobody takes it there.

    Twisted does so when the Deferred is collected.
    """
    future = txa.create_future_success(0)
    txa.add_callbacks(future, lambda value: 1 / value, None)
    del future
    gc.collect()
    assert [type(event["log_failure"].value) for event in events[-1:]] == [
        ZeroDivisionError
    ]


def test_call_later_is_the_reactors(txa, clock):
    """The reactor is given the function itself, and its arguments."""
    seen = []
    handle = txa.call_later(2, seen.append, "x")
    assert isinstance(handle, txa.interfaces.IDelayedCall)
    held = clock.calls[0]
    assert (held.func, held.args, held.getTime()) == (seen.append, ("x",), 2)
    assert handle.getTime() == 2
    assert handle.active()
    clock.advance(2)
    assert seen == ["x"]
    assert not handle.active()


def test_handle_may_be_cancelled_at_any_time(txa, clock):
    """Cancelling is harmless, again and after the call as well."""
    seen = []
    cancelled, made = [txa.call_later(1, seen.append, n) for n in (1, 2)]
    cancelled.cancel()
    cancelled.cancel()
    clock.advance(1)
    made.cancel()
    assert seen == [2]


def test_handle_may_be_moved(txa, clock):
    """A call is moved as long as it is pending."""
    seen = []
    handle = txa.call_later(1, seen.append, 1)
    assert handle.reset(5)
    clock.advance(4)
    assert seen == []
    clock.advance(1)
    assert seen == [1]
    assert not handle.reset(1)


@pytest.mark.parametrize("delay", [0, -1])
def test_call_without_delay_is_made_soon(txa, clock, delay):
    """It is never made inside `call_later`."""
    seen = []
    txa.call_later(delay, seen.append, 1)
    assert seen == []
    clock.advance(0)
    assert seen == [1]


def test_call_later_finds_mistakes(txa, clock):
    """What cannot work is said at once."""
    with pytest.raises(ValueError, match="NaN"):
        txa.call_later(float("nan"), print)
    with pytest.raises(TypeError, match="callable"):
        txa.call_later(1, None)
    assert clock.calls == []


def test_reactor_is_asked_at_the_call(txa, clock):
    """Whoever replaces `callLater` is heard."""
    with patch.object(clock, "callLater", return_value=Mock()) as later:
        txa.call_later(1, print, "x", end="")
    later.assert_called_once_with(1, print, "x", end="")


def test_reactor_may_be_replaced_any_time(txa, clock):
    """What is pending on one reactor does not hold up the next."""
    seen = []
    for current in (clock, Clock()):
        txa.config.loop = current
        txa.call_later(0, seen.append, current)
        txa.add_callbacks(txa.sleep(0), lambda _none: seen.append("slept"), None)
    current.advance(0)
    current.advance(0)
    assert seen == [current, "slept"]


def test_sleep_is_cancelled_with_its_timer(txa, clock):
    """Nothing stays in the reactor."""
    slept, seen = txa.sleep(5), []
    txa.add_callbacks(slept, None, lambda failure: seen.append(failure.type))
    txa.cancel(slept)
    assert seen == [CancelledError]
    assert clock.calls == []


def test_batched_timer_follows_the_reactor(txa, clock):
    """Clocks that start anew make calls on time, whatever the last one said."""
    timer, seen = txa.make_batched_timer(1), []
    clock.advance(1000)
    timer.call_later(0.5, seen.append, 1)
    timer.call_later(0.5, seen.append, 2)
    clock.advance(1)
    txa.config.loop = other = Clock()
    timer.call_later(0.5, seen.append, 3)
    other.advance(1)
    other.advance(0)
    assert seen == [1, 2, 3]


def test_batched_timer_may_be_patched(txa):
    """Tests of clients replace what it calls."""
    timer = txa.make_batched_timer(1)
    timer.call_later = Mock()
    timer.call_later(1, print)
    timer.call_later.assert_called_once_with(1, print)


def test_emptied_bucket_gives_up_its_timer_at_once(txa, clock):
    """A clock in a test is asked what is due, and says what is."""
    handle = txa.make_batched_timer(1).call_later(2, print)
    assert len(clock.calls) == 1
    handle.cancel()
    assert clock.calls == []


def test_global_reactor_is_used_where_none_is_configured(txa, monkeypatch):
    """It is the one that is installed when it is needed."""
    monkeypatch.setattr("twisted.internet.reactor", clock := Clock(), raising=False)
    txa.call_later(1, print)
    assert len(clock.calls) == 1


def test_reactor_without_a_clock_will_do(txa):
    """What a reactor is asked for is all that it needs to have."""

    class Stub:
        def callLater(self, *arguments):  # noqa: N802 - Twisted's name
            return arguments

    txa.config.loop = Stub()
    txa.call_later(1, print)


def python(code):
    """Run *code* in a new Python, with warnings as errors, and return its output."""
    start = f"import sys; sys.path[:] = {sys.path!r}\n"
    command = [sys.executable, "-W", "error", "-c", start + code]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_selection_installs_no_reactor():
    """The application chooses its reactor after the selection, too."""
    out = python(
        "import txaio\n"
        "txaio.use_twisted()\n"
        "future = txaio.create_future()\n"
        "txaio.add_callbacks(future, print, None)\n"
        "timer = txaio.make_batched_timer(1)\n"
        "txaio.make_logger().info('x')\n"
        "txaio.resolve(future, 'called')\n"
        "assert 'twisted.internet.reactor' not in sys.modules\n"
        "txaio.call_later(0, print, 'made')\n"
        "assert 'twisted.internet.reactor' in sys.modules\n"
    )
    assert out == "called\n"


def test_global_reactor_runs_it_all():
    """Made before the reactor runs, calls and coroutines go on when it does."""
    out = python(
        "import txaio; txaio.use_twisted()\n"
        "async def work():\n"
        "    await txaio.sleep(0.01)\n"
        "    print('slept')\n"
        "from twisted.internet import reactor\n"
        "timer = txaio.make_batched_timer(0.01)\n"
        "done = txaio.as_future(work)\n"
        "timer.call_later(0.02, reactor.stop)\n"
        "txaio.call_later(float('inf'), print)\n"
        "reactor.run()\n"
        "assert txaio.is_called(done)\n"
    )
    assert out == "slept\n"
