"""Async fixtures."""

from __future__ import annotations

import gc
import warnings

import pytest

from pytest_txaio import Backends


ALL = Backends({}, "all").names


FIXTURES = """
import pytest

events = []

@pytest.fixture
async def server(txaio):
    await txaio.sleep(0.005)
    events.append("server up")
    yield "server"
    await txaio.sleep(0.005)
    events.append("server down")

@pytest.fixture
async def client(server, txaio):
    events.append("client up")
    yield f"client of {server}"
    events.append("client down")

@pytest.fixture
async def name(client):
    return f"name of {client}"
"""


def test_order(run_tests):
    """They are set up before the test on its loop, and torn down in reverse order."""
    text = f"""{FIXTURES}
async def test_x(txaio, name):
    assert name == "name of client of server"
    assert events == ["server up", "client up"]
    events.append("test")

def test_y():
    ends = ["test", "client down", "server down"]
    assert events == ["server up", "client up", *ends] * {len(ALL)}
"""
    text = text.replace(
        '    assert events == ["server up", "client up"]\n',
        '    assert events[-2:] == ["server up", "client up"]\n',
    )
    run_tests(text, backends="all").assert_outcomes(passed=len(ALL) + 1)


def test_one_loop(run_tests):
    """A fixture and its test get the same backend object."""
    text = """
import pytest

@pytest.fixture
async def mine(txaio):
    return txaio, txaio.create_future()

async def test_x(txaio, mine):
    assert mine[0] is txaio
    txaio.resolve(mine[1], "value")
    assert await mine[1] == "value"
"""
    run_tests(text, backends="asyncio,twisted,anyio-trio").assert_outcomes(passed=3)


def test_test_that_fails(run_tests):
    """They are torn down, even if the test fails."""
    text = f"""{FIXTURES}
async def test_x(name):
    assert False

async def test_y(txaio):
    assert events[-2:] == ["client down", "server down"]
"""
    run_tests(text).assert_outcomes(failed=1, passed=1)


def test_fixture_that_fails(run_tests):
    """If one fails, the test fails, and those before it are torn down."""
    text = f"""{FIXTURES}
@pytest.fixture
async def bad(client):
    raise ValueError("no")
    yield

async def test_x(bad):
    events.append("never")

async def test_y(txaio):
    assert events[-2:] == ["client down", "server down"]
"""
    result = run_tests(text)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*raise ValueError*"])


def test_tear_down_that_fails(run_tests):
    """If one fails while it is torn down, the others are still torn down."""
    text = f"""{FIXTURES}
@pytest.fixture
async def bad(client):
    yield
    raise ValueError("no")

async def test_x(bad):
    pass

async def test_y(txaio):
    assert events[-2:] == ["client down", "server down"]
"""
    result = run_tests(text)
    result.assert_outcomes(failed=1, passed=1)


def test_methods(run_tests):
    """A fixture that is a method is bound to the instance of the test."""
    text = """
import pytest

class TestX:
    @pytest.fixture
    async def me(self, txaio):
        return self

    async def test_x(self, me):
        assert me is self
"""
    run_tests(text).assert_outcomes(passed=1)


def test_parameters(run_tests):
    """They can have parameters."""
    text = """
import pytest

@pytest.fixture(params=[1, 2])
async def number(request, txaio):
    await txaio.sleep(1)
    return request.param

async def test_x(number):
    assert number in (1, 2)
"""
    run_tests(text, backends="asyncio,twisted").assert_outcomes(passed=4)


def test_sync_fixture_holds_the_backend(run_tests):
    """A sync fixture gets a proxy, which works while the loop is running."""
    text = """
import pytest

class Client:
    def __init__(self, txa):
        self.txa = txa

    async def wait(self):
        await self.txa.sleep(3600)
        return "waited"

@pytest.fixture
def client(txaio):
    return Client(txaio)

async def test_x(client):
    assert await client.wait() == "waited"

def test_y(client, txaio_run):
    assert txaio_run(client.wait) == "waited"
"""
    run_tests(text, backends="asyncio,twisted,anyio-trio").assert_outcomes(passed=6)


