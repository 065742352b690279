"""`txaio_cancel_at_each_await`: a test runs once for each point of cancellation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_txaio import Backends


ALL = Backends({}, "all").names
EACH = pytest.mark.parametrize("backend", ALL)
VIRTUAL = [name for name in ALL if not name.endswith("uvloop")]

HERE = Path(__file__).parent
HOSTS = """
from heap_host import HeapHost
from pytest_txaio import Host


class PlainHost(HeapHost):
    turns = Host.turns


def pytest_txaio_hosts():
    return {"heap": HeapHost, "plain": PlainHost}
"""

BEGUN = "as soon as it waited"
WAITING = "while it waited"
BEGINS = ("twisted", "twisted-asyncioreactor", "anyio-trio", "heap", "plain")
"""The backends on which a coroutine can be cancelled as soon as it waits."""

SETTLED = "after what it awaited had been settled, before it went on"


@pytest.fixture
def points(pytester, run_tests):
    """Runs a test that prints where it was cancelled, and returns the points."""
    pytester.syspathinsert(HERE)
    pytester.makeconftest(HOSTS)

    def run(text, *args, backend, passed=1):
        names = run_tests(text, "-s", *args, backends=backend)
        names.assert_outcomes(passed=passed)
        return re.findall(
            r"cancelled at point (\d+), ([^:]+):\n  (.*?)$",
            names.stdout.str(),
            re.MULTILINE,
        )

    return run


SHOW = """
import pytest

@pytest.fixture
def show(txaio_cancel_at_each_await):
    def show():
        print(f"\\n{txaio_cancel_at_each_await.description}")

    return show
"""

AWAITS = f"""{SHOW}
async def wait(txaio):
    await txaio.sleep(0)
    await txaio.sleep(0.01)
    await txaio.sleep(0.02)

async def test_x(txaio, txaio_cancel_at_each_await, show):
    await txaio.gather([txaio_cancel_at_each_await(wait, txaio)])
    show()
"""


def line_of(code, text):
    """Return the number of the line *code*, as text, in the module with *text*."""
    return str([line.strip() for line in text.strip().splitlines()].index(code) + 1)


@pytest.mark.parametrize("backend", [*ALL, "heap", "plain"])
def test_each_await(points, backend):
    """It is cancelled at each await, in each way; the points are numbered."""
    found = points(AWAITS, backend=backend)
    assert [int(number) for number, _, _ in found] == list(range(len(found)))
    assert all(where.startswith("wait at /") for _, _, where in found)
    places = [(when, where.rpartition(":")[2]) for _, when, where in found]
    once = [place for place in places if place[0] != WAITING]
    assert len(once) == len(set(once))
    lines = [
        line_of(f"await txaio.sleep({delay})", AWAITS) for delay in (0, 0.01, 0.02)
    ]
    kinds = (BEGUN, WAITING, SETTLED) if backend in BEGINS else (WAITING, SETTLED)
    expected = {(when, line) for when in kinds for line in lines}
    if backend == "anyio-trio":
        # The order of the tasks decides whether a turn finds it waiting.
        places.append((WAITING, lines[0]))
    assert set(places) == expected


POOL = """
class Pool:
    def __init__(self, txaio, connections):
        self.txaio = txaio
        self.free = list(connections)
        self.waiting = []

    async def acquire(self):
        if self.free:
            return self.free.pop()
        future = self.txaio.create_future()
        self.waiting.append(future)
        return await future

    def release(self, connection):
        while self.waiting:
            future = self.waiting.pop(0)
            if not self.txaio.is_called(future):
                self.txaio.resolve(future, connection)
                return
        self.free.append(connection)

    async def acquire_safely(self):
        if self.free:
            return self.free.pop()
        future = self.txaio.create_future()
        self.waiting.append(future)
        try:
            return await future
        except self.txaio.CancelledError:
            try:
                self.release(self.txaio.result(future))
            except self.txaio.CancelledError:
                pass
            raise
"""

USE = """
async def test_x(txaio, txaio_cancel_at_each_await, txaio_settle):
    pool = Pool(txaio, ["one"])
    held = await pool.acquire()
    acquiring = txaio_cancel_at_each_await({acquire})
    await txaio_settle()
    {release}
    try:
        pool.release(await acquiring)
    except txaio.CancelledError:
        pass
    await txaio.sleep(0.02)
    assert pool.free == ["one"]
