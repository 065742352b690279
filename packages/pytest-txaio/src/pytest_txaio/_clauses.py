"""Select the conformance tests by clause, and report the clauses that hold.

The docstring of a conformance test begins with the ids of the clauses that it tests.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from pytest_txaio._first_hooks import TEST_RUN_FIXTURE


SECTIONS = {
    "F": ("Futures", 10),
    "C": ("Callbacks", 7),
    "R": ("Errors are never lost", 7),
    "A": ("as_future", 4),
    "X": ("Cancellation", 13),
    "D": ("Deadlines", 5),
    "G": ("gather", 5),
    "T": ("Time", 8),
    "B": ("Batched timers", 7),
    "V": ("Context variables", 2),
    "H": ("Threads", 2),
    "L": ("Lifecycle", 5),
    "E": ("Failures", 4),
    "O": ("Logging", 12),
}
"""For each letter, the title of the section and the number of its clauses."""

CLAUSES = [
    f"{letter}{number}"
    for letter, (_, count) in SECTIONS.items()
    for number in range(1, count + 1)
]
"""The ids of all clauses, in the order of the contract."""

SUITE = "pytest_txaio.conformance"
CITED = re.compile(r"([A-Z]\d+(?:, [A-Z]\d+)*): ")

# Names of user properties: pytest-xdist and the XML report keep these.
CLAUSE = "txaio_clause"
BACKEND = "txaio_backend"
UNCHECKED = "txaio_unchecked"


def clauses_of(docstring: str | None) -> list[str]:
    """Return the clauses that the *docstring* of a test begins with."""
    begins = CITED.match(docstring or "")
    return begins[1].split(", ") if begins else []


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("txaio")
    group.addoption(
        "--txaio-conformance",
        action="store_true",
        help="run the conformance tests of txaio's contract, besides those given",
    )
    group.addoption(
        "--txaio-clauses",
        metavar="CLAUSES",
        default="",
        help="run only the conformance tests of these clauses or sections: `F,C5`",
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    chosen_by(config)
    if config.getoption("--txaio-conformance"):
        named = config.args_source is pytest.Config.ArgsSource.ARGS
        others = config.args if named else []
        suite = suite_paths(config)
        config.args = [*(each for each in others if each not in suite), *suite]


def suite_paths(config: pytest.Config) -> list[str]:
    """Return the paths of the conformance tests, as arguments of pytest."""
    folder = Path(__file__).parent / "conformance"
    if "test_*.py" in config.getini("python_files"):
        return [str(folder)]
    # pytest collects files that match no pattern only if they are given by name.
    return sorted(map(str, folder.glob("test_*.py")))


def chosen_by(config: pytest.Config) -> set[str]:
    """Return the selected clauses; an empty set means all of them.

    Raises `pytest.UsageError` if a clause does not exist.
    """
    asked: str = config.getoption("--txaio-clauses") or ""
    words = asked.upper().replace(",", " ").split()
    chosen: set[str] = set()
    for word in words:
        found = [each for each in CLAUSES if word in (each, each[0])]
        if not found:
            known = ", ".join(f"{key} ({name})" for key, (name, _) in SECTIONS.items())
            message = f"the contract has no clause {word!r}; its sections are {known}"
            raise pytest.UsageError(message)
        chosen.update(found)
    return chosen


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    chosen = chosen_by(config)
    ours = [
        item for item in items if isinstance(item, pytest.Function) and is_ours(item)
    ]
    if chosen and not ours:
        message = "--txaio-clauses selects conformance tests, and none was collected"
        raise pytest.UsageError(f"{message}: add --txaio-conformance")
    left_out: list[pytest.Item] = []
    for item in ours:
        if not hasattr(item, "callspec"):
            message = "import * from pytest_txaio.conformance, not from a part of it"
            raise pytest.UsageError(
                f"{item.nodeid}: {message}, which does not have the fixtures;"
                " --txaio-clauses selects tests"
            )
        clauses = clauses_of(item.obj.__doc__)
        if chosen and chosen.isdisjoint(clauses):
            left_out.append(item)
        item.extra_keyword_matches.update(clauses)
        item.user_properties += [(CLAUSE, clause) for clause in clauses]
        item.user_properties.append((BACKEND, item.callspec.params[TEST_RUN_FIXTURE]))
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


def is_ours(item: pytest.Function) -> bool:
    """Return whether *item* is a conformance test, in whatever module it was found."""
    test: Callable[..., object] = item.obj
    return test.__module__.startswith(SUITE)


class Outcome:
    """The results of the clauses on one backend."""

    def __init__(self) -> None:
        self.held: set[str] = set()
        # A dict as an ordered set: a test can fail both in its call and its teardown.
        self.broken: dict[str, dict[str, None]] = defaultdict(dict)
        self.unchecked: dict[str, set[str]] = defaultdict(set)

    def add(self, report: pytest.TestReport, clauses: Iterable[str]) -> None:
        """Record the result of a test of *clauses*."""
        unchecked = [text for name, text in report.user_properties if name == UNCHECKED]
        name = report.nodeid.rpartition("::")[2]
        for clause in clauses:
            if report.passed:
                self.held.add(clause)
            else:
                self.broken[clause][name] = None
            self.unchecked[clause].update(map(str, unchecked))

    def lines(self) -> Iterator[str]:
        """Yield the lines of the summary, clause by clause."""
        tested = len(self.held | self.broken.keys())
        yield f"{tested - len(self.broken)} of {tested} clauses hold"
        for clause in CLAUSES:
            if clause in self.broken:
                yield f"  {clause} is broken: {', '.join(self.broken[clause])}"
            for text in sorted(self.unchecked[clause]):
                yield f"  {clause} was not checked for {text}"


def outcomes(reports: Iterable[object]) -> dict[str, Outcome]:
    """Return the outcome on each backend on which clauses were tested."""
    found: dict[str, Outcome] = defaultdict(Outcome)
    for report in reports:
        if not isinstance(report, pytest.TestReport):  # A collection error.
            continue
        clauses = [str(text) for name, text in report.user_properties if name == CLAUSE]
        for name, backend in report.user_properties:
            if name == BACKEND and backend:  # Empty if no backend is installed.
                found[str(backend)].add(report, clauses)
    return found


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    stats = terminalreporter.stats
    kinds = ("passed", "failed", "error")
    found = outcomes(report for kind in kinds for report in stats.get(kind, []))
    if found:
        terminalreporter.section("the contract of txaio")
    for backend, outcome in found.items():
        for number, line in enumerate(outcome.lines()):
            terminalreporter.line(line if number else f"{backend}: {line}")
