"""Tests that stop at a debugger."""

from __future__ import annotations

import sys

import pytest

from pytest_txaio import Watchdog, _watchdog


FAKE = """
import time


class Debugger:
    \"\"\"Waits at its prompt, and goes on; or does not say that it does.\"\"\"

    continues = True

    def __init__(self, **_kwargs):
        pass

    def set_trace(self, _frame):
        time.sleep(0.6)
        if self.continues:
            self.do_continue("")

    def do_continue(self, _line):
        return 1

    def setup(self, _frame, _traceback):
        return False


class Silent(Debugger):
    continues = False


class WithBreakpoints(Debugger):
    def get_all_breaks(self):
        return {"test_x.py": [10]}


class Tracing(Debugger):
    \"\"\"Says which function it enters first.\"\"\"

    def reset(self):
        self.entered = None

    def trace_dispatch(self, frame, _event, _arg):
        if self.entered is None:
            self.entered = frame.f_code.co_name
            print("entered", self.entered)
"""


@pytest.fixture
def run_debugged(pytester, run_tests):
    """Runs tests with a debugger that waits for 0.6 seconds."""
    pytester.makepyfile(debugger=FAKE)
    pytester.syspathinsert()

    def run(text, kind="Debugger", *args, **options):
        return run_tests(text, f"--pdbcls=debugger:{kind}", *args, **options)

    return run


def test_time_at_a_breakpoint(run_debugged):
    """It does not count, and the test may stop there again."""
    text = """
import pytest

pytestmark = pytest.mark.txaio(timeout=0.3)

async def test_x(txaio):
    for _ in range(2):
        breakpoint()
        await txaio.sleep(1)

def test_y(txaio, txaio_run):
    breakpoint()
    txaio_run(lambda: txaio.sleep(1))
"""
    run_debugged(text).assert_outcomes(passed=2)


class Clock:
    """A real time that a test moves."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def passes(monkeypatch):
    """Returns whether a block that is watched is overdue after some seconds."""
    clock = Clock()
    monkeypatch.setattr(_watchdog, "monotonic", clock)

    def run(dog, seconds):
        clock.now += seconds
        dog._check()

    return run


def test_time_that_is_left(passes):
    """What has passed before a stop counts after it, however often it was asked for."""
    dog, overdue = Watchdog(), []
    with dog.watch(lambda: overdue.append(True), 10):
        passes(dog, 8)
        for _ in range(2):
            dog.pause()
            passes(dog, 100)
        dog.resume()
        passes(dog, 1)
        dog.resume()
        passes(dog, 0.9)
        assert not overdue
        passes(dog, 0.2)
        assert overdue


def test_stop_before_a_block(passes):
    """The time of a block begins when it goes on, if it was stopped before."""
    dog, overdue = Watchdog(), []
    dog.pause()
    with dog.watch(lambda: overdue.append(True), 10):
        passes(dog, 100)
        dog.resume()
        passes(dog, 9)
        assert not overdue
        passes(dog, 2)
        assert overdue
    dog.pause()
    dog.resume()
    passes(dog, 100)
    assert overdue == [True]


def test_debugger_that_is_not_left(run_debugged):
    """A test that ends at the prompt does not affect the tests after it."""
    text = """
import pytest

pytestmark = pytest.mark.txaio(timeout=0.3, clock="real")

async def test_x(txaio):
    breakpoint()
    breakpoint()
    await txaio.sleep(0.6)

async def test_y(txaio):
    await txaio.create_future()
"""
    result = run_debugged(text, "Silent")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["the test took more than 0.3 s of real time*"])


def test_debugger_that_may_come_back(run_debugged):
    """As long as it has breakpoints, it may be at its prompt at any time."""
    text = """
import time
import pytest

pytestmark = pytest.mark.txaio(timeout=0.3, clock="real")

async def test_x(txaio):
    breakpoint()
    time.sleep(0.6)
    await txaio.sleep(0.3)

async def test_y(txaio):
    await txaio.create_future()
"""
    result = run_debugged(text, "WithBreakpoints")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["the test took more than 0.3 s of real time*"])


TRACED = """
import pytest

pytestmark = pytest.mark.txaio(timeout=5)

async def test_x(txaio):
    number = 1
    await txaio.sleep(1)
    number = 2
    await txaio.sleep(number)

class TestX:
    async def test_method(self, txaio):
        await txaio.sleep(1)

def test_sync(txaio, txaio_run):
    txaio_run(lambda: txaio.sleep(1))
"""


@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-trio"])
def test_trace(run_debugged, backend):
    """With `--trace`, the debugger enters an async test itself."""
    before = sys.gettrace()
    text = TRACED.partition("def test_sync")[0]
    result = run_debugged(text, "Tracing", "--trace", "-s", backends=backend)
    assert sys.gettrace() is before
    result.assert_outcomes(passed=2)
    entered = [line for line in result.outlines if "entered" in line]
    assert [line.split()[-1] for line in entered] == ["test_x", "test_method"]


@pytest.fixture
def run_pdb(pytester):
    """Runs tests in a new process, with commands for Python's own debugger."""

    def run(text, commands, *args):
        pytester.makepyfile(text)
        command = [sys.executable, "-mpytest", "--txaio-backends=asyncio"]
        return pytester.run(*command, *args, stdin="\n".join([*commands, ""]).encode())

    return run


def test_real_debugger(run_pdb):
    """The commands of Python's own debugger take as long as they take."""
    text = """
import pytest

@pytest.mark.txaio(timeout=0.3)
async def test_x(txaio):
    breakpoint()
    await txaio.sleep(1)
"""
    run_pdb(text, ["import time; time.sleep(1)", "c"]).assert_outcomes(passed=1)


def test_real_trace(run_pdb):
    """With `--trace`, one can go from line to line, over an `await` as well."""
    commands = ["n", "p 'first', number", "n", "n", "p 'second', number", "c"]
    result = run_pdb(TRACED, [*commands, "c", "c"], "--trace")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*('first', 1)", "*('second', 2)"])
    assert "plain()" not in result.stdout.str()
