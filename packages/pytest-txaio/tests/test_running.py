"""How tests are run: coroutine functions, plain functions, fixtures."""

from __future__ import annotations

import pytest

from pytest_txaio import Backends


ALL = Backends({}, "all").names


def test_async_test(run_tests):
    """A coroutine function gets the backend itself, on the running loop."""
    text = """
from txaio_interfaces import IBackend

async def test_x(txaio):
    assert isinstance(txaio, IBackend)
    assert await txaio.gather([txaio.create_future_success(1)]) == [1]

class TestY:
    async def test_y(self, txaio):
        assert isinstance(self, TestY)
        await txaio.sleep(0)

    @staticmethod
    async def test_z(txaio):
        await txaio.sleep(0)
"""
    run_tests(text, backends="all").assert_outcomes(passed=3 * len(ALL))


def test_async_test_that_fails(failure_text):
    """The traceback begins at the test."""
    said = failure_text("async def test_x(txaio):\n    assert 1 + 1 == 3\n")
    assert "assert (1 + 1) == 3" in said
    assert "pytest_txaio" not in said


def test_async_test_that_fails_beside_an_endless_coroutine(failure_text):
    """The failure is reported, even if the time does not advance any more."""
    text = """
async def test_x(txaio):
    async def spin():
        while True:
            await txaio.sleep(0)

    txaio.as_future(spin)
    await txaio.sleep(0)
    assert 1 + 1 == 3
"""
    assert "assert (1 + 1) == 3" in failure_text(text)


def test_async_test_that_skips(run_tests):
    """`pytest.skip` and xfail work on every loop."""
    text = """
import pytest

async def test_x(txaio):
    pytest.skip("for a reason")

@pytest.mark.xfail(strict=True)
async def test_y(txaio):
    await txaio.create_future_error(ValueError())
"""
    result = run_tests(text, backends="all")
    result.assert_outcomes(skipped=len(ALL), xfailed=len(ALL))


def test_async_test_that_ends_the_run(pytester):
    """`KeyboardInterrupt` in a test ends the run of pytest."""
    pytester.makepyfile("async def test_x(txaio):\n    raise KeyboardInterrupt\n")
    result = pytester.runpytest_subprocess("--txaio-backends=twisted")
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_parameters_and_other_fixtures(run_tests):
    """Tests can have parameters and other fixtures."""
    text = """
import pytest

@pytest.mark.parametrize("number", [1, 2])
async def test_x(tmp_path, number, txaio):
    assert tmp_path.exists() and number in (1, 2)
"""
    run_tests(text, backends="asyncio,twisted").assert_outcomes(passed=4)


def test_use_without_taking(run_tests):
    """A test can need `txaio` by `usefixtures`, an alias or an autouse fixture."""
    text = """
import pytest

@pytest.fixture
def backend(txaio):
    return txaio

async def test_alias(backend):
    await backend.sleep(1)

@pytest.mark.usefixtures("txaio")
async def test_used():
    pass

class TestAutouse:
    @pytest.fixture(autouse=True)
    def mine(self, txaio):
        self.txaio = txaio

    async def test_z(self):
        await self.txaio.sleep(1)
"""
    run_tests(text, backends="asyncio,twisted").assert_outcomes(passed=6)


def test_other_async_functions_are_left_alone(run_tests):
    """Async tests without `txaio` are left to other plugins."""
    text = """
async def test_x():
    pass

async def helper(txaio):
    pass
"""
    result = run_tests(text, "-Wdefault")
    assert "test_x[" not in result.stdout.str()
    assert result.parseoutcomes().get("passed") is None


def test_collecting_changes_nothing(run_tests):
    """Collecting a test changes neither its module nor its class."""
    text = """
import inspect

async def test_x(txaio):
    pass

class TestX:
    async def test_method(self, txaio):
        pass

    @staticmethod
    async def test_static(txaio):
        pass

    @classmethod
    async def test_class(cls, txaio):
        assert cls is TestX

def test_y():
    for test in (test_x, TestX().test_method, TestX.test_static, TestX.test_class):
        assert inspect.iscoroutinefunction(test)
        assert not hasattr(test, "__wrapped__")
        assert not hasattr(test, "pytestmark")
"""
    run_tests(text).assert_outcomes(passed=5)