def test_sync_fixture_uses_the_backend(run_tests):
    """Before the loop runs, the proxy raises an error that names the fix."""
    text = """
import pytest

@pytest.fixture
def timer(txaio):
    return txaio.make_batched_timer(1)

async def test_x(timer):
    pass
"""
    result = run_tests(text)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*use txaio in an `async def` test or fixture*"])


def test_sync_fixture_takes_an_async_one(run_tests):
    """A sync fixture cannot take an async one."""
    text = f"""{FIXTURES}
@pytest.fixture
def shout(name):
    return name.upper()

async def test_x(shout):
    pass
"""
    result = run_tests(text)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["the fixture 'shout' takes the async fixture 'name': make it `async def`, too"]
    )


def test_sync_fixture_beside_an_async_one(run_tests):
    """A test can take sync and async fixtures."""
    text = f"""{FIXTURES}
@pytest.fixture
def folder(tmp_path):
    return tmp_path

async def test_x(server, folder):
    assert server == "server"
    assert folder.exists()
"""
    run_tests(text).assert_outcomes(passed=1)


def test_sync_test_takes_an_async_fixture(run_tests):
    """A sync test cannot take an async fixture."""
    result = run_tests(f"{FIXTURES}\ndef test_x(name):\n    pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["the sync test 'test_x*' takes the async fixture 'server': make it *"]
    )


def test_tests_after_a_refused_fixture(run_tests):
    """The error of one test does not affect the next, on each backend."""
    text = f"""{FIXTURES}
def test_sync(name):
    pass

async def test_after(name):
    assert name
"""
    result = run_tests(text, backends="asyncio,twisted")
    result.assert_outcomes(errors=2, passed=2)
    said = [line for line in result.outlines if line.startswith("the sync test")]
    assert len(said) == 2


def test_async_fixture_requested_in_the_test(failure_text):
    """A running test cannot await inside `getfixturevalue`."""
    text = f"""{FIXTURES}
async def test_x(txaio, request):
    request.getfixturevalue("server")
"""
    assert (
        "'server' was requested while the test runs: take it as an arg"
        in failure_text(text)
    )


def test_fixture_that_does_not_yield(failure_text):
    """The error names the fixture."""
    text = """
import pytest

@pytest.fixture
async def mine(txaio):
    if False:
        yield

async def test_x(mine):
    pass
"""
    assert "the async fixture 'mine' did not yield a value" in failure_text(text)


def test_fixture_that_yields_twice(failure_text):
    """The error names the fixture."""
    text = """
import pytest

@pytest.fixture
async def mine(txaio):
    yield 1
    yield 2

async def test_x(mine):
    pass
"""
    assert "the async fixture 'mine' yielded more than once" in failure_text(text)


def test_fixture_of_others(run_tests, pytester):
    """An async fixture that does not take `txaio` is left to other plugins."""
    pytester.makeconftest("""
import inspect
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef):
    if inspect.iscoroutinefunction(fixturedef.func):
        fixturedef.func = lambda: fixturedef.argname
""")
    text = """
import pytest

@pytest.fixture
async def theirs():
    return 1

@pytest.fixture
async def ours(txaio):
    return 2

async def test_x(ours, theirs):
    assert (theirs, ours) == ("theirs", 2)
"""
    run_tests(text).assert_outcomes(passed=1)


def collect_coroutines():
    """Collect those that pytest passed to tests before 9, and that none awaited."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


@pytest.mark.parametrize("names", ["theirs, txaio", "txaio, theirs", "ours"])
def test_fixture_that_no_plugin_handles(run_tests, names):
    """If no plugin handles it, the error says what it has to take."""
    text = f"""
import pytest

@pytest.fixture(scope="module", params=[1])
async def theirs():
    return 1

@pytest.fixture
async def ours(txaio, theirs):
    return 2

