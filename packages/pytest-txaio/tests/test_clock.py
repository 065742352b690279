"""Time, virtual and real."""

from __future__ import annotations

import pytest

from pytest_txaio import Backends


ALL = Backends({}, "all").names
VIRTUAL = [name for name in ALL if not name.endswith("uvloop")]


def test_hours_take_no_time(run_tests):
    """Virtual time jumps to the next timer."""
    text = """
async def test_x(txaio, txaio_clock):
    events = []
    begun = txaio_clock.time()
    txaio.call_later(7200, events.append, "two hours")
    txaio.call_later(3600, events.append, "one hour")
    await txaio.sleep(7200.5)
    assert events == ["one hour", "two hours"]
    assert 7200.5 <= txaio_clock.time() - begun < 7201
    assert txaio_clock.time() == txaio.time()
"""
    result = run_tests(text, backends=",".join(VIRTUAL))
    result.assert_outcomes(passed=len(VIRTUAL))


def test_years_take_no_time(run_tests):
    """However late it is, the next timer is reached, and only then is it due."""
    text = """
import pytest

pytestmark = pytest.mark.txaio(timeout=5)
YEAR = 365 * 86400

async def test_sleeps(txaio, txaio_clock):
    begun = txaio_clock.time()
    for seconds in (YEAR, 1, 0.001, 1e-6):
        before = txaio_clock.time()
        await txaio.sleep(seconds)
        assert txaio_clock.time() - before >= seconds * 0.99
    assert txaio_clock.time() - begun < YEAR + 2

@pytest.mark.parametrize("years", [1, 100, 1000000])
async def test_suspended(txaio, txaio_clock, txaio_settle, years):
    called = []
    txaio.call_later(YEAR, called.append, "in a year")
    txaio_clock.advance(years * YEAR)
    late = txaio.call_later(1, called.append, "too early")
    await txaio_settle()
    assert called == ["in a year"]
    late.cancel()
    await txaio.sleep(1)
"""
    result = run_tests(text, backends=",".join(VIRTUAL))
    result.assert_outcomes(passed=4 * len(VIRTUAL))


def test_very_short_sleeps(run_tests):
    """A sleep that is too short to move the clock ends, too."""
    text = """
async def test_x(txaio):
    await txaio.sleep(1e-15)
    await txaio.sleep(1e-300)
"""
    result = run_tests(text, backends=",".join(VIRTUAL))
    result.assert_outcomes(passed=len(VIRTUAL))


def test_advance(run_tests):
    """After `advance`, calls that are due are made next, in order."""
    text = """
async def test_x(txaio, txaio_clock):
    events = []
    txaio.call_later(20, events.append, 20)
    txaio.call_later(10, events.append, 10)
    txaio.call_later(90, events.append, 90)
    before = txaio_clock.time()
    txaio_clock.advance(60)
    assert (txaio_clock.time(), events) == (before + 60, [])
    await txaio.sleep(0.01)
    assert events == [10, 20]
    await txaio.sleep(60)
    assert events == [10, 20, 90]
"""
    result = run_tests(text, backends=",".join(VIRTUAL))
    result.assert_outcomes(passed=len(VIRTUAL))


def test_advance_in_a_sync_test(run_tests):
    """In a sync test, time continues from one run to the next."""
    text = """
def test_x(txaio, txaio_run, txaio_clock):
    begun = txaio_clock.time()
    txaio_run(lambda: txaio.sleep(10))
    txaio_clock.advance(5)
    assert 15 <= txaio_clock.time() - begun < 16
    now = txaio_run(txaio_clock.time)
    assert now == txaio_run(lambda: txaio.time()) or now >= begun + 15
"""
    run_tests(text, backends="asyncio,twisted,anyio-trio").assert_outcomes(passed=3)


SNAN = "__import__('decimal').Decimal('sNaN')"


@pytest.mark.parametrize(
    "seconds", ["-1", "float('nan')", SNAN, "float('inf')", "10**400", "-10**400"]
)
def test_advance_by_an_invalid_time(failure_text, seconds):
    """It has to be finite and not negative."""
    said = failure_text(
        f"def test_x(txaio_clock):\n    txaio_clock.advance({seconds})\n"
    )
    assert "ValueError: seconds must be finite and not below 0" in said


@pytest.mark.parametrize("seconds", ["'1'", "None"])
def test_advance_by_a_wrong_type(failure_text, seconds):
    """The error names the argument."""
    said = failure_text(
        f"def test_x(txaio_clock):\n    txaio_clock.advance({seconds})\n"
    )
    assert "TypeError: seconds must be a number of seconds, not '" in said


def test_advance_by_any_number(run_tests):
    """A number of any type is accepted."""
    text = """
from fractions import Fraction

def test_x(txaio_clock):
    begun = txaio_clock.time()
    txaio_clock.advance(Fraction(3, 2))
    assert txaio_clock.time() == begun + 1.5
"""
    run_tests(text).assert_outcomes(passed=1)


