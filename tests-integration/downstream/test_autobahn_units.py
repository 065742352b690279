"""Autobahn's own unit tests, on this txaio and on txaio 26.6."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from processes import environment


TIMEOUT = 600
"""The seconds that a run of all tests may take; it takes a minute."""


@dataclass
class Outcome:
    """The outcome of a run: numbers of results, and the tests that did not pass."""

    counts: Counter
    failed: set[str]
    skipped: set[str]

    def __str__(self) -> str:
        return ", ".join(f"{self.counts[kind]} {kind}" for kind in sorted(self.counts))


def autobahn() -> Path:
    """Return the folder of Autobahn."""
    spec = find_spec("autobahn")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def run(command: list[str], folder: Path, **changes: str) -> str:
    """Run *command* and return its output, whatever its exit status is."""
    done = subprocess.run(
        [sys.executable, *command],
        check=False,
        cwd=folder,
        env=environment(**changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
    )
    return done.stdout


def on_asyncio(folder: Path, **changes: str) -> Outcome:
    """Run all tests but those on Twisted, with pytest."""
    root, report, settings = autobahn(), folder / "report.xml", folder / "pytest.ini"
    # Without this pytest would find ours, in a parent folder.
    settings.write_text("[pytest]\nasyncio_mode = strict\n")
    command = [
        "-m",
        "pytest",
        "-q",
        f"-c{settings}",
        "-Wignore",
        f"--junitxml={report}",
        f"--ignore={root / 'twisted'}",
        str(root),
    ]
    out = run(command, folder, USE_ASYNCIO="1", **changes)
    assert report.is_file(), out
    counts: Counter = Counter()
    found: dict[str, set[str]] = {"failed": set(), "skipped": set()}
    kinds = {"failure": "failed", "error": "failed", "skipped": "skipped"}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest's own report
        name = f"{case.get('classname')}.{case.get('name')}"
        kind = next((kinds[e.tag] for e in case if e.tag in kinds), "passed")
        counts[kind] += 1
        if kind in found:
            found[kind].add(name.partition("autobahn.")[2])
    return Outcome(counts, **found)


def on_twisted(folder: Path, **changes: str) -> Outcome:
    """Run all tests but those on asyncio, with trial."""
    root = autobahn()
    modules = [
        ".".join(path.relative_to(root.parent).with_suffix("").parts)
        for path in sorted(root.rglob("test/test_*.py"))
        if "asyncio" not in path.parts
    ]
    out = run(["-m", "twisted.trial", *modules], folder, USE_TWISTED="1", **changes)
    summary = re.search(r"^(?:PASSED|FAILED) \((.*)\)$", out, re.MULTILINE)
    assert summary, out
    pairs = re.findall(r"(\w+)=(\d+)", summary[1])
    names = {"successes": "passed", "skips": "skipped"}
    counts = Counter({names.get(kind, kind): int(number) for kind, number in pairs})
    found: dict[str, set[str]] = {"failed": set(), "skipped": set()}
    for section in re.split(r"^={20,}$", out, flags=re.MULTILINE)[1:]:
        kind = "skipped" if section.startswith("\n[SKIPPED]") else "failed"
        found[kind].update(re.findall(r"^autobahn(?:\.\w+)+$", section, re.MULTILINE))
    return Outcome(counts, **found)


SUITES = [on_asyncio, on_twisted]


@pytest.fixture(scope="module")
def outcomes(predecessor, tmp_path_factory):
    """Run each suite on both, as many at once as there are processors.

    Give what returns the outcome of a suite, on the predecessor or on this txaio.
    """
    changes = {True: {"PYTHONPATH": str(predecessor)}, False: {}}
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        runs = {
            (suite, is_old): executor.submit(
                suite, tmp_path_factory.mktemp(suite.__name__), **changes[is_old]
            )
            for suite in SUITES
            for is_old in changes
        }
        yield lambda suite, is_old: runs[suite, is_old].result()


@pytest.mark.parametrize("suite", SUITES)
def test_suite_runs_on_the_predecessor(suite, outcomes, add_to_summary):
    """Its outcome is what the outcome on this txaio is compared with."""
    outcome = outcomes(suite, is_old=True)
    add_to_summary(outcome)
    assert outcome.counts["passed"] > 300


@pytest.mark.parametrize("suite", SUITES)
def test_nothing_fails_that_passed(suite, outcomes, add_to_summary):
    """On this txaio there are no more failures or skips than on the predecessor."""
    outcome, expected = (outcomes(suite, is_old=is_old) for is_old in (False, True))
    add_to_summary(outcome)
    assert outcome.failed - expected.failed == set()
    assert outcome.skipped - expected.skipped == set()
    assert outcome.counts["passed"] >= expected.counts["passed"]
