"""Timers, coroutines and sockets that a test leaves behind."""

from __future__ import annotations

import gc
import re

import pytest

from pytest_txaio import Backends, collecting_by_hand


ALL = Backends({}, "all").names
EACH = pytest.mark.parametrize("backend", ALL)

LATER = """
import functools
import pytest

def later():
    pass

async def work(txa):
    await txa.create_future()
"""


@EACH
def test_timer(failure_text, backend):
    """A pending timed call is named, with the seconds left."""
    text = f"""{LATER}
async def test_x(txaio):
    txaio.call_later(3600, later)
    txaio.call_later(1800, functools.partial(later), key=1)
    txaio.call_later(1, later).cancel()
"""
    said = failure_text(text, backends=backend)
    assert said.startswith("the test left behind")
    assert "a timer: later() in 1800 s" in said or "a timer: later() in 1799." in said
    assert "a timer: later() in 3600 s" in said or "a timer: later() in 3599." in said
    assert said.count("a timer:") == 2
    assert "mark the test: @pytest.mark.txaio(leftovers=False)" in said


@pytest.mark.parametrize(
    "backend", [it for it in ALL if it.endswith(("asyncio", "uvloop"))]
)
def test_native_call_of_no_delay(run_tests, backend):
    """It is none of the timers; uvloop calls it soon, and gives it no time."""
    text = """
import asyncio

HANDLES = []

async def test_x(txaio):
    HANDLES.append(asyncio.get_running_loop().call_later(0, str))
"""
    run_tests(text, backends=backend).assert_outcomes(passed=1)


@EACH
def test_batched_timer(failure_text, backend):
    """So is each call of a batched timer."""
    text = f"""{LATER}
async def test_x(txaio):
    timer = txaio.make_batched_timer(60)
    timer.call_later(3600, later)
    timer.call_later(3600, work, txaio)
"""
    said = failure_text(text, backends=backend)
    assert "a timer: later() in 36" in said
    assert "a timer: work() in 36" in said


@EACH
def test_coroutine(failure_text, backend):
    """A running coroutine is named, with the line at which it waits."""
    text = f"""{LATER}
async def outer(txa):
    await work(txa)

async def test_x(txaio):
    txaio.as_future(outer, txaio)
    await txaio.sleep(0)
"""
    said = failure_text(text, backends=backend)
    assert "a coroutine: outer waits at " in said
    assert ".py:8\n" in said
    assert said.count("a coroutine:") == 1


@EACH
def test_coroutine_in_a_primitive(failure_text, backend):
    """The line is the one that calls the primitive, if there is one."""
    text = """
def primitive():
    names = {"__name__": "txaio_primitives._queue"}
    exec("async def get(txa): await txa.create_future()", names)
    return names["get"]

async def outer(txa):
    await primitive()(txa)

async def test_x(txaio):
    txaio.as_future(outer, txaio)
    txaio.as_future(primitive(), txaio)
    await txaio.sleep(0)
"""
    said = failure_text(text, backends=backend)
    assert re.search(r"a coroutine: outer waits at .*\.py:7\n", said)
    assert "a coroutine: get waits at <string>:1\n" in said
    assert said.count("a coroutine:") == 2


def test_task_of_the_loop(failure_text):
    """A task without a coroutine of the user is counted."""
    text = """
import asyncio

async def test_x(txaio):
    task = asyncio.ensure_future(asyncio.Event().wait())
    await txaio.sleep(0)
    txaio.task = task
"""
    assert "1 more of the loop's tasks" in failure_text(text)


@pytest.mark.parametrize("backend", ["asyncio", "twisted-asyncioreactor"])
def test_reader(failure_text, backend):
    """A socket that the loop still watches is shown."""
    text = """
import asyncio, gc, socket, pytest

@pytest.fixture
def ends():
    near, far = socket.socketpair()
    yield near
    near.close()
    far.close()

async def test_x(txaio, ends):
    asyncio.get_running_loop().add_reader(ends, print)
"""
    if backend == "asyncio":
        said = failure_text(text, backends=backend)
        assert "watched by the loop: <socket.socket" in said


