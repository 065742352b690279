"""Async tests with `@given` of Hypothesis."""

from __future__ import annotations

import hypothesis
import pytest

from pytest_txaio import Backends


ALL = ",".join(Backends({}, "all").names)

HEAD = """
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

few = settings(max_examples=5, deadline=None, database=None)
many = settings(max_examples=200, deadline=None, database=None)
"""

PLUGIN = ("-pno:cacheprovider", "-phypothesispytest", "-Werror")
"""Options for a run with the plugin of Hypothesis, which has health checks."""


@pytest.fixture
def run_given(pytester, runpytest):
    """Runs tests with `@given`, by default on asyncio."""

    def run(text, backends="asyncio", args=PLUGIN):
        assert hypothesis, "imported here, not in each run"
        pytester.makepyfile(HEAD + text)
        return runpytest(*args, f"--txaio-backends={backends}")

    return run


PASSES = """
@pytest.fixture
async def fixture(txaio):
    await txaio.sleep(0)
    yield txaio
    await txaio.sleep(0)

used = []

@few
@given(x=st.integers(0, 5))
async def test_function(txaio, fixture, x):
    assert fixture is txaio
    assert all(txaio is not each for each in used)
    used.append(txaio)
    await txaio.sleep(x / 1000)

def test_number_of_examples():
    assert len(used) >= 5
    used.clear()

class TestX:
    @pytest.mark.parametrize("number", [1, 2])
    @few
    @given(x=st.integers(), y=st.data())
    async def test_method(self, txaio, x, y, number):
        assert isinstance(self, TestX)
        assert number in (1, 2)
        y.draw(st.integers())
        await txaio.sleep(0)

    @few
    @given(st.integers())
    async def test_other_method(self, fixture, x):
        assert isinstance(x, int)
        await fixture.sleep(0)

    @staticmethod
    @few
    @given(x=st.integers())
    async def test_static(txaio, x):
        await txaio.sleep(0)

class TestInherits(TestX):
    pass

@few
@given(x=st.integers())
def test_sync(x):
    assert isinstance(x, int)

@example(x=7)
@few
@given(x=st.integers(0, 5))
async def test_example(txaio, x):
    assume(x != 7)
    await txaio.sleep(0)
    assert x != 7
"""


@pytest.mark.parametrize("args", [PLUGIN, ("-pno:hypothesispytest", "-Werror")])
def test_passes(run_given, args):
    """Each example is a run of its own, with a new backend and new async fixtures."""
    backends = "asyncio,twisted,anyio-trio"
    result = run_given(PASSES, backends, args)
    result.assert_outcomes(passed=3 * 10 + 2)


def test_on_every_backend(run_given):
    """It works on each, and in the order in which tests of them follow each other."""
    text = """
@few
@given(x=st.integers(0, 5))
async def test_x(txaio, x):
    await txaio.sleep(x / 1000)
"""
    run_given(text, ALL).assert_outcomes(passed=len(ALL.split(",")))


@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-trio"])
@pytest.mark.parametrize(
    ("act", "error", "example"),
    [
        ("assert x < 50", "assert 50 < 50", "x=50,"),
        ("if x >= 50: pytest.fail('a failure')", "a failure", "x=50,"),
        (
            "if x >= 50: txaio.call_later(0, lambda: 1 / 0)",
            "the backend reported errors that the test did not expect",
            "the example: x=50",
        ),
        (
            "if x >= 50: txaio.call_later(9, print)",
            "a timer: print() in 7.999 s",
            "the example: x=50",
        ),
    ],
)
def test_simplest_example(run_given, backend, act, error, example):
    """What is wrong with an example fails it, and a simpler one is looked for."""
    text = f"""
@many
@given(x=st.integers(0, 1000))
async def test_x(txaio, x):
    await txaio.sleep(1)
    {act}
    await txaio.sleep(1)
"""
    result = run_given(text, backend)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{error}*", f"*{example}"])
    shown = result.stdout.str()
    # Neither what was found on the way nor the frames of the plugin are shown.
    assert shown.count("--txaio-seed") == (backend == "anyio-trio")
    assert "_test_run.py" not in shown.partition("Explanation")[0]


