"""`txaio_settle`: everything runs that can, and time stands still."""

from __future__ import annotations

import asyncio
import inspect
import sys
from pathlib import Path

import pytest

from pytest_txaio import Backends
from pytest_txaio._turns import Calls


ALL = Backends({}, "all").names
EACH = pytest.mark.parametrize("backend", ALL)

HERE = Path(__file__).parent
HOSTS = """
from heap_host import HeapHost
from pytest_txaio import Host


class UncountedHost(HeapHost):
    turns = Host.turns


def pytest_txaio_hosts():
    return {"heap": HeapHost, "uncounted": UncountedHost}
"""


@pytest.fixture
def run_on_all(pytester, run_tests):
    """Runs tests on every backend, and on two hosts that are not of this project."""
    pytester.syspathinsert(HERE)
    pytester.makeconftest(HOSTS)

    def run(text, *args, but=""):
        names = [name for name in [*ALL, "heap", "uncounted"] if name != but]
        return run_tests(text, *args, backends=",".join(names))

    return run


CHAINS = {
    "coroutines": """
    async def chain(left):
        if left:
            await txaio.as_future(chain, left - 1)
        await txaio.sleep(0)
        done.append(left)

    txaio.as_future(chain, 20)
""",
    "calls": """
    def chain(left):
        done.append(left)
        if left:
            txaio.call_later(0, chain, left - 1)

    chain(20)
""",
    "calls from threads": """
    def chain(left):
        done.append(left)
        if left:
            txaio.call_from_thread(chain, left - 1)

    chain(20)
""",
    "callbacks": """
    def chain(left):
        done.append(left)
        if left:
            future = txaio.create_future()
            txaio.add_callbacks(future, chain, None)
            txaio.resolve(future, left - 1)

    chain(20)
""",
}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_what_is_due_runs(run_on_all, chain):
    """Whatever makes the next, all of it has run; time stands still."""
    text = f"""
async def test_x(txaio, txaio_settle, txaio_clock, txaio_host):
    done = []
{chain}
    begun = txaio_clock.time()
    await txaio_settle()
    assert sorted(done) == list(range(21))
    assert txaio_host.virtual is None or txaio_clock.time() == begun
"""
    run_on_all(text).assert_outcomes(passed=len(ALL) + 2)


def test_chains_of_every_length(run_on_all):
    """However many turns something takes, it has ended."""
    text = """
import pytest

@pytest.mark.parametrize("clock", ["virtual", "real"])
async def test_x(txaio, txaio_settle, txaio_host, clock):
    async def count(turns):
        for _ in range(turns):
            await txaio.sleep(0)

    for turns in range(30):
        future = txaio.as_future(count, turns)
        await txaio_settle()
        assert txaio.is_called(future), turns
"""
    run_on_all(text).assert_outcomes(passed=2 * len(ALL) + 4)


def test_timers_that_are_due(run_tests):
    """Calls that became due are made; those of a moment later are not."""
    text = """
import pytest

@pytest.mark.txaio(clock="virtual")
async def test_x(txaio, txaio_settle, txaio_clock):
    done = []
    txaio.call_later(10, done.append, 10)
    later = txaio.call_later(60.001, done.append, 60.001)
    sleeping = txaio.sleep(60)
    txaio.add_callbacks(sleeping, lambda _: done.append(60), None)
    txaio_clock.advance(60)
    await txaio_settle()
    assert done == [10, 60]
    later.cancel()
"""
    virtual = [name for name in ALL if not name.endswith("uvloop")]
    run_tests(text, backends=",".join(ALL)).assert_outcomes(passed=len(virtual))


def test_real_time(run_tests):
    """In real time neither timers nor threads are waited for."""
    text = """
import threading
import time

import pytest

@pytest.mark.txaio(clock="real", timeout=60)
async def test_x(txaio, txaio_settle):
    done, go_on = [], threading.Event()
    later = txaio.call_later(600, done.append, "later")
    thread = txaio.run_in_thread(go_on.wait, 600)
    txaio.call_later(0, done.append, "now")
    begun = time.monotonic()
    try:
        await txaio_settle()
        assert time.monotonic() - begun < 30
        assert done == ["now"] and not txaio.is_called(thread)
    finally:
        go_on.set()
        later.cancel()
    assert await thread
"""
    run_tests(text, backends=",".join(ALL)).assert_outcomes(passed=len(ALL))