REAL = """
import time
import pytest

@pytest.mark.txaio(clock="real")
async def test_x(txaio, txaio_clock):
    begun = time.monotonic()
    before = txaio_clock.time()
    await txaio.sleep(0.02)
    assert 0.018 < time.monotonic() - begun < 10
    assert 0.018 < txaio_clock.time() - before < 10
    with pytest.raises(RuntimeError, match="a real clock here.*clock='virtual'"):
        txaio_clock.advance(1)

@pytest.mark.txaio(clock="real")
def test_y(txaio_clock):
    before = time.monotonic()
    assert 0 <= txaio_clock.time() - before < 10
"""


def test_real_time(run_tests):
    """A mark selects the stock loops, in real time."""
    run_tests(REAL, backends="all").assert_outcomes(passed=2 * len(ALL))


def test_virtual_time_where_there_is_none(run_tests):
    """Backends on uvloop are left out if a mark selects virtual time."""
    text = """
import pytest

@pytest.mark.txaio(clock="virtual")
async def test_x(txaio):
    await txaio.sleep(3600)
"""
    run_tests(text, backends="all").assert_outcomes(passed=len(VIRTUAL))


NO_VIRTUAL = """
import pytest_txaio
import txaio_asyncio

class MyHost(pytest_txaio.Host):
    def run(self, main, *args, debug=None):
        return txaio_asyncio.run(main, *args)

def pytest_txaio_hosts():
    return {"mine": MyHost, "made": lambda: MyHost()}
"""


def test_virtual_time_and_nothing_left(run_tests, pytester):
    """If no backend is left, the test is skipped with the reason."""
    pytester.makeconftest(NO_VIRTUAL)
    text = """
import pytest

@pytest.mark.txaio(clock="virtual")
async def test_x(txaio):
    pass
"""
    result = run_tests(text, "-rs", backends="mine")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*no virtual clock on mine"])


def test_virtual_time_of_a_factory(run_tests, pytester):
    """If a function makes the host, its clocks are checked when it is made."""
    pytester.makeconftest(NO_VIRTUAL)
    text = """
import pytest

@pytest.mark.txaio(clock="virtual")
async def test_x(txaio):
    pass
"""
    result = run_tests(text, backends="made")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the backend 'made' has no virtual clock*"])


def test_sockets_are_waited_for(run_tests):
    """If no timer is set, a loop waits for its sockets."""
    text = """
import asyncio, socket, threading

async def test_x(txaio):
    loop, (near, far) = asyncio.get_running_loop(), socket.socketpair()
    arrived = txaio.create_future()
    loop.add_reader(near, lambda: txaio.resolve(arrived, near.recv(9)))
    thread = threading.Timer(0.2, far.send, [b"data"])
    thread.start()
    assert await arrived == b"data"
    loop.remove_reader(near)
    thread.join()
    near.close()
    far.close()
"""
    run_tests(text, backends="asyncio,anyio-asyncio").assert_outcomes(passed=2)


def test_threads_are_waited_for(run_tests):
    """If no timer is set, a loop waits for threads that work."""
    text = """
import threading

async def test_x(txaio):
    begin = threading.Event()
    work = txaio.run_in_thread(begin.wait, 0.2)
    assert await work is False
"""
    result = run_tests(text, backends=",".join(VIRTUAL))
    result.assert_outcomes(passed=len(VIRTUAL))


THREAD = """
import threading
import pytest

@pytest.fixture
def stop():
    stop = threading.Event()
    yield stop
    stop.set()

async def test_x(txaio, stop):
    try:
        await txaio.timeout(txaio.run_in_thread(stop.wait, 3), 10)
    finally:
        stop.set()
"""
HINT = (
    "virtual time jumped 10* s without waiting for the threads that the test started:"
    " to use real time, mark the test: @pytest.mark.txaio(clock='real')"
)


def test_threads_are_not_waited_for_by_a_timeout(run_tests):
    """Time jumps to a timeout, and a test that fails because of it has a hint."""
    text = THREAD + THREAD.replace("test_x", "test_y")
    result = run_tests(text, backends=",".join(VIRTUAL))
    result.assert_outcomes(failed=2 * len(VIRTUAL))
    result.stdout.fnmatch_lines([HINT] * 2 * len(VIRTUAL))


@pytest.mark.parametrize(
    "act",
    [
        "await txaio.timeout(txaio.create_future(), 10)",
        "await txaio.run_in_thread(int)\n    raise TimeoutError",
        "await txaio.run_in_thread(int)\n    await txaio.sleep(10)\n    assert False",
    ],
)
def test_other_failures_have_no_hint(failure_text, act):
    """Without a thread, without a jump or with another error there is no hint."""
    said = failure_text(f"async def test_x(txaio):\n    {act}\n")
    assert "virtual time jumped" not in said


def test_thread_and_real_time(failure_text):
    """In real time there is no hint."""
    said = failure_text("""
import pytest

@pytest.mark.txaio(clock="real")
async def test_x(txaio):
    await txaio.run_in_thread(int)
    raise TimeoutError
""")
    assert "virtual time jumped" not in said


def test_expected_timeout(run_tests):
    """A timeout that the test expects is not a failure."""
    text = """
import threading
import pytest

def test_x(txaio, txaio_run):
    stop = threading.Event()

    async def main():
        try:
            await txaio.timeout(txaio.run_in_thread(stop.wait, 3), 10)
        finally:
            stop.set()

    with pytest.raises(TimeoutError):
        txaio_run(main)
"""
    run_tests(text).assert_outcomes(passed=1)