async def test_x({names}):
    pass

async def test_y({names}):
    pass

async def test_z(txaio):
    pass
"""
    result = run_tests(text)
    said = "the async fixture 'theirs' must take txaio"
    if pytest.version_tuple < (9,):
        # It passes a coroutine, with a warning at most.
        assert said not in result.stdout.str()
        collect_coroutines()
        return
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines([said, said])


def test_other_tests_with_a_fixture_that_no_plugin_handles(run_tests):
    """The errors of tests without txaio are unchanged."""
    text = """
import pytest

@pytest.fixture
async def theirs():
    return 1

def test_x(theirs):
    pass

@pytest.fixture
def broken(txaio):
    pytest.fail("as it is meant to")

async def test_y(broken):
    pass
"""
    result = run_tests(text, "-Wignore")
    assert "must take txaio" not in result.stdout.str()
    result.stdout.fnmatch_lines(["*Failed: as it is meant to"])
    collect_coroutines()


@pytest.mark.parametrize("scope", ["class", "module", "session"])
def test_scope_that_is_too_wide(run_tests, scope):
    """A fixture that outlives its loop is refused, in the tests that take it."""
    text = f"""
import pytest

@pytest.fixture(scope="{scope}")
async def wide(txaio):
    return 1

@pytest.fixture(scope="{scope}")
def clock(txaio_clock):
    return txaio_clock

@pytest.fixture(scope="{scope}")
def others(pytestconfig):
    return 1

async def test_x(wide):
    pass

def test_y(clock, txaio_run):
    pass

async def test_z(txaio, others):
    assert others == 1
"""
    result = run_tests(text)
    result.assert_outcomes(passed=1, errors=2)
    said = f"the fixture '{{}}' has the scope '{scope}', but {{}} is new for each test*"
    result.stdout.fnmatch_lines(
        [said.format("wide", "txaio"), said.format("clock", "txaio_clock")]
    )
    assert "ScopeMismatch" not in result.stdout.str()


def test_async_test_without_txaio(run_tests):
    """The error that no plugin runs an async test says how this one does."""
    text = """
import pytest

async def test_x():
    pass

def test_y():
    pytest.fail("async def functions are not natively supported, they say")
"""
    result = run_tests(text, "-Wdefault")
    fix = "pytest-txaio runs it if it takes the fixture txaio: *"
    if pytest.version_tuple < (8, 4):
        # It skips the test.
        result.stdout.no_fnmatch_line(fix)
        return
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["  - pytest-twisted", fix])
    # Where CI is set, the summary repeats the text of a failure.
    failures, _, _ = result.stdout.str().partition("short test summary")
    assert failures.count("pytest-txaio runs it") == 1


OLD_PYTEST_ASYNCIO = """
import functools
import inspect


def pytest_collection_modifyitems(items):
    for item in items:
        for [definition] in item._fixtureinfo.name2fixturedefs.values():
            if inspect.isasyncgenfunction(definition.func):
                replace(definition)


def replace(definition):
    function = definition.func

    @functools.wraps(function)
    def plain(request, **kwargs):
        raise AssertionError("run on a loop of its own")

    definition.func = plain
    definition.argnames += ("request",)
"""


def test_fixture_that_is_hidden(run_tests, pytester):
    """pytest-asyncio 1.0 and earlier replaces the functions of async fixtures."""
    pytester.mkpydir("pytest_asyncio").joinpath("plugin.py").write_text(
        OLD_PYTEST_ASYNCIO
    )
    pytester.syspathinsert()
    text = """
import pytest

@pytest.fixture
async def value(txaio, request):
    yield request.node.name
    await txaio.sleep(1)

class TestX:
    @pytest.fixture
    async def method(self, value):
        assert isinstance(self, TestX)
        yield value

    async def test_x(self, method):
        assert method.startswith("test_x")
"""
    run_tests(text, "-ppytest_asyncio.plugin").assert_outcomes(passed=1)