@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-trio"])
def test_hang(run_given, backend):
    """A test that hangs says for which example, and no other is tried."""
    text = """
tried = []

class TestX:
    @many
    @given(x=st.integers(0, 1000), y=st.just("why"))
    async def test_x(self, txaio, x, y):
        if x >= 50:
            tried.append(x)
            await txaio.create_future()

def test_tried():
    assert len(tried) == 1
"""
    result = run_given(text, backend)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["the test would wait forever*", "*TestX.test_x waits*", "the example: x=*"]
    )
    assert "y='why'" in result.stdout.str()
    assert "self=" not in result.stdout.str()


def test_timeout(run_given):
    """The timeout is that of one example."""
    text = """
@few
@given(x=st.integers(0, 1000))
@pytest.mark.txaio(timeout=2, clock="real")
async def test_x(txaio, x):
    await txaio.sleep(0.5)
"""
    run_given(text).assert_outcomes(passed=1)


def test_user_interrupt(run_given):
    """That of the user ends the run of all tests."""
    text = """
@few
@given(x=st.integers())
async def test_x(txaio, x):
    raise KeyboardInterrupt
"""
    with pytest.raises(KeyboardInterrupt):
        run_given(text)


def test_other_fixtures(run_given):
    """Hypothesis still refuses a fixture that is set up once for all examples."""
    text = """
@pytest.fixture
def once():
    return []

@pytest.fixture
async def again(txaio):
    return []

@few
@given(x=st.integers())
async def test_x(txaio, once, x):
    await txaio.sleep(0)

@settings(few, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(x=st.integers())
async def test_y(txaio, once, x):
    await txaio.sleep(0)

@few
@given(x=st.integers())
async def test_z(again, txaio_clock, txaio_log, txaio_errors, txaio_settle, x):
    await txaio_settle()
"""
    result = run_given(text)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*FailedHealthCheck*test_x*function-scoped*"])


def test_fixtures_are_new(run_given):
    """Messages are those of one example, and so are the points of cancellation."""
    text = """
descriptions = []

@few
@given(x=st.integers(0, 5))
async def test_log(txaio, txaio_log, x):
    txaio.make_logger().info("a message")
    assert len(txaio_log) == 1

@few
@given(x=st.integers(0, 5))
async def test_x(txaio, txaio_cancel_at_each_await, x):
    async def wait():
        await txaio.sleep(1)

    future = txaio_cancel_at_each_await(wait)
    await txaio.gather([future])
    description = txaio_cancel_at_each_await.description
    descriptions.append(description and description.splitlines()[0])

def test_descriptions():
    number = descriptions.index(None) + 1
    assert number > 1
    assert len(descriptions) >= 5 * number
    assert descriptions[number:2 * number] == descriptions[:number]
"""
    run_given(text).assert_outcomes(passed=3)


def test_trace(run_given, pytester):
    """A debugger enters the function that calls the test."""
    pytester.makepyfile(
        stepper="""
class Stepper:
    def __init__(self, **_kwargs):
        pass

    def runcall(self, function):
        return function()
"""
    )
    pytester.syspathinsert()
    text = """
@few
@given(x=st.integers(0, 5))
async def test_x(txaio, x):
    await txaio.sleep(x)
"""
    args = (*PLUGIN, "--trace", "--pdbcls=stepper:Stepper")
    run_given(text, args=args).assert_outcomes(passed=1)


def test_module_that_imports_a_mock(run_given):
    """A mock, which has every attribute, is no test with `@given`."""
    text = """
from unittest.mock import call

@few
@given(x=st.integers())
async def test_function(txaio, x):
    assert call(x) == call(x)
"""
    run_given(text).assert_outcomes(passed=1)
