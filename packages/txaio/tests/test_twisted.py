"""The functions on Twisted: chains of callbacks, and which reactor is used."""

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
    """Programs use the methods of Deferreds."""
    future, seen = txa.create_future(), []
    assert isinstance(future, Deferred)
    assert not future.called
    future.addCallback(lambda value: value + 1)
    future.addCallbacks(seen.append, seen.append)
    future.callback(1)
    assert future.called
    assert seen == [2]


def test_add_callbacks_adds_to_the_chain(txa):
    """What one callback returns is what the next one gets, as in any Deferred."""
    future, seen = txa.create_future(), []
    txa.add_callbacks(future, lambda value: value + 1, None)
    future.addCallback(lambda value: value * 2)
    assert txa.add_callbacks(future, seen.append, None) is future
    txa.resolve(future, 1)
    assert seen == [4]


def test_errback_handles_the_failure(txa):
    """If an errback returns a value, the chain continues with it."""
    future, seen = txa.create_future(), []
    txa.add_callbacks(future, None, lambda failure: type(failure.value))
    txa.add_callbacks(future, seen.append, None)
    txa.reject(future, KeyError())
    assert seen == [KeyError]


def test_failure_skips_a_callback(txa):
    """A failure skips callbacks, and reaches the next errback."""
    future, seen = fail(KeyError()), []
    txa.add_callbacks(future, seen.append, None)
    future.addErrback(lambda failure: seen.append(type(failure.value)))
    assert seen == [KeyError]


def test_callback_may_pause_the_chain(txa):
    """A Deferred that a callback returns pauses the chain."""
    future, inner, seen = txa.create_future_success(1), txa.create_future(), []
    txa.add_callbacks(future, lambda _value: inner, None)
    txa.add_callbacks(future, seen.append, None)
    assert seen == []
    txa.resolve(inner, 2)
    assert seen == [2]


def test_awaiter_gets_the_result_of_the_chain(txa):
    """Coroutines and `inlineCallbacks` get the result of the chain."""
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
    """The awaiter gets the error, and nothing is logged."""
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
    """An awaiter waits until a paused chain has a result."""
    future, inner, seen = txa.create_future_success(1), txa.create_future(), []
    future.addCallback(lambda _value: inner)

    async def wait():
        seen.append(await future)

    txa.as_future(wait)
    assert seen == []
    inner.callback("late")
    assert seen == ["late"]


def test_deferred_of_twisted_is_accepted(txa):
    """Every function accepts Deferreds that Twisted has created."""
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


def test_gather_takes_the_results_of_the_chains(txa):
    """Members may be Deferreds and coroutines; failures are results."""

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
    """The other members continue, and the error is not logged."""
    members = [txa.create_future(), txa.create_future()]
    gathered, seen = txa.gather(members, consume_exceptions=False), []
    txa.add_callbacks(gathered, None, seen.append)
    txa.reject(members[1], KeyError("x"))
    assert [type(failure.value) for failure in seen] == [KeyError]
    members[0].callback(1)
    del members, gathered
    assert events == []


def test_settling_twice_is_an_error(txa):
    """The error is Twisted's `AlreadyCalledError`."""
    future = txa.create_future_success(1)
    with pytest.raises(AlreadyCalledError):
        txa.resolve(future, 2)


@pytest.mark.parametrize(
    ("future", "error"),
    [(succeed(1), ValueError), (print, TypeError)],
    ids=["nothing to call", "no future"],
)
def test_add_callbacks_checks_its_arguments(txa, future, error):
    """Bad arguments raise an error at once."""
    callback = None if error is ValueError else print
    with pytest.raises(error, match=r"add_callbacks needs|must be a Deferred"):
        txa.add_callbacks(future, callback, None)


def test_error_in_a_callback_is_reported(txa, events):
    """An error that no errback handles is logged.

    Twisted logs it when the Deferred is collected.
    """
    future = txa.create_future_success(0)
    txa.add_callbacks(future, lambda value: 1 / value, None)
    del future
    gc.collect()
    assert [type(event["log_failure"].value) for event in events[-1:]] == [
        ZeroDivisionError
    ]


def test_call_later_is_that_of_the_reactor(txa, clock):
    """The reactor gets the function itself and its arguments."""
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
    """`cancel` may be called twice, and after the call was made."""
    seen = []
    cancelled, made = [txa.call_later(1, seen.append, n) for n in (1, 2)]
    cancelled.cancel()
    cancelled.cancel()
    clock.advance(1)
    made.cancel()
    assert seen == [2]