NATIVE = {
    "asyncio": """
    import asyncio

    loop = asyncio.get_running_loop()
    loop.call_later(0, loop.call_later, 0, loop.call_soon, done.append, 1)
    task = loop.create_task(asyncio.sleep(0, result=2))
    task.add_done_callback(lambda task: done.append(task.result()))
""",
    "twisted": """
    from twisted.internet.task import deferLater

    reactor = txaio_host.reactors[-1]
    reactor.callLater(0, reactor.callLater, 0, done.append, 1)
    deferLater(reactor, 0, reactor.callFromThread, done.append, 2)
""",
    "trio": """
    import trio

    async def count(times):
        for _ in range(times):
            await trio.sleep(0)
        done.append(times)

    for times in (1, 2):
        trio.lowlevel.spawn_system_task(count, times)
""",
}


@pytest.mark.parametrize(
    ("backend", "native"),
    [
        *((name, "asyncio") for name in ALL if name in ("asyncio", "uvloop")),
        ("anyio-asyncio", "asyncio"),
        ("twisted", "twisted"),
        ("twisted-asyncioreactor", "twisted"),
        ("anyio-trio", "trio"),
    ],
)
def test_native_calls(run_tests, backend, native):
    """Calls and tasks of the framework itself run, too."""
    text = f"""
import pytest

@pytest.mark.parametrize("attempt", range(10))
async def test_x(txaio, txaio_settle, txaio_host, attempt):
    done = []
{NATIVE[native]}
    await txaio_settle()
    assert sorted(done) == [1, 2]
"""
    run_tests(text, backends=backend).assert_outcomes(passed=10)


def test_asyncio_beneath_a_reactor(run_tests):
    """An asyncioreactor makes the calls of its asyncio loop, too."""
    text = """
async def test_x(txaio, txaio_settle, txaio_host):
    done, loop = [], txaio_host.reactors[-1].loop

    def again(left):
        if left:
            loop.call_soon(again, left - 1)
        else:
            done.append("called")

    again(20)
    await txaio_settle()
    assert done == ["called"]
"""
    run_tests(text, backends="twisted-asyncioreactor").assert_outcomes(passed=1)


@EACH
def test_endless_coroutine(failure_text, backend):
    """A coroutine that never waits is named; the one that waits for it is not."""
    text = """
async def spin(txaio):
    while True:
        await txaio.sleep(0)

async def test_x(txaio, txaio_settle):
    txaio.as_future(spin, txaio)
    await txaio_settle(max_turns=300)
"""
    said = failure_text(text, backends=backend)
    error = said[said.index("RuntimeError: ") :]
    assert "txaio_settle: after 300 turns the loop still runs\n" in error
    named = [line for line in error.splitlines() if " at /" in line]
    assert len(named) == 1, said
    assert "spin at " in named[0]
    assert ".py:3" in named[0]
    assert "_turns.py" not in said


@EACH
def test_endless_calls(failure_text, backend):
    """So is a function that is called over and over again."""
    text = """
class Ticker:
    def __init__(self, txaio):
        self.txaio = txaio

    def tick(self):
        self.txaio.call_later(0, self.tick)

async def test_x(txaio, txaio_settle):
    Ticker(txaio).tick()
    await txaio_settle(max_turns=300)
"""
    said = failure_text(text, backends=backend)
    assert "  Ticker.tick at " in said
    assert "test_x at" not in said


def test_endless_calls_of_a_framework(failure_text):
    """If only functions of a framework run, these are named."""
    text = """
from twisted.internet.task import LoopingCall

async def test_x(txaio, txaio_settle, txaio_host):
    repeated = LoopingCall(int)
    repeated.clock = txaio_host.reactors[-1]
    repeated.start(0)
    await txaio_settle(max_turns=300)
"""
    said = failure_text(text, backends="twisted")
    assert "  LoopingCall.__call__ at " in said


def test_default_bound(run_on_all):
    """What is endless is noticed well before the test counts as hung."""
    text = """
import pytest

async def test_x(txaio, txaio_settle):
    async def spin():
        while not stop:
            await txaio.sleep(0)

    stop = []
    spinning = txaio.as_future(spin)
    with pytest.raises(RuntimeError, match="after 10000 turns"):
        await txaio_settle()
    stop.append(True)
    await txaio_settle()
    assert txaio.is_called(spinning)
"""
    run_on_all(text, but="uncounted").assert_outcomes(passed=len(ALL) + 1)


def test_settling_at_the_same_time(run_on_all):
    """Several coroutines may settle, and none of them counts as something that runs."""
    text = """
async def test_x(txaio, txaio_settle, txaio_clock, txaio_host):
    done = []

    async def settle(turns):
        for _ in range(turns):
            await txaio.sleep(0)
        await txaio_settle()
        done.append(turns)

    begun = txaio_clock.time()
    settling = [txaio.as_future(settle, turns) for turns in (0, 2, 7)]
    await txaio_settle()
    await txaio.gather(settling, consume_exceptions=False)
    await txaio_settle()
    assert sorted(done) == [0, 2, 7]
    assert txaio_host.virtual is None or txaio_clock.time() == begun
"""
    run_on_all(text).assert_outcomes(passed=len(ALL) + 2)


