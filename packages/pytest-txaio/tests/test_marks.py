"""Marks and settings, and their errors."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("'asyncio'", "the txaio mark takes keywords only (backends, *, not 'asyncio'"),
        ("backend='x'", "the txaio mark has no 'backend': it takes backends, clock, *"),
        ("backends='x'", "backends must be a list of names, as in *, not 'x'"),
        ("backends=[]", "backends must be a list of names, as in *, not []"),
        ("backends=[1]", "backends must be a list of names, as in *, not [1]"),
        ("backends=['x']", "there is no txaio backend 'x': choose among asyncio, *"),
        ("clock='fast'", "clock must be 'virtual' or 'real', not 'fast'"),
        ("timeout=0", "timeout must be a number of seconds above 0, not 0"),
        ("timeout='x'", "timeout must be a number of seconds above 0, not 'x'"),
        ("timeout='1'", "timeout must be a number of seconds above 0, not '1'"),
        (
            "timeout=float('nan')",
            "timeout must be a number of seconds above 0, not nan",
        ),
        ("timeout=True", "timeout must be a number of seconds above 0, not True"),
        ("timeout=None", "timeout must be a number of seconds above 0, not None"),
        ("leftovers=1", "leftovers must be True or False, not 1"),
    ],
)
def test_bad_mark(run_tests, arguments, said):
    """It is a collection error that names the test and the argument."""
    text = f"""
import pytest

@pytest.mark.txaio({arguments})
async def test_x(txaio):
    pass
"""
    result = run_tests(text)
    result.assert_outcomes(errors=1)
    pattern = said.replace("[", "[[]")
    result.stdout.fnmatch_lines([f"*::test_x: {pattern}"])


def test_mark_without_the_fixture(run_tests):
    """A mark on a test without `txaio` is an error; on a module it is not."""
    text = """
import pytest

pytestmark = pytest.mark.txaio(leftovers=False)

def test_x():
    pass
"""
    run_tests(text).assert_outcomes(passed=1)
    result = run_tests("""
import pytest

@pytest.mark.txaio(timeout=1)
async def test_y():
    pass
""")
    result.assert_outcomes(errors=1)
    said = "*::test_y: the txaio mark is only for tests that take the txaio fixture"
    result.stdout.fnmatch_lines([said])


@pytest.mark.parametrize(
    "names", ["'txaio_host'", "'number, txaio_host'", "argnames=['txaio_host']"]
)
def test_parametrized_host(run_tests, names):
    """Backends are selected by the mark, and not as the parameter of a fixture."""
    result = run_tests(f"""
import pytest

@pytest.mark.parametrize({names}, argvalues=[], indirect=True)
def test_x(txaio_host):
    pass
""")
    result.assert_outcomes(errors=1)
    said = "*::test_x: 'txaio_host' cannot be parametrized: select backends with*"
    result.stdout.fnmatch_lines([said])


def test_backend_that_is_only_requested(run_tests):
    """A test that gets the fixture by name alone is told to take it."""
    result = run_tests("""
def test_x(request):
    request.getfixturevalue("txaio")
""")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["take the fixture txaio as an argument of the test*"])


def test_bad_ini(run_tests, pytester):
    """A setting that is not a number is a usage error."""
    pytester.makeini("[pytest]\ntxaio_timeout = soon")
    result = run_tests("")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: txaio_timeout must be a number of sec*'soon'"])


def test_any_number_of_seconds(run_tests, pytester):
    """A timeout may be a number of any type."""
    pytester.makeini("[pytest]\ntxaio_timeout = 5")
    text = """
import pytest
from fractions import Fraction

async def test_x(txaio):
    pass

@pytest.mark.txaio(timeout=Fraction(19, 2))
async def test_y(txaio):
    pass

@pytest.mark.txaio(timeout=10**400)
async def test_z(txaio):
    pass
"""
    run_tests(text).assert_outcomes(passed=3)


def test_nearest_mark_has_precedence(run_tests):
    """Marks of a test, its class and its module add up; the nearest has precedence."""
    text = """
import pytest

pytestmark = pytest.mark.txaio(backends=["twisted"], leftovers=False)

class TestX:
    pytestmark = pytest.mark.txaio(backends=["asyncio"])

    async def test_x(self, txaio):
        txaio.call_later(3600, print)

    @pytest.mark.txaio(backends=["anyio-trio"])
    async def test_y(self, txaio):
        txaio.call_later(3600, print)
"""
    result = run_tests(text, "-v", backends="")
    result.stdout.fnmatch_lines(
        ["*test_x[[]asyncio[]] PASSED*", "*test_y[[]anyio-trio[]] PASSED*"]
    )
    result.assert_outcomes(passed=2)


def test_mark_and_fixtures_are_documented(run_tests):
    """They are in the lists of pytest."""
    run_tests("", "--markers", "--strict-markers").stdout.fnmatch_lines(
        ["@pytest.mark.txaio(backends=None, clock=None, timeout=None, leftovers=True)*"]
    )
    said = run_tests("", "--fixtures").stdout.str()
    for name in ("txaio", "txaio_run", "txaio_clock", "txaio_errors", "txaio_log"):
        assert f"\n{name} -- " in said
