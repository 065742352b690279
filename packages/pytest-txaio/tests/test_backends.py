"""Which backends a test runs on."""

from __future__ import annotations

import importlib
import weakref

import pytest

from pytest_txaio import Backends, _backends
from pytest_txaio._garbage import collect_cycles


ALL = Backends({}, "all").names


TEST = """
async def test_x(txaio):
    pass
"""


@pytest.fixture
def without(monkeypatch):
    """Hides installed packages from the plugin."""

    def hide(*names):
        find_spec = _backends.find_spec

        def find(name):
            return None if name in names else find_spec(name)

        monkeypatch.setattr(_backends, "find_spec", find)

    return hide


def test_default_is_one_for_each_framework(run_tests):
    """The default is asyncio, Twisted, and AnyIO on asyncio and on Trio."""
    result = run_tests(TEST, "-v", backends="")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        [
            "txaio: asyncio, twisted, anyio-asyncio, anyio-trio",
            "*::test_x[[]asyncio[]] PASSED*",
            "*::test_x[[]twisted[]] PASSED*",
            "*::test_x[[]anyio-asyncio[]] PASSED*",
            "*::test_x[[]anyio-trio[]] PASSED*",
        ]
    )


def test_missing_backends_are_left_out_and_named(run_tests, without):
    """Backends that are missing are named in the header, with the pip command."""
    without("trio", "twisted")
    result = run_tests(TEST, backends="")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            (
                "txaio: asyncio, anyio-asyncio; not installed: twisted, anyio-trio"
                " (pip install 'txaio-twisted' 'txaio-anyio[[]trio[]]')"
            )
        ]
    )


def test_folder_is_no_package(monkeypatch, tmp_path):
    """A folder without modules is not what a backend needs."""
    (tmp_path / "folder").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    backend = _backends.BuiltinBackend("", ("folder",), "")
    assert not backend.is_installed()
    (tmp_path / "folder" / "__init__.py").touch()
    importlib.invalidate_caches()
    assert backend.is_installed()


def test_no_backend_is_installed(run_tests, without):
    """Without any backend, tests that need one fail and name the pip command."""
    without("txaio_asyncio", "txaio_twisted", "txaio_anyio")
    text = f"""{TEST}
import pytest

@pytest.mark.txaio(clock="virtual")
def test_sync(txaio, txaio_run):
    pass

def test_other():
    pass
"""
    result = run_tests(text, backends="")
    result.assert_outcomes(passed=1, errors=2)
    said = "no txaio backend is installed: pip install 'pytest-txaio[[]all[]]'"
    result.stdout.fnmatch_lines(["txaio: no backend is installed; *", said, said])


def test_conformance_without_any_backend(run_tests, without):
    """Without any backend, the summary names no clauses."""
    without("txaio_asyncio", "txaio_twisted", "txaio_anyio")
    asked = ["--txaio-conformance", "--txaio-clauses=E3"]
    result = run_tests("", *asked, backends="")
    result.stdout.fnmatch_lines(["no txaio backend is installed: pip install *"])
    assert "clauses hold" not in result.stdout.str()


def test_chosen_by_option(run_tests):
    """The option has names, separated by commas; their order is kept."""
    result = run_tests(TEST, "-v", backends="anyio-trio, twisted")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["txaio: anyio-trio, twisted", "*[[]anyio-trio[]]*", "*[[]twisted[]]*"]
    )


def test_chosen_by_ini(run_tests, pytester):
    """So has the ini option; the command line has precedence."""
    pytester.makeini("[pytest]\ntxaio_backends = twisted")
    run_tests(TEST, "-v", backends="").stdout.fnmatch_lines(["txaio: twisted"])
    run_tests(TEST, backends="asyncio").stdout.fnmatch_lines(["txaio: asyncio"])


def test_all(run_tests):
    """`all` is every backend that is installed."""
    result = run_tests(TEST, backends="all")
    result.assert_outcomes(passed=len(ALL))
    result.stdout.fnmatch_lines([f"txaio: {', '.join(ALL)}"])


def test_group(run_tests, without):
    """`anyio` is AnyIO on all of its loops that are installed."""
    without("uvloop")
    result = run_tests(TEST, backends="anyio")
    result.stdout.fnmatch_lines(["txaio: anyio-asyncio, anyio-trio"])


def test_alias(run_tests, pytester):
    """`trio` is AnyIO on Trio, once, unless there is another backend of that name."""
    result = run_tests(TEST, backends="trio,anyio-trio")
    result.stdout.fnmatch_lines(["txaio: anyio-trio"])
    text = """
import pytest

@pytest.mark.txaio(backends=["trio"])
async def test_x(txaio):
    pass
"""
    result = run_tests(text, "-v", backends="")
    result.stdout.fnmatch_lines(["*test_x[[]anyio-trio[]]*"])
    pytester.makeconftest(
        """
from pytest_txaio._hosts_asyncio import AsyncioHost

def pytest_txaio_hosts():
    return {"trio": AsyncioHost}
"""
    )
    result = run_tests(TEST, "-v", backends="trio")
    result.stdout.fnmatch_lines(["txaio: trio", "*::test_x[[]trio[]] PASSED*"])