def test_items_are_like_those_of_pytest(run_tests, pytester):
    """Marks, keywords and the instance of the class are as in a sync test."""
    pytester.makeini("[pytest]\nmarkers = slow")
    text = """
import pytest

class TestX:
    @pytest.fixture(autouse=True)
    def instance(self, request):
        assert request.instance is self
        self.value = 1

    @pytest.mark.slow
    @pytest.mark.parametrize("number", [pytest.param(1, id="one"), 2])
    async def test_x(self, txaio, number, request):
        assert request.instance is self
        assert self.value == 1
        self.value = 2
        assert request.function.__name__ == "test_x"
        assert [mark.name for mark in request.node.own_markers] == [
            "parametrize", "slow"
        ]
"""
    run_tests(text, "-mslow").assert_outcomes(passed=2)
    run_tests(text, "-kone").assert_outcomes(passed=1, deselected=1)


def test_async_function_with_test_false(run_tests):
    """`__test__ = False` excludes an async function."""
    text = """
async def test_x(txaio):
    assert False

test_x.__test__ = False

async def test_y(txaio):
    pass
"""
    run_tests(text).assert_outcomes(passed=1)


def test_sync_test(run_tests):
    """A sync test calls functions on a new loop, and gets their values."""
    text = """
import pytest

async def double(txaio, number):
    await txaio.sleep(3600)
    return 2 * number

def test_x(txaio, txaio_run):
    assert txaio_run(double, txaio, 21) == 42
    assert txaio_run(lambda: txaio.create_future_success(1)) == 1
    assert txaio_run(int, "7") == 7

def test_error(txaio, txaio_run):
    with pytest.raises(ValueError, match="literal"):
        txaio_run(int, "x")
"""
    result = run_tests(text, backends="asyncio,twisted,anyio-trio")
    result.assert_outcomes(passed=6)


def test_types_of_fixtures(run_tests):
    """The types of the fixtures can be imported, for annotations."""
    text = """
from pytest_txaio import ExpectedError, TxaioClock, TxaioErrors, TxaioLog, TxaioSettle

async def test_x(
    txaio_clock: TxaioClock,
    txaio_errors: TxaioErrors,
    txaio_log: TxaioLog,
    txaio_settle: TxaioSettle,
    txaio,
):
    assert isinstance(txaio_settle, TxaioSettle)
    assert isinstance(txaio_clock, TxaioClock)
    assert isinstance(txaio_errors, TxaioErrors)
    assert isinstance(txaio_log, TxaioLog)
    with txaio_errors.expect(ZeroDivisionError) as expected:
        assert isinstance(expected, ExpectedError)
        txaio.call_later(0, lambda: 1 / 0)
        await txaio.sleep(1)
"""
    run_tests(text).assert_outcomes(passed=1)


def test_sync_test_without_a_loop(failure_text):
    """Before the loop runs, the error names both fixes."""
    said = failure_text("def test_x(txaio):\n    txaio.call_later(1, print)\n")
    assert "use txaio in an `async def` test or fixture, or inside a function" in said
    assert "_proxy.py" not in said


def test_proxy_has_a_repr(run_tests):
    """Its repr names the backend, and it has no special methods of others."""
    text = """
import copy

def test_x(txaio):
    assert repr(txaio) == "<txaio proxy for None>"
    assert not hasattr(txaio, "__len__")
    assert not hasattr(txaio, "is_this_a_mock")
"""
    run_tests(text).assert_outcomes(passed=1)


def test_run_inside_a_run(failure_text):
    """`txaio_run` cannot be used in an async test."""
    said = failure_text("async def test_x(txaio_run):\n    txaio_run(int)\n")
    assert "txaio_run is for sync tests: a loop is running, so use `await`" in said


def test_run_of_a_coroutine(failure_text):
    """`txaio_run` refuses a coroutine object."""
    said = failure_text("""
async def fn():
    pass

def test_x(txaio, txaio_run):
    txaio_run(fn())
""")
    assert (
        "TypeError: pass the function itself: txaio_run(fn, 1), not txaio_run(fn(1))"
        in said
    )


def test_loop_that_is_stopped(failure_text):
    """A test whose loop is stopped fails."""
    text = """
import asyncio

async def test_x(txaio):
    asyncio.get_running_loop().stop()
    await txaio.create_future()
"""
    assert "stopped before" in failure_text(text)


