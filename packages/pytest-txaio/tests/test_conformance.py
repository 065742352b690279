"""The conformance tests, as the author of another backend runs them."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest


pytest_plugins = ["pytester"]

# pytester restores sys.modules after each run: these would be imported each time.
for name in ("pytest_txaio.conformance", "txaio_common"):
    importlib.import_module(name)

HERE = Path(__file__).parent
HOSTS = """
from heap_host import HeapHost


def pytest_txaio_hosts():
    return {"heap": HeapHost}
"""
WRONG = """
from heap_backend import HeapBackend

HeapBackend.name = "stack"
"""
BARE = """
from heap_backend import Loop, run
from pytest_txaio import Host


class BareHost(Host):
    def run(self, main, *args, debug=None):
        return run(main, *args, loop=Loop(), debug=debug)


def pytest_txaio_hosts():
    return {"bare": BareHost}
"""
CIRCLE = """
from heap_backend import CancelledError, run


async def main(txa):
    futures = []

    async def wait(number):
        await txa.sleep(0.001)
        await futures[1 - number]

    futures += [txa.as_future(wait, number) for number in (0, 1)]
    await txa.sleep(0.01)
    for number in (0, 1, 0):
        txa.cancel(futures[number])
    return await txa.gather(futures)


def test_cycle():
    for failure in run(main):
        assert isinstance(failure.value, CancelledError)
"""
EVERYTHING = "from pytest_txaio.conformance import *"


@pytest.fixture
def heap(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A directory of tests with the heap backend."""
    # The plugin of Hypothesis would be imported each time, too.
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
    pytester.syspathinsert(HERE)
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    pytester.makeconftest(HOSTS)
    return pytester


def said_of(backend: str, result: pytest.RunResult) -> list[str]:
    """Return the lines of the summary about *backend*."""
    begun, said = False, []
    for line in result.outlines:
        begun = line.startswith(f"{backend}: ") or (begun and line.startswith("  "))
        if begun:
            said.append(line.strip())
    return said


def test_heap_backend_passes(heap: pytest.Pytester) -> None:
    """With the option, and without a file of tests, every clause holds."""
    result = heap.runpytest("--txaio-conformance", "--txaio-backends=heap")
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}
    assert outcomes["passed"] > 600
    assert said_of("heap", result) == [
        "heap: 91 of 91 clauses hold",
        "A1 was not checked for futures of the loop's own kind: the host has none",
        "X4 was not checked for futures of the loop's own kind: the host has none",
        "X9 was not checked for futures of the loop's own kind: the host has none",
    ]


def test_star_import_is_the_same(heap: pytest.Pytester) -> None:
    """A file with one import has the same tests as the option."""
    chosen = ["--txaio-backends=heap", "--txaio-clauses=F,c,L3"]
    by_option = heap.runpytest("--txaio-conformance", *chosen).parseoutcomes()
    heap.makepyfile(test_contract=EVERYTHING)
    by_file = heap.runpytest(*chosen).parseoutcomes()
    assert by_file == by_option
    assert by_file["passed"] > 50


@pytest.mark.parametrize("by_option", [True, False])
def test_broken_clause_is_explained(heap: pytest.Pytester, by_option: bool) -> None:
    """In both ways pytest shows the values in a failed assertion."""
    heap.makeconftest(HOSTS + WRONG)
    if not by_option:
        heap.makepyfile(test_contract=EVERYTHING)
    option = ["--txaio-conformance"] if by_option else []
    # In a new process, as this one may have imported the tests already.
    chosen = ["--txaio-backends=heap", "--txaio-clauses=L1"]
    result = heap.runpytest_subprocess(*option, *chosen)
    result.stdout.re_match_lines([r"E .*assert .*'stack' in 'heap_backend'"])
    assert said_of("heap", result) == [
        "heap: 0 of 1 clauses hold",
        "L1 is broken: test_name[heap]",
    ]