def test_handle_may_be_reset(txa, clock):
    """A call can be rescheduled while it is pending."""
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
    """The call is never made inside `call_later`."""
    seen = []
    txa.call_later(delay, seen.append, 1)
    assert seen == []
    clock.advance(0)
    assert seen == [1]


def test_call_later_checks_its_arguments(txa, clock):
    """Bad arguments raise an error at once."""
    with pytest.raises(ValueError, match="NaN"):
        txa.call_later(float("nan"), print)
    with pytest.raises(TypeError, match="callable"):
        txa.call_later(1, None)
    assert clock.calls == []


def test_method_of_the_reactor_is_looked_up_at_the_call(txa, clock):
    """A `callLater` that a test replaces on the reactor is the one that is called."""
    with patch.object(clock, "callLater", return_value=Mock()) as later:
        txa.call_later(1, print, "x", end="")
    later.assert_called_once_with(1, print, "x", end="")


def test_reactor_may_be_replaced_any_time(txa, clock):
    """Calls that are pending on one reactor do not affect the next."""
    seen = []
    for current in (clock, Clock()):
        txa.config.loop = current
        txa.call_later(0, seen.append, current)
        txa.add_callbacks(txa.sleep(0), lambda _none: seen.append("slept"), None)
    current.advance(0)
    current.advance(0)
    assert seen == [current, "slept"]


def test_sleep_is_cancelled_with_its_timer(txa, clock):
    """A cancelled sleep leaves no call in the reactor."""
    slept, seen = txa.sleep(5), []
    txa.add_callbacks(slept, None, lambda failure: seen.append(failure.type))
    txa.cancel(slept)
    assert seen == [CancelledError]
    assert clock.calls == []


def test_batched_timer_follows_the_reactor(txa, clock):
    """Calls are on time on a new clock, which starts again at 0."""
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
    """A test may replace its methods."""
    timer = txa.make_batched_timer(1)
    timer.call_later = Mock()
    timer.call_later(1, print)
    timer.call_later.assert_called_once_with(1, print)


def test_empty_bucket_cancels_its_timer_at_once(txa, clock):
    """Tests look at the calls that are pending on their clock."""
    handle = txa.make_batched_timer(1).call_later(2, print)
    assert len(clock.calls) == 1
    handle.cancel()
    assert clock.calls == []


def test_global_reactor_is_the_default(txa, monkeypatch):
    """It is the reactor that is installed when a function needs one."""
    monkeypatch.setattr("twisted.internet.reactor", clock := Clock(), raising=False)
    txa.call_later(1, print)
    assert len(clock.calls) == 1


def test_reactor_does_not_need_a_clock(txa):
    """A reactor only needs the methods that are called."""

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
    """An application may install its reactor after the selection."""
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


def test_reactor_is_configured_once_it_is_used():
    """Programs take it from `config.loop`; a selection alone installs none."""
    out = python(
        "import sys, txaio; txaio.use_twisted(); txaio.create_future()\n"
        "assert txaio.config.loop is None\n"
        "assert 'twisted.internet.reactor' not in sys.modules\n"
        "txaio.call_later(0, lambda: txaio.config.loop.stop())\n"
        "from twisted.internet import reactor\n"
        "assert txaio.config.loop is reactor\n"
        "txaio.config.loop.run()\n"
        "print('stopped')\n"
    )
    assert out == "stopped\n"


def test_global_reactor_runs_earlier_calls():
    """Calls and coroutines that are started before the reactor run in it."""
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


def test_driver_of_the_reactor_that_is_current(txa):
    """Time and calls are those of the reactor that is configured when they are used."""
    driver, seen = txa.with_config().driver, []
    for moment in (10.0, 20.0):
        txa.config.loop = clock = Clock()
        clock.advance(moment)
        assert driver.now() == moment
        driver.call_at(driver.now() + 5, lambda moment=moment: seen.append(moment))
        clock.advance(4.9)
        assert moment not in seen
        clock.advance(0.2)
    assert seen == [10.0, 20.0]


def test_backend_in_the_place_of_a_reactor(txa):
    """`with_config` takes a backend, as one that it has made, and returns it."""
    backend = txa.with_config(Clock())
    assert txa.with_config(backend) is backend


def test_function_that_returns_another_awaitable(txa):
    """What is neither a Deferred nor a coroutine is awaited by a coroutine."""

    class Awaitable:
        def __await__(self):
            return (yield from succeed("value").__await__())

    seen = []
    txa.add_callbacks(txa.as_future(Awaitable), seen.append, seen.append)
    assert seen == ["value"]