def test_group_that_is_missing(run_tests, without):
    """A group of which nothing is installed is an error, like a single backend."""
    without("txaio_anyio")
    result = run_tests(TEST, backends="anyio")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*'anyio-asyncio' is not installed: pip install *"])


def test_chosen_and_missing(run_tests, without):
    """A selected backend that is missing is an error with the pip command."""
    without("trio")
    result = run_tests(TEST, backends="asyncio,anyio-trio")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            (
                "ERROR: the txaio backend 'anyio-trio' is not installed:"
                " pip install 'txaio-anyio[[]trio[]]'"
            )
        ]
    )


def test_unknown(run_tests):
    """An unknown name is an error that lists the known ones."""
    result = run_tests(TEST, backends="asyncoi")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: there is no txaio backend 'asyncoi': choose among asyncio, uvloop, *"]
    )


def test_no_name(run_tests):
    """Commas without names are an error: no test would run, and the run would pass."""
    result = run_tests(TEST, backends=",")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: txaio_backends is empty: choose among asyncio, uvloop, *"]
    )


def test_mark(run_tests):
    """A mark selects backends for one test, also those not used by default."""
    text = """
import pytest

@pytest.mark.txaio(backends=["twisted-asyncioreactor", "anyio"])
async def test_x(txaio):
    pass
"""
    result = run_tests(text, "-v", backends="")
    result.stdout.fnmatch_lines(
        ["*[[]twisted-asyncioreactor[]]*", "*[[]anyio-asyncio[]]*"]
    )


def test_mark_among_those_chosen(run_tests):
    """A selection for all tests limits the backends of each test."""
    text = """
import pytest

@pytest.mark.txaio(backends=["twisted", "asyncio"])
async def test_x(txaio):
    pass

@pytest.mark.txaio(backends=["twisted"])
async def test_y(txaio):
    pass
"""
    result = run_tests(text, "-rs", backends="asyncio")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*is for twisted, which was not selected"])


def test_mark_and_missing(run_tests, without):
    """A mark with a missing backend is a collection error with the pip command."""
    without("trio")
    text = """
import pytest

@pytest.mark.txaio(backends=["anyio-trio"])
async def test_x(txaio):
    pass
"""
    result = run_tests(text, backends="")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*test_x: the txaio backend 'anyio-trio' is not installed: pip install *"]
    )


HOST = """
import pytest_txaio
import txaio_asyncio


class MyHost(pytest_txaio.Host):
    def run(self, main, *args, debug=None):
        return txaio_asyncio.run(main, *args)


def pytest_txaio_hosts():
    return {"mine": MyHost}
"""


def test_backend_of_ones_own(run_tests, pytester):
    """A host needs no more than `run`."""
    pytester.makeconftest(HOST)
    text = """
async def test_x(txaio, txaio_clock, txaio_log):
    begun = txaio_clock.time()
    await txaio.sleep(0.001)
    assert 0 < txaio_clock.time() - begun < 1
    txaio.make_logger("shop").info("sold")
    assert txaio_log.of("shop")[0].text == "sold"
"""
    result = run_tests(text, "-v", backends="mine")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["txaio: mine", "*::test_x[[]mine[]] PASSED*"])
    assert "mine" in run_tests(text, "-v", backends="").stdout.str()


def test_backend_of_ones_own_with_a_name_in_use(run_tests, pytester):
    """Two backends with the same name are an error."""
    pytester.makeconftest(HOST.replace('"mine"', '"twisted"'))
    result = run_tests(TEST)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: there are two txaio backends 'twisted'*"])


def test_hosts_are_known_without_an_import(run_tests):
    """The plugin finds installed backends without importing them."""
    known = _backends.BUILTIN_BACKENDS["anyio-trio"]
    assert known.needs == ("txaio_anyio", "anyio", "trio")
    code = "import sys, pytest_txaio.plugin; print(*sys.modules)"
    result = run_tests(
        f"""
import subprocess, sys

def test_x():
    run = subprocess.run(
        [sys.executable, "-c", {code!r}], check=True, capture_output=True, text=True
    )
    assert not set(run.stdout.split()) & {{
        "asyncio", "twisted", "anyio", "trio", "uvloop",
        "txaio_asyncio", "txaio_twisted", "txaio_anyio", "txaio_common",
    }}
"""
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("name", Backends({}, "").names)
def test_backend_is_freed(name):
    """After a test, nothing refers to the backend on which it ran."""

    async def main(backend):
        await backend.sleep(0.001)
        return weakref.ref(backend)

    with Backends({}, name).open(name) as host:
        backend = host.run(main)
    del host
    collect_cycles()
    assert backend() is None
