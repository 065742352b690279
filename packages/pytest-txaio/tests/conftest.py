"""Fixtures that run pytest inside a test, with no other plugins."""

from __future__ import annotations

import importlib

import pytest

from pytest_txaio import Backends


ALL = Backends({}, "all").names
"""Every backend that is installed here."""

# pytester restores sys.modules after each run: these would be imported each time.
for name in (
    "_hosts_asyncio",
    "_reactors",
    "_trio",
    *(["_uvloop"] * ("uvloop" in ALL)),
):
    importlib.import_module(f"pytest_txaio.{name}")
for name in ("txaio_asyncio", "txaio_twisted", "txaio_anyio", "anyio._backends._trio"):
    importlib.import_module(name)


@pytest.fixture
def runpytest(pytester):
    """Runs pytest in this process, where coverage is measured."""
    return pytester.runpytest_inprocess


@pytest.fixture
def run_tests(pytester, runpytest, monkeypatch):
    """Runs the tests in a source text, by default on asyncio."""
    # To look for the plugins that are installed takes a fifth of a run.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(text, *args, backends="asyncio"):
        pytester.makepyfile(text)
        words = ["-ppytest_txaio.plugin", "-pno:cacheprovider", "-Werror"]
        return runpytest(*words, f"--txaio-backends={backends}", *args)

    return run


@pytest.fixture
def failure_text(run_tests):
    """Runs a source text with one test, which fails, and returns its report."""

    def run(text, *args, backends="asyncio"):
        result = run_tests(text, *args, backends=backends)
        result.assert_outcomes(failed=1)
        lines = result.outlines
        first = next(n for n, line in enumerate(lines) if line.startswith("____"))
        last = next(n for n, line in enumerate(lines) if "short test summary" in line)
        return "\n".join(line for line in lines[first + 1 : last] if line)

    return run
