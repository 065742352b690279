"""Tests that block their thread, so that no loop can end them."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest

from pytest_txaio import Backends, _interrupt, _watchdog


ALL = Backends({}, "all").names
EACH = pytest.mark.parametrize("backend", ALL)

BLOCKS = {
    "lock": """
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
""",
    "busy": """
    while True:
        pass
""",
    "sleep": """
    time.sleep(1000)
""",
    "socket": """
    one, other = socket.socketpair()
    with one, other:
        one.recv(1)
""",
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Makes the watchdog call again soon."""
    monkeypatch.setattr(_watchdog, "REPEAT_INTERVAL", 0.1)


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
@EACH
def test_blocking_test(run_tests, backend, block):
    """It fails with the stack of its thread; the tests after it run."""
    text = f"""
import pytest, socket, threading, time

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    txaio.call_later(3600, print)
    await txaio.sleep(0)
{block}

async def test_y(txaio):
    await txaio.sleep(0.01)
"""
    result = run_tests(text, backends=backend)
    result.assert_outcomes(passed=1, failed=1)
    said = result.stdout.str()
    assert "the test took more than 0.2 s of real time, and is here:" in said
    assert "in test_x" in said
    assert "Hung" not in said


@EACH
def test_blocking_callback(failure_text, backend):
    """The same where the loop calls a function that blocks."""
    text = """
import pytest, time

def block():
    time.sleep(1000)

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    txaio.call_later(0, block)
    await txaio.sleep(0.01)
"""
    assert "in block" in failure_text(text, backends=backend)


@pytest.mark.parametrize("act", ["", "txaio_run(lambda: txaio.sleep(0.01))"])
def test_blocking_sync_test(failure_text, act):
    """A sync test that runs no loop, or none any more, is ended, too."""
    text = f"""
import pytest, time

@pytest.mark.txaio(timeout=0.2)
def test_x(txaio, txaio_run):
    {act}
    time.sleep(1000)
"""
    assert "in test_x" in failure_text(text)


def test_trio_is_interrupted_in_its_own_code(run_tests):
    """Trio crashes, and leaves tasks; nothing of them is reported in a later test."""
    text = """
import gc, sys, time
import pytest, trio

@pytest.mark.txaio(timeout=0.2, clock="real")
async def test_x(txaio):
    def abort(_raise_cancel):
        time.sleep(1000)

    with trio.move_on_after(0.01):
        await trio.lowlevel.wait_task_rescheduled(abort)

def test_y(monkeypatch):
    reported = []
    monkeypatch.setattr(sys, "unraisablehook", reported.append)
    for _ in range(3):
        gc.collect()
    assert reported == []
"""
    result = run_tests(text, backends="anyio-trio")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines("the test took more than 0.2 s of real time, and *")


def test_exception_is_caught(failure_text):
    """It is raised again if the test catches it and goes on."""
    text = """
import pytest, time

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    for _ in range(3):
        try:
            time.sleep(1000)
        except BaseException:
            print("caught")
"""
    said = failure_text(text)
    assert said.startswith("the test took more than 0.2 s of real time, and is here:")
    assert said.count("\ncaught") == 3


def test_stack_is_written_at_once(pytester):
    """The stack is written to stderr, once, in case that nothing ends the test."""
    pytester.makepyfile("""
import pytest, time

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    for _ in range(2):
        try:
            time.sleep(1000)
        except BaseException:
            pass
""")
    result = pytester.runpytest_subprocess("--txaio-backends=asyncio")
    said = result.stderr.str()
    first = "test_x[[]asyncio] (call): the test took more than 0.2 s of real time"
    result.stderr.fnmatch_lines(
        [f"*{first}, and is here:", "*in test_x", "*time.sleep*"]
    )
    assert said.count("the test took") == 1


def test_signal_is_left_as_it_was(run_tests):
    """Other signals of this kind do nothing, and its handler is restored."""
    text = """
import os, pytest, signal

called = []

@pytest.fixture(autouse=True)
def handler():
    before = signal.signal(signal.SIGURG, lambda *_: called.append("mine"))
    yield
    os.kill(os.getpid(), signal.SIGURG)
    assert called == ["mine"]
    signal.signal(signal.SIGURG, before)

async def test_x(txaio):
    os.kill(os.getpid(), signal.SIGURG)
    assert called == []
"""
    before = signal.getsignal(signal.SIGURG)
    run_tests(text).assert_outcomes(passed=1)
    assert signal.getsignal(signal.SIGURG) == before


@pytest.mark.parametrize("is_windows", [True, False])
def test_thread_that_cannot_be_interrupted(run_tests, monkeypatch, capfd, is_windows):
    """Without the signal, and outside the main thread, the process ends."""
    codes = []

    def end(code):
        codes.append(code)
        threading.release.set()

    monkeypatch.setattr(threading, "release", threading.Event(), raising=False)
    monkeypatch.setattr(os, "_exit", end)
    text = """
import pytest, threading

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    print("printed")
    threading.release.wait()
"""
    if is_windows:
        monkeypatch.setattr(_interrupt, "SIGNAL", None)
        run_tests(text)
    else:
        thread = threading.Thread(target=run_tests, args=[text])
        thread.start()
        thread.join()
    assert set(codes) == {1}
    said = capfd.readouterr().err
    assert "in test_x" in said
    assert "its thread cannot be interrupted, so the process ends" in said


def test_process_ends(pytester):
    """Before the process ends, what pytest has printed so far is written."""
    pytester.makepyfile("""
import pytest, threading, time

async def test_before(txaio):
    pass

@pytest.mark.txaio(timeout=0.2)
async def test_x(txaio):
    time.sleep(1000)
""")
    script = pytester.makepyfile(
        run="""
import sys, threading, pytest

thread = threading.Thread(target=pytest.main, args=[sys.argv[1:]])
thread.start()
thread.join()
"""
    )
    names = ["--txaio-backends=asyncio", "test_process_ends.py"]
    result = pytester.run(sys.executable, script, *names)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["test_process_ends.py ."])
    result.stderr.fnmatch_lines(["*in test_x", "*the process ends"])


def test_in_another_thread():
    """Outside the main thread, an exception cannot be raised there."""
    interrupt = _interrupt.ThreadInterrupt(KeyboardInterrupt, output=None)
    possible = []

    def look():
        with interrupt.handling():
            possible.append(interrupt.is_possible)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert possible == [False]
