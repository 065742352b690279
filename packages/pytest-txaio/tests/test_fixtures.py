"""Fixtures that are coroutines."""

from __future__ import annotations

import pytest

from pytest_txaio import Backends


ALL = Backends({}, "all").names


FIXTURES = """
import pytest

story = []

@pytest.fixture
async def server(txaio):
    await txaio.sleep(0.005)
    story.append("server up")
    yield "server"
    await txaio.sleep(0.005)
    story.append("server down")

@pytest.fixture
async def client(server, txaio):
    story.append("client up")
    yield f"client of {server}"
    story.append("client down")

@pytest.fixture
async def name(client):
    return f"name of {client}"
"""


def test_order(run_tests):
    """They are set up on the test's loop before it, and torn down in reverse."""
    text = f"""{FIXTURES}
async def test_x(txaio, name):
    assert name == "name of client of server"
    assert story == ["server up", "client up"]
    story.append("test")

def test_y():
    ends = ["test", "client down", "server down"]
    assert story == ["server up", "client up", *ends] * {len(ALL)}
"""
    text = text.replace(
        '    assert story == ["server up", "client up"]\n',
        '    assert story[-2:] == ["server up", "client up"]\n',
    )
    run_tests(text, backends="all").assert_outcomes(passed=len(ALL) + 1)


def test_one_loop(run_tests):
    """A fixture and its test see one backend object."""
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
    """Whatever the test does, they are torn down."""
    text = f"""{FIXTURES}
async def test_x(name):
    assert False

async def test_y(txaio):
    assert story[-2:] == ["client down", "server down"]
"""
    run_tests(text).assert_outcomes(failed=1, passed=1)


def test_fixture_that_fails(run_tests):
    """One that fails fails the test; those before it are torn down."""
    text = f"""{FIXTURES}
@pytest.fixture
async def bad(client):
    raise ValueError("no")
    yield

async def test_x(bad):
    story.append("never")

async def test_y(txaio):
    assert story[-2:] == ["client down", "server down"]
"""
    result = run_tests(text)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*raise ValueError*"])


def test_torn_down_whatever_others_do(run_tests):
    """One that fails in the end does not keep the others up."""
    text = f"""{FIXTURES}
@pytest.fixture
async def bad(client):
    yield
    raise ValueError("no")

async def test_x(bad):
    pass

async def test_y(txaio):
    assert story[-2:] == ["client down", "server down"]
"""
    result = run_tests(text)
    result.assert_outcomes(failed=1, passed=1)


def test_methods(run_tests):
    """A fixture that is a method is bound to the test's own object."""
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
    """They may have parameters, too."""
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
    """A plain fixture gets a stand-in, which serves once the loop runs."""
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
    """… and before that names the fix."""
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
    """A plain fixture cannot have a value that is not there yet."""
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
    """Plain fixtures and async ones may stand side by side."""
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
    """A plain test has no loop that would last."""
    result = run_tests(f"{FIXTURES}\ndef test_x(name):\n    pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["the sync test 'test_x*' takes the async fixture 'server': make it *"]
    )


def test_tests_after_a_refused_fixture(run_tests):
    """What is wrong in one test is told of that test, on each backend."""
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


def test_async_fixture_asked_for_in_the_test(failure_text):
    """A test that runs cannot wait inside `getfixturevalue`."""
    text = f"""{FIXTURES}
async def test_x(txaio, request):
    request.getfixturevalue("server")
"""
    assert (
        "'server' was requested while the test runs: take it as an arg"
        in failure_text(text)
    )


def test_fixture_that_does_not_yield(failure_text):
    """It is told by its name."""
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
    """So is this one."""
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


@pytest.mark.parametrize("names", ["theirs, txaio", "txaio, theirs", "ours"])
def test_fixture_of_nobody(run_tests, names):
    """… and where there are none, it is said what it has to take."""
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
        # It hands over a coroutine, and warns at most.
        assert said not in result.stdout.str()
        return
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines([said, said])


def test_other_tests_with_a_fixture_of_nobody(run_tests):
    """What pytest says of tests that are not ours is left to it."""
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