@pytest.mark.parametrize("seed", range(12))
def test_settling_at_the_same_time_in_any_order(run_tests, seed):
    """On Trio, each turn is in another order, and one that settles is not the other."""
    text = """
async def test_x(txaio, txaio_settle):
    steps = []

    async def run():
        for step in range(20):
            await txaio.sleep(0)
            steps.append(step)

    other = txaio.as_future(txaio_settle)
    txaio.as_future(run)
    await txaio_settle()
    assert len(steps) == 20
    await other
"""
    result = run_tests(text, f"--txaio-seed={seed}", backends="anyio-trio")
    result.assert_outcomes(passed=1)


def test_in_sync_tests_and_fixtures(run_tests):
    """It works wherever the loop is running."""
    text = """
import pytest

@pytest.fixture
async def settled(txaio, txaio_settle):
    await txaio_settle()
    yield
    await txaio_settle()

async def test_x(settled):
    pass

def test_y(txaio, txaio_run, txaio_settle):
    for _ in range(2):
        txaio_run(txaio_settle)
    with pytest.raises(RuntimeError, match="the loop of this test is not running"):
        txaio_settle().send(None)
"""
    run_tests(text, backends="asyncio,twisted,anyio-trio").assert_outcomes(passed=6)


@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-trio"])
def test_cancelled_while_it_settles(run_tests, backend):
    """It can be cancelled, and leaves nothing behind."""
    text = """
import pytest

async def test_x(txaio, txaio_settle):
    async def spin():
        while True:
            await txaio.sleep(0)

    spinning, settling = txaio.as_future(spin), txaio.as_future(txaio_settle)
    for _ in range(5):
        await txaio.sleep(0)
    for future in (settling, spinning):
        txaio.cancel(future)
    await txaio_settle()
    assert txaio.is_called(settling) and txaio.is_called(spinning)
"""
    run_tests(text, backends=backend).assert_outcomes(passed=1)


@pytest.mark.parametrize("turns", [0, -1])
def test_invalid_bound(failure_text, turns):
    """The bound is at least one turn."""
    text = f"""
async def test_x(txaio, txaio_settle):
    await txaio_settle({turns})
"""
    expected = f"ValueError: max_turns must be at least 1, not {turns}"
    assert expected in failure_text(text)


def test_small_bound_on_a_host_that_does_not_count(run_on_all):
    """The bound is never an error where it is not known whether something runs."""
    text = """
async def test_x(txaio, txaio_settle):
    await txaio_settle(max_turns=5)
"""
    result = run_on_all(text, "-k", "uncounted")
    result.assert_outcomes(passed=1, deselected=len(ALL) + 1)


@pytest.mark.parametrize(
    ("backend", "instruments"),
    [
        ("uvloop", "vars(asyncio.get_running_loop()).keys() - {'call_later'}"),
        (
            "anyio-trio",
            "trio._core._run.GLOBAL_RUN_CONTEXT.runner.instruments['_all']",
        ),
    ],
    ids=["uvloop", "anyio-trio"],
)
def test_the_loop_is_watched_only_meanwhile(run_tests, backend, instruments):
    """What counts the calls of a loop does so only as long as something settles."""
    text = f"""
import asyncio
import trio

async def test_x(txaio, txaio_settle):
    found = []

    def look():
        found.append(len({instruments}))

    look()
    settling = [txaio.as_future(txaio_settle) for _ in range(2)]
    txaio.call_later(0, txaio.call_later, 0, look)
    await txaio.gather(settling)
    look()
    assert found == [0, 2, 0]
"""
    if backend in ALL:
        run_tests(text, backends=backend).assert_outcomes(passed=1)


def test_calls():
    """What a profile function is given is recorded; coverage does not see this."""
    frame = inspect.currentframe()
    calls = Calls("txaio_asyncio", set())
    calls.record(frame, "return", None)
    Calls("", {frame}).record(frame, "call", None)
    assert not calls.users
    calls.record(frame, "call", None)
    (name,) = calls.users
    assert name.startswith("test_calls at ")
    assert not calls.others

    def record(inner, event, _arg):
        calls.record(inner, event, None)

    before = sys.getprofile()
    sys.setprofile(record)
    try:
        asyncio.iscoroutine(None)
    finally:
        sys.setprofile(before)
    assert any("iscoroutine" in name for name in calls.others)
