"""Beside other plugins that run coroutine functions, in their automatic modes."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest


OURS = """
import pytest
from hypothesis import given, settings, strategies

@pytest.fixture
async def value(txaio):
    await txaio.sleep(3600)
    yield "value"
    await txaio.sleep(3600)

@pytest.mark.parametrize("number", [1, 2])
async def test_ours(txaio, value, number):
    await txaio.sleep(3600)
    assert value == "value"

class TestOurs:
    async def test_method(self, value):
        assert value == "value"

    @staticmethod
    async def test_static(value):
        assert value == "value"

    @settings(max_examples=3, deadline=None, database=None)
    @given(number=strategies.integers(1, 2))
    async def test_given(self, txaio, value, number):
        await txaio.sleep(3600)
        assert value == "value"

    @classmethod
    async def test_class(cls, value):
        assert cls is TestOurs

def test_sync(txaio, txaio_run):
    async def main():
        await txaio.sleep(3600)
        return 42

    assert txaio_run(main) == 42
"""
PASSED = 7
"""The number of these tests on one backend."""

BACKENDS = ["asyncio", "twisted", "anyio-asyncio", "anyio-trio"]

ASYNCIO = """
import asyncio

@pytest.fixture
async def theirs():
    await asyncio.sleep(0)
    return asyncio.get_running_loop()

async def test_theirs(theirs):
    assert asyncio.get_running_loop() is theirs
"""

ANYIO = """
import anyio

@pytest.fixture
async def theirs(anyio_backend):
    await anyio.sleep(0)
    return "theirs"

async def test_theirs(theirs):
    await anyio.sleep(0)
    assert theirs == "theirs"
"""

TRIO = """
import trio

@pytest.fixture
async def theirs(nursery):
    await trio.sleep(0)
    return "theirs"

async def test_theirs(theirs):
    await trio.sleep(0)
    assert theirs == "theirs"
"""

TWISTED = """
import pytest_twisted
from twisted.internet import reactor, task

@pytest_twisted.ensureDeferred
async def test_theirs():
    await task.deferLater(reactor, 0, int)

async def test_ours_after_theirs(txaio):
    await txaio.sleep(3600)

@pytest_twisted.ensureDeferred
async def test_theirs_after_ours():
    await task.deferLater(reactor, 0, int)
"""

OTHERS = {
    "asyncio": (
        "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function",
        ASYNCIO,
        1,
    ),
    "anyio": ("anyio_mode = auto", ANYIO, 2),
    "trio": ("trio_mode = true", TRIO, 1),
    "twisted": ("", TWISTED, 2 + len(BACKENDS)),
    "xdist": ("addopts = -n2", "", 0),
}
"""For each plugin: its automatic mode, tests of its own, and their number."""

INSTALLED = {each.name for each in entry_points(group="pytest11")}
"""The nox session `other_plugins` installs those that support its Python."""


def run(pytester, ini, text, *args):
    """Run tests in a new process, without other plugins."""
    pytester.makeini(f"[pytest]\nfilterwarnings = error\n{ini}")
    pytester.makepyfile(text)
    backends = ",".join(BACKENDS)
    return pytester.runpytest_subprocess(f"--txaio-backends={backends}", *args)


@pytest.mark.parametrize("name", [each for each in OTHERS if each in INSTALLED])
def test_beside(pytester, name):
    """Our tests run once on each backend, and theirs run as usual."""
    ini, theirs, passed = OTHERS[name]
    others = [f"-pno:{other}" for other in OTHERS if other not in (name, "xdist")]
    if name != "xdist":
        others.append("-pno:xdist")
    result = run(pytester, ini, OURS + theirs, *others)
    result.assert_outcomes(passed=PASSED * len(BACKENDS) + passed)


def test_beside_all_of_them(pytester):
    """With all of them installed, our tests run once on each backend."""
    # AnyIO's plugin warns if pytest-asyncio is in its automatic mode, too.
    automatic = [name for name in OTHERS if name in INSTALLED and name != "anyio"]
    result = run(pytester, "\n".join(OTHERS[name][0] for name in automatic), OURS)
    result.assert_outcomes(passed=PASSED * len(BACKENDS))