"""


RELEASE = "pool.release(held)"
LATER = "txaio.call_later(0.01, pool.release, held)"


@pytest.mark.parametrize("release", [RELEASE, LATER], ids=["now", "later"])
@pytest.mark.parametrize("backend", [*ALL, "heap", "plain"])
def test_lost_value(pytester, failure_text, backend, release):
    """What was settled and not taken is found, and the failure says where."""
    pytester.syspathinsert(HERE)
    pytester.makeconftest(HOSTS)
    text = POOL + USE.format(acquire="pool.acquire", release=release)
    said = failure_text(text, backends=backend)
    assert "assert [] == ['one']" in said
    line = line_of("return await future", POOL)
    place = rf"at point \d+, {SETTLED}:\n  Pool.acquire at /\S+py:{line}$"
    assert re.search(place, said, re.MULTILINE), said
    assert said.count("cancelled at point ") == 1


@pytest.mark.parametrize("backend", [*ALL, "heap", "plain"])
def test_nothing_is_lost(pytester, run_tests, backend):
    """A coroutine that handles its cancellation at each point passes."""
    pytester.syspathinsert(HERE)
    pytester.makeconftest(HOSTS)
    text = POOL + USE.format(acquire="pool.acquire_safely", release=RELEASE)
    run_tests(text, backends=backend).assert_outcomes(passed=1)


@EACH
def test_lost_value_of_a_timeout(failure_text, backend):
    """A timeout takes the value; its awaiter is cancelled before it does the same."""
    text = f"""{POOL}
async def acquire(pool):
    return await pool.txaio.timeout(pool.acquire_safely(), 5)

{USE.format(acquire="acquire, pool", release=RELEASE)}
"""
    said = failure_text(text, backends=backend)
    assert "assert [] == ['one']" in said
    assert "\n  acquire at /" in said


STEPS = f"""{SHOW}
async def steps(txaio, begin):
    await begin
    for _ in range(5):
        await txaio.sleep(0)

async def outer(txaio, inner):
    await txaio.shield(inner)
"""


@pytest.mark.parametrize("backend", VIRTUAL)
def test_turns_after_time_has_moved(points, backend):
    """Each turn counts in which something else runs, also after the loop was idle."""
    text = f"""{STEPS}
async def test_x(txaio, txaio_cancel_at_each_await, txaio_clock, show):
    begun = txaio_clock.time()
    inner = txaio.as_future(steps, txaio, txaio.sleep(60))
    future = txaio_cancel_at_each_await(outer, txaio, inner)
    await txaio.gather([future])
    if txaio_clock.time() > begun:
        show()
    await inner
"""
    found = points(text, backend=backend)
    assert len([when for _, when, _ in found if when == WAITING]) >= 4


@pytest.mark.parametrize("backend", VIRTUAL)
def test_turns_after_an_advance(points, backend):
    """The same after a test has moved the time."""
    text = f"""{STEPS}
async def test_x(
    txaio, txaio_cancel_at_each_await, txaio_clock, txaio_settle, show
):
    inner = txaio.as_future(steps, txaio, txaio.sleep(60))
    future = txaio_cancel_at_each_await(outer, txaio, inner)
    await txaio_settle()
    is_late = txaio_cancel_at_each_await.description is None
    txaio.call_later(0, txaio_clock.advance, 60)
    await txaio.gather([future])
    if is_late:
        show()
    await inner
"""
    found = points(text, backend=backend)
    assert len([when for _, when, _ in found if when == WAITING]) >= 4


@pytest.mark.parametrize("backend", [*ALL, "heap"])
def test_turns_after_settling(points, backend):
    """The same after a test has waited until the loop was idle, on every loop."""
    text = f"""{STEPS}
async def test_x(txaio, txaio_cancel_at_each_await, txaio_settle, show):
    begin = txaio.create_future()
    inner = txaio.as_future(steps, txaio, begin)
    future = txaio_cancel_at_each_await(outer, txaio, inner)
    await txaio_settle()
    is_late = txaio_cancel_at_each_await.description is None
    txaio.resolve(begin)
    await txaio_settle()
    if is_late:
        show()
    await inner
    await txaio.gather([future])
"""
    found = points(text, backend=backend)
    assert len([when for _, when, _ in found if when == WAITING]) >= 4


@EACH
def test_new_wait_between_idle_turns(points, backend):
    """Each wait has a turn, even if nothing else happens around its beginning."""
    text = f"""{SHOW}
