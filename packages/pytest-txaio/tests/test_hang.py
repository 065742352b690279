"""Tests that hang."""

from __future__ import annotations

import sys
import threading

import pytest

from pytest_txaio import Backends, _watchdog


ALL = Backends({}, "all").names
EACH = pytest.mark.parametrize("backend", ALL)
VIRTUAL = [name for name in ALL if not name.endswith("uvloop")]


@pytest.fixture
def runpytest(pytester, runpytest):
    """Runs pytest in another process on PyPy."""
    # PyPy collects a stopped coroutine late, and then runs its clean-up.
    on_pypy = sys.implementation.name == "pypy"
    return pytester.runpytest_subprocess if on_pypy else runpytest


@pytest.mark.parametrize("backend", VIRTUAL)
def test_stuck(failure_text, backend):
    """In virtual time it is noticed at once; the report says what is awaited."""
    text = """
import pytest

async def inner(txa):
    await txa.create_future()

@pytest.mark.txaio(timeout=3600)
async def test_x(txaio):
    try:
        await inner(txaio)
    finally:
        print("cleaned up")
"""
    said = failure_text(text, backends=backend)
    assert said.startswith("the test would wait forever: nothing is left that")
    assert "coroutines:\n  test_x waits at " in said
    assert ".py:4\n" in said
    assert "timers:\n  none" in said
    assert "cleaned up" in said
    assert "Hung" not in said


@EACH
def test_overdue(failure_text, backend):
    """In real time, a test that takes too long is ended, with a report."""
    text = """
import pytest

def never():
    pass

async def waiter(txa):
    await txa.create_future()

@pytest.mark.txaio(timeout=0.2, clock="real")
async def test_x(txaio):
    txaio.call_later(3600, never)
    await txaio.gather([txaio.as_future(waiter, txaio)])
"""
    said = failure_text(text, backends=backend)
    assert said.startswith("the test took more than 0.2 s of real time")
    assert "  test_x waits at " in said
    assert "  waiter waits at " in said
    assert "  never() in 3" in said


def test_timeout_of_all(failure_text, pytester):
    """The timeout of all tests is a setting."""
    pytester.makeini("[pytest]\ntxaio_timeout = 0.2")
    text = """
async def test_x(txaio):
    while True:
        await txaio.sleep(3600)
"""
    said = failure_text(text)
    assert said.startswith("the test took more than 0.2 s of real time")


@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-trio"])
def test_clean_up_hangs_as_well(failure_text, backend):
    """Clean-up that waits forever is interrupted, too."""
    text = """
import pytest

@pytest.mark.txaio(timeout=0.5)
async def test_x(txaio):
    async def for_ever():
        await txaio.create_future()

    try:
        await txaio.create_future()
    finally:
        await txaio.uncancelled(for_ever)
"""
    said = failure_text(text, backends=backend)
    assert said.startswith("the test would wait forever")


def test_clean_up_hangs_and_there_are_threads(failure_text):
    """A reactor that was crashed leaves no threads behind."""
    text = """
import pytest

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    async def for_ever():
        await txaio.create_future()

    await txaio.run_in_thread(int)
    await txaio.uncancelled(for_ever)

"""
    threads = threading.active_count()
    said = failure_text(text, backends="twisted")
    assert threading.active_count() == threads
    assert said.startswith("the test took more than 0.2 s of real time")


@pytest.mark.parametrize("backend", VIRTUAL)
def test_endless_iterations(failure_text, backend):
    """A test that only yields to the loop does not move the time."""
    text = """
import pytest

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    while True:
        await txaio.sleep(0)
"""
    said = failure_text(text, backends=backend)
    assert said.startswith("the test took more than 0.2 s of real time")


def test_shielded_from_everything(failure_text):
    """A Trio run with a shielded task is ended."""
    text = """
import pytest, trio

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    with trio.CancelScope(shield=True):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
"""
    said = failure_text(text, backends="anyio-trio")
    assert said.startswith("the test would wait forever")


def test_busy_loop(failure_text):
    """If a test blocks its loop, the report has the stack of its thread."""
    text = """
import pytest, time

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    end = time.monotonic() + 2
    while time.monotonic() < end:
        pass
    await txaio.sleep(0)
"""
    said = failure_text(text)
    assert said.startswith("the test took more than 0.2 s of real time, and is here:")
    assert "in test_x" in said


def test_sync_test(failure_text):
    """A run inside a sync test is ended, too."""
    text = """
def test_x(txaio, txaio_run):
    txaio_run(lambda: txaio.create_future())
"""
    said = failure_text(text)
    assert said.startswith("the test would wait forever")


