"""The tests that run a line, as only they can notice that it has been changed."""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Generator
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import coverage
import pytest

from mutants._plan import MODULES, package_of, source


class Recorder:
    """A plugin that notes what each test runs, and how long it takes.

    A test that starts a process may run anything there.
    """

    def __init__(self, package: str, file: Path) -> None:
        self._modules = [it for it in MODULES if package_of(it) == package]
        self._file = file
        paths = [str(Path.cwd() / source(it)) for it in self._modules]
        # Only the tracer in C knows contexts, on all Pythons.
        self._coverage = coverage.Coverage(data_file=None, include=paths)
        self._seconds: dict[str, float] = {}
        self._starting: set[str] = set()
        self._current = ""
        sys.addaudithook(self._audit)
        self._coverage.start()

    def _audit(self, event: str, _args: tuple[Any, ...]) -> None:
        if event in {"subprocess.Popen", "os.posix_spawn", "os.fork"}:
            self._starting.add(self._current)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Have what runs from here on belong to this test."""
        self._current = item.nodeid
        self._coverage.switch_context(item.nodeid)
        began = time.perf_counter()
        result = yield
        self._seconds[item.nodeid] = time.perf_counter() - began
        self._coverage.switch_context("")
        return result

    def pytest_unconfigure(self) -> None:
        """Write what has been noted."""
        self._coverage.stop()
        data = self._coverage.get_data()
        lines: dict[str, dict[int, list[str]]] = {}
        for module in self._modules:
            contexts = data.contexts_by_lineno(str(Path.cwd() / source(module)))
            lines[module] = {
                line: sorted(set(tests) - {""}) for line, tests in contexts.items()
            }
        record = {
            "seconds": self._seconds,
            "starting": sorted(self._starting - {""}),
            "lines": lines,
        }
        self._file.write_text(json.dumps(record))


class Record:
    """What a `Recorder` has noted about the tests of a package."""

    def __init__(self, file: Path) -> None:
        self.at = file.stat().st_mtime
        """When it was made, in seconds since the epoch."""
        record = json.loads(file.read_text())
        self.seconds: dict[str, float] = record["seconds"]
        self._starting: list[str] = record["starting"]
        self._lines: dict[str, dict[str, list[str]]] = record["lines"]
        self.modules = self._lines.keys()
        """The modules whose lines are recorded."""

    def tests(self, module: str, line: int) -> list[str]:
        """Return the tests that run a *line*, in the order in which they should run.

        All of them, if none does: then the line runs as the module is imported.  The
        quickest of each file come first, as tests of different things find most.
        """
        found = self._lines[module].get(str(line)) or list(self.seconds)
        files: defaultdict[str, list[str]] = defaultdict(list)
        for test in sorted({*found, *self._starting}, key=self.seconds.__getitem__):
            files[test.partition("::")[0]].append(test)
        rounds = chain.from_iterable(zip_longest(*files.values()))
        return [test for test in rounds if test is not None]


class Choice:
    """A plugin that runs the *chosen* tests in their order, then those not *known*."""

    def __init__(self, chosen: list[str], known: dict[str, float]) -> None:
        self._places = {test: place for place, test in enumerate(chosen)}
        self._known = known

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the others out."""
        last = len(self._places)
        items[:] = sorted(
            (it for it in items if it.nodeid in self._places or self._is_new(it)),
            key=lambda it: self._places.get(it.nodeid, last),
        )

    def _is_new(self, item: pytest.Item) -> bool:
        return item.nodeid not in self._known
