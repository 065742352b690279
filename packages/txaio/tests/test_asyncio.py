"""The functions on asyncio: which loop they use, and which futures they take."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from unittest.mock import Mock, call

import pytest


@pytest.fixture
def txa(txaio):
    """Select asyncio."""
    txaio.use_asyncio()
    return txaio


def test_future_is_native(txa, loop):
    """Programs use the methods of asyncio's own futures."""
    future = txa.create_future()
    assert type(future) is type(loop.create_future())
    seen = []
    future.add_done_callback(seen.append)
    future.set_result(1)
    assert future.done()
    assert loop.run_until_complete(future) == 1
    assert seen == [future]


def test_future_of_asyncio_is_accepted(txa, loop):
    """Every function accepts futures that asyncio has created."""
    future, seen = loop.create_future(), []
    assert txa.is_future(future)
    assert not txa.is_called(future)
    assert txa.add_callbacks(future, seen.append, None) is future
    assert txa.as_future(lambda: future) is future
    txa.resolve(future, 1)
    assert loop.run_until_complete(txa.gather([future])) == [1]
    assert seen == [1]


def test_future_created_before_the_loop_runs(txa, loop):
    """A program may create futures and timers before it runs its loop."""
    future, seen = txa.create_future(), []
    txa.add_callbacks(future, seen.append, None)
    txa.call_later(0, txa.resolve, future, "value")

    async def work():
        await asyncio.sleep(0)
        return "worked"

    working = txa.as_future(work)
    assert loop.run_until_complete(txa.gather([future, working])) == ["value", "worked"]
    assert seen == ["value"]


def test_running_loop_is_used(txa):
    """If one loop runs after another, the running one is used."""

    async def main():
        await txa.sleep(0)
        return txa.create_future().get_loop() is asyncio.get_running_loop()

    assert asyncio.run(main())
    assert asyncio.run(main())


def test_loop_is_created_if_none_is_set(txa, no_loop):
    """In the main thread a loop is created and set if there is none."""
    future = txa.create_future()
    no_loop.append(future.get_loop())
    assert asyncio.get_event_loop() is future.get_loop()
    txa.call_later(0, future.set_result, 1)
    assert future.get_loop().run_until_complete(future) == 1


def test_loop_is_created_without_a_warning():
    """No warning is shown, even after a call in another thread has failed."""
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "import threading, txaio; txaio.use_asyncio()\n"
        "threading.excepthook = lambda args: print(args.exc_type.__name__)\n"
        "thread = threading.Thread(target=txaio.create_future)\n"
        "thread.start(); thread.join()\n"
        "txaio.create_future(); txaio.create_future().get_loop().close()\n"
    )
    command = [sys.executable, "-W", "always", "-c", code]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("RuntimeError\n", "")


def test_set_loop_is_looked_up_quickly(txa, loop, monkeypatch):
    """Catching warnings is slow, and so it is done for the first call only."""
    assert txa.create_future().get_loop() is loop
    with monkeypatch.context() as patched:
        patched.delattr("warnings.catch_warnings")
        assert txa.create_future().get_loop() is loop


def test_loop_is_created_if_the_last_one_is_closed(txa, no_loop):
    """A closed loop counts as none."""
    closed = asyncio.new_event_loop()
    closed.close()
    asyncio.set_event_loop(closed)
    no_loop.append(txa.create_future().get_loop())
    assert not no_loop[0].is_closed()


def in_thread(fn):
    """Return what *fn* returns or raises in a new thread."""
    outcome = []

    def run():
        try:
            outcome.append(fn())
        except RuntimeError as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(5)
    return outcome[0]


@pytest.mark.parametrize("name", ["call_later", "create_future", "sleep"])
def test_thread_without_a_loop_raises_an_error(txa, name):
    """It names the fix: a loop that never runs would call nothing."""
    arguments = {"call_later": (0, print), "create_future": (), "sleep": (0,)}[name]
    error = in_thread(lambda: getattr(txa, name)(*arguments))
    assert isinstance(error, RuntimeError)
    assert "call_soon_threadsafe" in str(error)
    assert "txaio.config.loop" in str(error)