async def wait(futures):
    await futures[0]
    await futures[1]

async def test_x(txaio, txaio_cancel_at_each_await, txaio_settle, show):
    futures = [txaio.create_future() for _ in range(2)]
    future = txaio_cancel_at_each_await(wait, futures)
    for each in futures:
        await txaio_settle()
        txaio.resolve(each)
    await txaio.gather([future])
    show()
"""
    found = points(text, backend=backend)
    line = line_of("await futures[1]", text)
    assert (WAITING, line) in {
        (when, where.rpartition(":")[2]) for _, when, where in found
    }


@EACH
def test_idle_turns_are_no_points(points, backend):
    """However long it waits, turns in which nothing happens count once."""
    text = f"""{SHOW}
async def wait(txaio):
    await txaio.sleep(0.1)

async def test_x(txaio, txaio_cancel_at_each_await, txaio_settle, show):
    future = txaio_cancel_at_each_await(wait, txaio)
    for _ in range(3):
        await txaio_settle()
    await txaio.gather([future])
    show()
"""
    assert len(points(text, backend=backend)) <= 8


NATIVE = {
    "asyncio": ("import asyncio", "asyncio.sleep(0.01)"),
    "twisted": (
        "from twisted.internet import task",
        "task.deferLater(txaio.native.reactor, 0.01)",
    ),
    "trio": ("import trio", "trio.sleep(0.01)"),
    "anyio": ("import anyio", "anyio.sleep(0.01)"),
}


@pytest.mark.parametrize(
    ("backend", "native"),
    [
        *((name, "asyncio") for name in ALL if name in ("asyncio", "uvloop")),
        ("twisted", "twisted"),
        ("twisted-asyncioreactor", "twisted"),
        ("anyio-asyncio", "anyio"),
        ("anyio-trio", "anyio"),
        ("anyio-trio", "trio"),
    ],
)
def test_native_awaits(points, backend, native):
    """It is cancelled at awaits of the framework's own functions, too."""
    header, call = NATIVE[native]
    text = f"""{SHOW}
{header}

async def wait(txaio):
    await {call}

async def test_x(txaio, txaio_cancel_at_each_await, show):
    await txaio.gather([txaio_cancel_at_each_await(wait, txaio)])
    show()
"""
    found = points(text, backend=backend)
    assert {when for _, when, where in found if "wait at /" in where} == {
        WAITING,
        SETTLED,
        *([BEGUN] if backend in BEGINS else []),
    }


def test_trio_is_not_watched_any_more(run_tests):
    """What watches for the end of an await ends with it."""
    text = """
import trio

async def count(txaio):
    for _ in range(10):
        await txaio.sleep(0)

async def test_x(txaio, txaio_cancel_at_each_await, txaio_settle):
    await txaio.gather([txaio_cancel_at_each_await(count, txaio)])
    await txaio_settle()
    assert not trio._core._run.GLOBAL_RUN_CONTEXT.runner.instruments["_all"]
"""
    run_tests(text, backends="anyio-trio").assert_outcomes(passed=1)


@pytest.mark.parametrize("backend", ["twisted", "twisted-asyncioreactor"])
@pytest.mark.parametrize("fails", [True, False])
def test_native_deferred_keeps_its_result(run_tests, backend, fails):
    """What a native Deferred gives is not changed by the plugin."""
    text = f"""
import pytest
from twisted.internet.defer import Deferred

async def wait(deferred):
    return await deferred

async def test_x(txaio, txaio_cancel_at_each_await):
    deferred = Deferred()
    future = txaio_cancel_at_each_await(wait, deferred)
    if {fails}:
        txaio.call_later(1, deferred.errback, ValueError("x"))
    else:
        txaio.call_later(1, deferred.callback, "x")
    [outcome] = await txaio.gather([future])
    await txaio.sleep(2)
    if txaio_cancel_at_each_await.description is None:
        assert str(getattr(outcome, "value", outcome)) == "x"
    if {fails} and deferred.called:
        deferred.addErrback(lambda _: None)
"""
    run_tests(text, backends=backend).assert_outcomes(passed=1)