def test_clauses_leave_other_tests_alone(heap: pytest.Pytester) -> None:
    """Other tests run beside those of the selected clauses."""
    own = heap.makepyfile(test_own="def test_own():\n    '>>> 1\\n1'")
    options = ["--txaio-conformance", "--txaio-backends=heap", "--txaio-clauses=F9"]
    beside = heap.runpytest(own, "--doctest-modules", *options).parseoutcomes()
    alone = heap.runpytest(*options).parseoutcomes()
    assert beside["passed"] == alone["passed"] + 2
    assert beside["deselected"] == alone["deselected"]


def test_file_that_cannot_be_imported(heap: pytest.Pytester) -> None:
    """An error in another file does not change the summary."""
    wrong = heap.makepyfile(test_wrong="raise ImportError")
    options = ["--txaio-conformance", "--txaio-backends=heap", "--txaio-clauses=F9"]
    result = heap.runpytest(wrong, "--continue-on-collection-errors", *options)
    assert result.parseoutcomes()["errors"] == 1
    assert said_of("heap", result) == ["heap: 1 of 1 clauses hold"]


def test_clause_as_a_keyword(heap: pytest.Pytester) -> None:
    """`-k` selects clauses, too."""
    options = ["--txaio-conformance", "--txaio-backends=heap", "-k"]
    assert (
        heap.runpytest(*options, "F9 and not test_result").parseoutcomes()["passed"] > 3
    )


def test_unknown_clause(heap: pytest.Pytester) -> None:
    """An unknown clause is an error that names the sections."""
    result = heap.runpytest("--txaio-conformance", "--txaio-clauses=F,Z1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.re_match_lines(
        [r".*no clause 'Z1'; its sections are F \(Futures\), C"]
    )


def test_clauses_of_no_test(heap: pytest.Pytester) -> None:
    """Selecting clauses without conformance tests is an error."""
    heap.makepyfile("def test_x(): pass")
    result = heap.runpytest("--txaio-clauses=F")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*none was collected: add --txaio-conformance"])


def test_import_of_one_module(heap: pytest.Pytester) -> None:
    """The fixtures of its tests are in another one: all have to be imported."""
    heap.makepyfile("from pytest_txaio.conformance.test_futures import *")
    result = heap.runpytest("--txaio-backends=heap")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*.py::test_*: import * from pytest_txaio.conformance, not from a part of it*"]
    )


def test_project_with_another_pattern_for_files(heap: pytest.Pytester) -> None:
    """The option finds the tests whatever `python_files` is."""
    heap.makeini("[pytest]\npython_files = check_*.py\ntestpaths = checks")
    options = ["--txaio-conformance", "--txaio-backends=heap", "--txaio-clauses=F9"]
    assert heap.runpytest(*options).parseoutcomes()["passed"] > 3


def test_host_with_run_only(heap: pytest.Pytester) -> None:
    """The summary names what a host with only `run` cannot check, by clause."""
    heap.makeconftest(BARE)
    result = heap.runpytest(
        "--txaio-conformance",
        "--txaio-backends=bare",
        "--txaio-clauses=T5,L2,A1",
        "-k",
        "sleep_cancels_its_timer or two_backends_on or import or native_future",
    )
    assert set(result.parseoutcomes()) == {"passed", "deselected"}
    said = re.findall(
        r"^  (\w+) was not checked for (.*):", result.stdout.str(), re.MULTILINE
    )
    assert said == [
        ("A1", "futures of the loop's own kind"),
        ("T5", "timers that are left behind"),
        ("L2", "a second backend on the loop"),
        ("L2", "programs that import it"),
    ]


def test_cycle_on_the_heap(heap: pytest.Pytester) -> None:
    """A coroutine that was forced twice to end has one outcome."""
    heap.makepyfile(CIRCLE)
    heap.runpytest().assert_outcomes(passed=1)