def test_loop_that_ends_too_soon(run_tests, pytester):
    """It fails even if its host does not raise."""
    pytester.makeconftest(
        """
import pytest_txaio

class MyHost(pytest_txaio.Host):
    def run(self, main, *args, debug=None):
        return None

def pytest_txaio_hosts():
    return {"mine": MyHost}
"""
    )
    result = run_tests("async def test_x(txaio):\n    pass\n", backends="mine")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the loop was stopped before the test had ended"])


GENERATORS = """
import functools

async def test_function(txaio):
    assert False
    yield

class TestX:
    async def test_method(self, txaio):
        assert False
        yield

def decorate(test):
    @functools.wraps(test)
    def wrapper(*args, **kwargs):
        return test(*args, **kwargs)

    return wrapper

@decorate
async def test_decorated(txaio):
    assert False
    yield
"""


def test_async_generator(run_tests):
    """A test that yields would never run; the error has a hint."""
    result = run_tests(GENERATORS)
    result.assert_outcomes(failed=3)
    said = "the test is an async generator: did you mean `await` instead of `yield`?"
    result.stdout.fnmatch_lines([said] * 3)


def test_run_of_an_async_generator(failure_text):
    """The same is true of a function that is passed to `txaio_run`."""
    said = failure_text("""
async def main():
    assert False
    yield

def test_x(txaio_run):
    txaio_run(main)
""")
    assert "TypeError: txaio_run got an async generator from <function main at" in said
    assert "did you mean `await` instead of `yield`?" in said


DECORATED = """
import functools

def decorate(test):
    @functools.wraps(test)
    def wrapper(*args, **kwargs):
        {act}

    return wrapper

ran = []

@decorate
async def test_x(txaio):
    await txaio.sleep(1)
    ran.append("test_x")

def test_it_ran():
    assert ran == ["test_x"]
"""


def test_decorator_that_returns_the_coroutine(run_tests):
    """A decorator whose wrapper returns the coroutine works."""
    text = DECORATED.format(act="return test(*args, **kwargs)")
    run_tests(text).assert_outcomes(passed=2)


def test_decorator_that_runs_the_coroutine(run_tests):
    """A decorator whose wrapper does not return the coroutine is an error."""
    result = run_tests(DECORATED.format(act="test(*args, **kwargs).close()"))
    result.assert_outcomes(failed=2)
    said = (
        "the test is `async def`, but the wrapper in its decorator returned None"
        " instead of the coroutine: return the coroutine, or make the wrapper"
        " `async def` and await it"
    )
    result.stdout.fnmatch_lines([said])


@pytest.mark.parametrize(
    ("test", "kind"),
    [
        ("async def test(txaio):\n    assert False\n", "coroutine"),
        ("async def test(txaio):\n    yield\n", "async_generator"),
        ("def test(txaio):\n    return Later()\n", "Later"),
    ],
)
def test_plain_function_that_returns_an_awaitable(failure_text, test, kind):
    """A sync test that returns an awaitable fails."""
    text = f"""
class Later:
    def __await__(self):
        yield

def decorate(test):
    def wrapper(txaio):
        return test(txaio)

    return wrapper

{test}

test_x = decorate(test)
del test
"""
    said = failure_text(text)
    assert said.startswith(
        f"the test is a plain function, and the {kind!r} that it returned is never"
        " awaited: make it `async def`"
    )


def test_signals_of_another_loop(run_tests):
    """Another loop may have set the descriptor for signals, and gets it back."""
    text = """
import signal
import socket
import pytest

@pytest.fixture(scope="module")
def descriptor():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        before = signal.set_wakeup_fd(theirs.fileno())
        yield theirs.fileno()
        signal.set_wakeup_fd(before)

async def test_x(txaio, descriptor):
    await txaio.sleep(1)

@pytest.fixture
def current():
    before = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(before)
    return before

async def test_y(txaio, descriptor, current):
    await txaio.sleep(1)
    assert current == descriptor

def test_in_a_thread(txaio, txaio_run):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor() as pool:
        pool.submit(txaio_run, lambda: txaio.sleep(1)).result()
"""
    run_tests(text, backends="anyio-trio").assert_outcomes(passed=3)