@EACH
def test_awaits_inside_each_other(points, backend):
    """The failure names each coroutine of the user that waits."""
    text = f"""{SHOW}
async def inner(txaio):
    await txaio.sleep(0.01)

class Outer:
    async def wait(self, txaio):
        await inner(txaio)

async def test_x(txaio, txaio_cancel_at_each_await, show):
    await txaio.gather([txaio_cancel_at_each_await(Outer().wait, txaio=txaio)])
    show()
"""
    found = points(text, backend=backend)
    assert found
    assert found[0][2].startswith("Outer.wait at /")


def test_coroutine_of_a_framework(failure_text):
    """If no coroutine is the user's, the one that was given is named."""
    text = """
import asyncio

async def test_x(txaio, txaio_cancel_at_each_await):
    await txaio.gather([txaio_cancel_at_each_await(asyncio.sleep, 1)])
    assert 0
"""
    said = failure_text(text)
    assert re.search(
        r"at point 0, .*\n  sleep at /\S+asyncio/tasks.py:\d+$", said, re.MULTILINE
    )


@EACH
def test_deferred_cancellation(run_tests, backend):
    """Inside `uncancelled` nothing is raised; the test goes on all the same."""
    text = """
cancelled = []

async def whole(txaio, done):
    await txaio.uncancelled(txaio.sleep, 0.01)
    done.append("slept")
    await txaio.sleep(0.01)
    done.append("ended")

async def test_x(txaio, txaio_cancel_at_each_await):
    done = []
    await txaio.gather([txaio_cancel_at_each_await(whole, txaio, done)])
    cancelled.append(txaio_cancel_at_each_await.description)
    assert done[0] == "slept"

def test_y():
    assert len(cancelled) > 2
    assert all(cancelled[:-1]) and cancelled[-1] is None
"""
    run_tests(text, backends=backend).assert_outcomes(passed=2)


def test_each_run_is_new(run_tests):
    """Fixtures that are `async def` run each time, and messages are of one run."""
    text = """
import pytest

runs = []

@pytest.fixture
async def number(txaio):
    runs.append(txaio)
    yield len(runs)
    await txaio.sleep(1)

async def wait(txaio):
    txaio.make_logger("mine").info("waits")
    await txaio.sleep(1)

async def test_x(txaio, number, txaio_cancel_at_each_await, txaio_log, txaio_errors):
    assert number == len(runs) == len(set(runs))
    with txaio_errors.expect(ZeroDivisionError):
        txaio.call_later(0, lambda: 1 / 0)
        await txaio.gather([txaio_cancel_at_each_await(wait, txaio)])
    assert txaio_log.texts == ["waits"]

def test_y():
    assert len(runs) > 2
"""
    result = run_tests(text, backends="asyncio,twisted,anyio-trio")
    result.assert_outcomes(passed=4)


def test_in_a_sync_test(run_tests):
    """A sync test is called each time; it may run several loops."""
    text = """
calls = []

async def wait(txaio):
    await txaio.sleep(1)

def test_x(txaio, txaio_run, txaio_cancel_at_each_await):
    async def main():
        await txaio.gather([txaio_cancel_at_each_await(wait, txaio)])
        return txaio_cancel_at_each_await.description

    calls.append(txaio_run(main))
    txaio_run(lambda: txaio.sleep(1))

def test_y():
    assert len(calls) > 2
    assert all(calls[:-1]) and calls[-1] is None
"""
    run_tests(text).assert_outcomes(passed=2)


PROBLEMS = {
    "leftover": ("txaio.call_later(3600, print)", "the test left behind"),
    "report": ("txaio.call_later(0, lambda: 1 / 0)", "ZeroDivisionError"),
}


@pytest.mark.parametrize(("act", "said"), PROBLEMS.values(), ids=PROBLEMS)
@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-trio"])
def test_other_problems(failure_text, act, said, backend):
    """What the plugin finds after a run is reported with the point, and ends it."""
    text = f"""
async def wait(txaio):
    try:
        await txaio.sleep(1)
    except txaio.CancelledError:
        {act}
        raise

async def test_x(txaio, txaio_cancel_at_each_await):
    print("runs")
    await txaio.gather([txaio_cancel_at_each_await(wait, txaio)])
"""
    report = failure_text(text, backends=backend)
    assert said in report
    assert "cancelled at point 0, " in report
    assert report.count("\nruns") == 1