def test_thread_uses_the_loop_that_is_set_there(txa):
    """Each thread may have its own loop."""

    def run():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        future = txa.create_future()
        txa.call_later(0, txa.resolve, future, threading.get_ident())
        try:
            return loop.run_until_complete(future)
        finally:
            loop.close()

    assert in_thread(run) not in {threading.get_ident(), None}


def test_configured_loop_is_used(txa, loop):
    """`config.loop` takes precedence over the running loop, and can be reset."""
    other = asyncio.new_event_loop()
    assert txa.config.loop is None
    txa.config.loop = other
    assert txa.config.loop is other
    assert txa.create_future().get_loop() is other
    future = txa.sleep(0)
    assert other.run_until_complete(future) is None
    txa.config.loop = None
    assert txa.create_future().get_loop() is loop
    other.close()


def test_loop_configured_before_the_selection(txaio):
    """`config.loop` may be set before the selection, and may be a mock."""
    txaio.config.loop = mock = Mock()
    txaio.use_asyncio()
    assert txaio.create_future() is mock.create_future.return_value
    assert mock.mock_calls == [call.create_future()]


def test_method_of_the_loop_is_looked_up_at_the_call(txa):
    """A method that a test replaces on the loop is the one that is called."""
    txa.config.loop = mock = Mock()
    txa.call_later(1, print, "x")
    assert [made[0] for made in mock.mock_calls] == ["call_later"]
    mock.call_later = later = Mock()
    txa.call_later(2, print, "x")
    delay, fn = later.call_args.args
    assert delay == 2
    assert callable(fn)


def test_result_is_set_on_the_loops_future(txa):
    """One call creates the future, and another sets its result."""
    txa.config.loop = mock = Mock()
    txa.create_future(result=1)
    assert mock.mock_calls == [call.create_future(), call.create_future().set_result(1)]


def test_batched_timer_follows_the_loop(txa):
    """A batched timer that exists before the loop works on one loop after another."""
    timer = txa.make_batched_timer(0.01)
    assert isinstance(timer, txa.IBatchedTimer)

    async def main():
        future = txa.create_future()
        timer.call_later(0, future.set_result, asyncio.get_running_loop())
        timer.call_later(0, print, end="")
        return await future is asyncio.get_running_loop()

    assert asyncio.run(main())
    assert asyncio.run(main())


@pytest.mark.parametrize(
    ("arguments", "error"),
    [((0,), ValueError), ((float("nan"),), ValueError), ((1, 1.5), TypeError)],
)
def test_batched_timer_checks_its_arguments_at_once(txa, arguments, error):
    """Bad arguments raise an error before there is a loop."""
    with pytest.raises(error):
        txa.make_batched_timer(*arguments)


def test_time_is_the_loops(txa, loop):
    """`time` of the backend is the clock of the loop."""
    assert abs(txa.with_config().time() - loop.time()) < 1


def test_call_from_a_thread(txa, loop):
    """`call_from_thread`, a method of the backend, uses the current loop."""
    future = txa.create_future()
    txa.config.loop = loop
    in_thread(lambda: txa.with_config().call_from_thread(txa.resolve, future, 1))
    assert loop.run_until_complete(future) == 1


def test_timeout_uses_the_current_loop(txa, loop):
    """Methods that are built on timers use the current loop, too."""
    timed = txa.with_config().timeout(txa.create_future(), 0)
    with pytest.raises(TimeoutError):
        loop.run_until_complete(timed)


def test_error_in_a_callback_is_reported(txa, loop):
    """The loop's exception handler gets it, and no errback."""
    reported, failed = [], []
    loop.set_exception_handler(lambda _loop, context: reported.append(context))
    future = txa.create_future_success(0)
    txa.add_callbacks(future, lambda value: 1 / value, failed.append)
    loop.run_until_complete(txa.sleep(0))
    assert [type(context["exception"]) for context in reported] == [ZeroDivisionError]
    assert failed == []


def test_coroutine_that_cancels_itself(txa, loop):
    """X4: Its future has a value if it returns before its next await."""

    async def work():
        txa.cancel(asyncio.current_task())
        return "value"

    assert loop.run_until_complete(txa.as_future(work)) == "value"