def test_selectable(failure_text):
    """So is a reader that a reactor still watches."""
    text = """
import gc, socket, pytest

class Reader:
    def __init__(self, near):
        self.near = near

    def fileno(self):
        return self.near.fileno()

    def logPrefix(self):
        return "reader"

    def doRead(self):
        pass

    def connectionLost(self, reason):
        pass

@pytest.fixture
def near():
    near, far = socket.socketpair()
    yield near
    near.close()
    far.close()

async def test_x(txaio, near):
    txaio.native.reactor.addReader(Reader(near))
"""
    said = failure_text(text, backends="twisted")
    assert "watched by the loop: <" in said
    assert "Reader object" in said


def test_what_was_there_before(run_tests):
    """Fixtures are torn down before the check, so they can clean up."""
    text = f"""{LATER}
@pytest.fixture
async def service(txaio):
    future = txaio.as_future(work, txaio)
    call = txaio.call_later(3600, later)
    yield
    call.cancel()
    txaio.cancel(future)
    with pytest.raises(txaio.CancelledError):
        await future

async def test_x(service):
    pass
"""
    run_tests(text, backends="all").assert_outcomes(passed=len(ALL))


def test_fixture_that_leaves_something(failure_text):
    """If a fixture does not clean up, its test fails."""
    text = f"""{LATER}
@pytest.fixture
async def service(txaio):
    txaio.call_later(3600, later)

async def test_x(service):
    pass
"""
    assert "a timer: later() in 36" in failure_text(text)


def test_sync_test(failure_text):
    """A run inside a sync test is checked, too."""
    text = f"""{LATER}
def test_x(txaio, txaio_run):
    txaio_run(lambda: txaio.call_later(3600, later) and None)
"""
    assert "a timer: later() in 36" in failure_text(text)


def test_opt_out(run_tests):
    """A mark disables the check; leftovers are cancelled nevertheless."""
    text = f"""{LATER}
events = []

async def stubborn(txa):
    try:
        await txa.create_future()
    finally:
        events.append("cancelled")

@pytest.mark.txaio(leftovers=False)
async def test_x(txaio):
    txaio.call_later(3600, later)
    txaio.as_future(stubborn, txaio)
    await txaio.sleep(0.01)

def test_y():
    assert events == ["cancelled"] * {len(ALL)}
"""
    run_tests(text, backends="all").assert_outcomes(passed=len(ALL) + 1)


def test_test_that_fails(failure_text):
    """A test that fails is not checked."""
    text = f"""{LATER}
async def test_x(txaio):
    txaio.call_later(3600, later)
    assert False
"""
    assert "left behind" not in failure_text(text)


@pytest.mark.parametrize("enabled", [True, False])
def test_collector_is_left_as_it_was(enabled):
    """If the collector was disabled, it stays disabled."""
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with collecting_by_hand():
            pass
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_referrers_are_seen_after_a_test():
    """Code between tests can look for the referrers of an object that was there."""
    owner = [object()]
    with collecting_by_hand():
        pass
    assert any(each is owner for each in gc.get_referrers(owner[0]))


def test_garbage_is_not_left_behind(run_tests):
    """A coroutine that nothing can resume is garbage, not a leftover."""
    text = f"""{LATER}
async def forget(txa):
    gone = txa.create_future()
    gone.mine = gone
    await gone

async def test_x(txaio):
    coroutine = work(txaio)
    coroutine.send(None)
    del coroutine
    await txaio.sleep(0)
"""
    run_tests(text, backends="twisted").assert_outcomes(passed=1)


def test_host_without_inspection(run_tests, pytester):
    """Coroutines are found even if the host has only `run`."""
    pytester.makeconftest("""
import pytest_txaio
import txaio_asyncio

class MyHost(pytest_txaio.Host):
    def run(self, main, *args, debug=None):
        return txaio_asyncio.run(main, *args)

def pytest_txaio_hosts():
    return {"mine": MyHost}
""")
    text = f"""{LATER}
async def test_x(txaio):
    txaio.as_future(work, txaio)
    txaio.call_later(3600, later)
    await txaio.sleep(0)
"""
    result = run_tests(text, backends="mine")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*a coroutine: work waits at *"])