def test_hang(failure_text):
    """A run in which the test hangs is the last."""
    text = """
async def wait(txaio):
    await txaio.sleep(1)

async def test_x(txaio, txaio_cancel_at_each_await):
    print("runs")
    await txaio.gather([txaio_cancel_at_each_await(wait, txaio)])
    if txaio_cancel_at_each_await.description is not None:
        await txaio.create_future()
"""
    said = failure_text(text)
    assert said.startswith("the test would wait forever")
    assert "cancelled at point 0, " in said
    assert said.count("\nruns") == 1


def test_timeout_is_that_of_a_run(run_tests):
    """The time that all runs take together does not count."""
    text = """
import time
import pytest

begun = time.monotonic()

async def wait(txaio):
    for _ in range(10):
        await txaio.sleep(0)

@pytest.mark.txaio(timeout=1)
async def test_x(txaio, txaio_cancel_at_each_await):
    await txaio.gather([txaio_cancel_at_each_await(wait, txaio)])
    time.sleep(0.05)

def test_y():
    assert time.monotonic() - begun > 1
"""
    run_tests(text).assert_outcomes(passed=2)


MISUSES = {
    "not called": ("pass", "was not called: call it with the coroutine function"),
    "called twice": (
        "txaio_cancel_at_each_await(wait); txaio_cancel_at_each_await(wait)",
        "RuntimeError: txaio_cancel_at_each_await was called twice",
    ),
    "no wait": (
        "await txaio_cancel_at_each_await(never_waits)",
        "txaio_cancel_at_each_await: the coroutine ended without waiting",
    ),
    "no coroutine function": (
        "await txaio_cancel_at_each_await(int)",
        "TypeError: txaio_cancel_at_each_await needs a coroutine function: <class",
    ),
}


@pytest.mark.parametrize(("act", "error"), MISUSES.values(), ids=MISUSES)
@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-trio"])
def test_misuse(failure_text, act, error, backend):
    """A test that would not test anything fails."""
    text = f"""
async def never_waits():
    pass

async def test_x(txaio, txaio_cancel_at_each_await):
    async def wait():
        await txaio.sleep(1)

    {act}
"""
    said = failure_text(text, backends=backend)
    assert error in said
    # Where it is no error of the code but of the test, there is no traceback.
    assert error.startswith(("TypeError", "RuntimeError")) or ">  " not in said


@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-trio"])
@pytest.mark.parametrize("waits", [True, False])
def test_failure_is_in_no_cycle(run_tests, backend, waits):
    """An error that was never retrieved is reported at once, as without the plugin."""
    text = f"""
from pytest_txaio import collect_dropped

async def fail(txaio):
    if {waits}:
        await txaio.sleep(1)
    raise ZeroDivisionError

async def test_x(txaio, txaio_cancel_at_each_await, txaio_errors):
    txaio_cancel_at_each_await(fail, txaio)
    await txaio.sleep(2)
    collect_dropped()
    errors = [type(error) for error in txaio_errors.take()]
    if txaio_cancel_at_each_await.description is None:
        assert errors == [ZeroDivisionError]
"""
    outcome = "passed" if waits else "failed"
    result = run_tests(text, "-rf", backends=backend)
    assert result.parseoutcomes() == {outcome: 1}
    if not waits:
        result.stdout.fnmatch_lines(["*the coroutine ended without waiting*"])


def test_coroutine_that_is_closed(run_tests):
    """A coroutine that the loop closes is closed as without the plugin."""
    text = """
from pytest_txaio._observed import ObservedCoroutine

def test_x(txaio_host):
    ended = []

    class Wait:
        def __await__(self):
            yield

    async def wait():
        try:
            await Wait()
        finally:
            ended.append("cleaned up")

    async def outer():
        await ObservedCoroutine(coroutine, bool, bool)

    coroutine = wait()
    closed = outer()
    closed.send(None)
    closed.close()
    assert ended == ["cleaned up"]
"""
    run_tests(text).assert_outcomes(passed=1)


@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-trio"])
def test_coroutine_that_the_test_does_not_await(run_tests, backend):
    """The watch ends with the test, however the coroutine ended."""
    text = """
async def wait(txaio):
    await txaio.sleep(1)

async def test_x(txaio, txaio_cancel_at_each_await):
    future = txaio_cancel_at_each_await(wait, txaio)
    if txaio.name == "twisted":
        await txaio.sleep(0)
    txaio.cancel(future)
"""
    result = run_tests(text, backends=backend)
    if backend == "twisted":
        result.assert_outcomes(passed=1)
    else:
        # It was cancelled before it began.
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["*the coroutine ended without waiting*"])