@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-trio", "uvloop"])
def test_test_of_a_backend(run_tests, backend):
    """A run that a test started by itself is stopped from outside."""
    if backend not in ALL:
        return
    text = """
import pytest

@pytest.mark.txaio(timeout=0.2)
def test_x(txaio_host):
    async def main(txa):
        await txa.create_future()

    txaio_host.run(main)
"""
    result = run_tests(text, backends=backend)
    result.assert_outcomes(failed=1)


def test_thread_may_wake_it(failure_text):
    """While a thread of the test runs, the test is not stuck before its timeout."""
    text = """
import pytest, threading

@pytest.mark.txaio(timeout=0.4)
async def test_x(txaio):
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        await txaio.create_future()
    finally:
        stop.set()
        thread.join()
"""
    said = failure_text(text)
    assert said.startswith("the test took more than 0.4 s")


def test_after_a_hang(run_tests):
    """Later tests are not affected."""
    text = """
async def test_x(txaio):
    await txaio.create_future()

async def test_y(txaio):
    await txaio.sleep(3600)
"""
    result = run_tests(text, backends="asyncio,twisted,anyio-trio")
    result.assert_outcomes(passed=3, failed=3)


NEVER_ENDING = {
    "swallows CancelledError": """
async def never(txa):
    while True:
        try:
            await txa.sleep(0.5)
        except txa.CancelledError:
            pass
""",
    "swallows cancellation": """
import trio

async def never(txa):
    while True:
        try:
            await trio.sleep(0.5)
        except trio.Cancelled:
            pass
""",
    "shields itself": """
import trio

async def never(txa):
    while True:
        try:
            with trio.CancelScope(shield=True):
                await trio.sleep_forever()
        except trio.Cancelled:
            pass
""",
    "checkpoints in a loop": """
import trio

async def never(txa):
    while True:
        await trio.lowlevel.cancel_shielded_checkpoint()
""",
    "waits for a thread": """
import threading, trio

async def never(txa):
    await trio.to_thread.run_sync(threading.Event().wait, 5)
""",
}


@pytest.fixture
def impatient(monkeypatch):
    """Makes the watchdog call again soon."""
    monkeypatch.setattr(_watchdog, "REPEAT_INTERVAL", 0.1)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("act", ["await never(txaio)", "txaio.as_future(never, txaio)"])
@pytest.mark.parametrize("never", NEVER_ENDING.values(), ids=NEVER_ENDING)
def test_never_ends_on_trio(failure_text, act, never):
    """A Trio run ends, whatever its tasks do when they are cancelled."""
    text = f"""{never}
import pytest

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    {act}
"""
    said = failure_text(text, backends="anyio-trio")
    assert said.startswith(("the test took more than 0.2 s", "the test would wait"))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("backend", ALL)
def test_coroutine_that_never_ends(failure_text, backend):
    """A coroutine that swallows each cancellation in a loop fails its test."""
    text = f"""{NEVER_ENDING["swallows CancelledError"]}
import pytest

@pytest.mark.txaio(timeout=0.2, clock="real")
async def test_x(txaio):
    txaio.as_future(never, txaio)
    await txaio.sleep(0.01)
"""
    said = failure_text(text, backends=backend)
    assert said.startswith(("the test took more than 0.2 s", "the test left behind"))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-asyncio"])
def test_never_ends(failure_text, backend):
    """Other loops are stopped; the report is about the hang alone."""
    text = """
import pytest

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    while True:
        try:
            await txaio.sleep(0.5)
        except (Exception, txaio.CancelledError):
            pass
"""
    said = failure_text(text, backends=backend)
    assert said.startswith("the test took more than 0.2 s of real time")


def test_no_virtual_time(run_tests, pytester):
    """Where a backend has none, the report says so, and how to leave it out."""
    pytester.makeconftest(
        """
from pytest_txaio._hosts_asyncio import AsyncioHost

class RealHost(AsyncioHost):
    clocks = ("real",)

def pytest_txaio_hosts():
    return {"real-only": RealHost}
"""
    )
    text = """
import pytest

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    await txaio.sleep(3600)

@pytest.mark.txaio(timeout=0.2, clock="real")
async def test_y(txaio):
    await txaio.sleep(3600)

@pytest.mark.txaio(timeout=0.2, clock="virtual")
async def test_z(txaio):
    await txaio.sleep(3600)
"""
    result = run_tests(text, backends="asyncio,real-only")
    result.assert_outcomes(passed=2, failed=3)
    hint = (
        "there is no virtual time on real-only: to leave it out, mark the test:"
        " @pytest.mark.txaio(clock='virtual')"
    )
    assert result.outlines.count(hint) == 1
