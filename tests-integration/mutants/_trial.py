"""Running tests on mutants, each in a fork of this process, in a copy of the tree."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path

from mutants._covering import Choice, Record, Recorder
from mutants._mutations import Mutant
from mutants._plan import LOOPS, ROOT, package_of, source, tests


FRAMEWORKS = ["_pytest", "pytest", "coverage", "hypothesis", "asyncio", "anyio", "trio"]
FRAMEWORKS += ["twisted.internet.defer", "twisted.python.failure", "twisted.logger"]

OPTIONS = ["-q", "-x", "-pno:cacheprovider"]
# AnyIO and hypothesis have plugins, whose assertions need no messages.
OPTIONS += ["-Wignore::pytest.PytestAssertRewriteWarning"]

MAX_MEMORY = 4 * 2**30
"""Bytes that the tests of a mutant may address: some fill a list for ever."""


class Copy:
    """A copy of the tree, in which the tests of one mutant run at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._output = folder / "output"
        shutil.rmtree(folder, ignore_errors=True)
        skipped = shutil.ignore_patterns("__pycache__", ".*", "build")
        folder.mkdir(parents=True)
        for name in ("packages", "tests-integration"):
            shutil.copytree(ROOT / name, folder / name, ignore=skipped)
        for name in ("pyproject.toml", "VERSION", "REPOSITORY"):
            shutil.copy(ROOT / name, folder / name)

    def write(self, module: str, text: bytes) -> None:
        """Make *text* the source of *module*."""
        path = self.folder / source(module)
        path.write_bytes(text)
        # It could be of the same second and size as another one.
        Path(cache_from_source(str(path))).unlink(missing_ok=True)

    def start(self, arguments: list[str], plugin: Callable[[], object]) -> int:
        """Run pytest with *arguments* and a *plugin* in a fork, and return its id."""
        sys.stdout.flush()
        self._output.touch()
        pid = os.fork()
        if pid:
            return pid
        code = 3
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
            code = self._run(arguments, plugin)
        except BaseException:  # noqa: BLE001 - its output shows it
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            # Whatever happens, the fork must not go on as the process that made it.
            os._exit(code)

    def _run(self, arguments: list[str], plugin: Callable[[], object]) -> int:
        os.chdir(self.folder)
        # A shell has what it starts in the background ignore this.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with self._output.open("wb") as file:
            for number in (1, 2):
                os.dup2(file.fileno(), number)
        paths = [str(path) for path in sorted(self.folder.glob("packages/*/src"))]
        sys.path[:0] = paths
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
        import pytest  # noqa: PLC0415 - its plugins are those of the copy

        return int(pytest.main([*OPTIONS, *arguments], plugins=[plugin()]))

    def seconds_since_output(self) -> float:
        """Return how long ago a test has ended last, for which pytest prints a dot."""
        return time.time() - self._output.stat().st_mtime

    def output(self) -> str:
        """Return what the last run has printed."""
        return self._output.read_text(errors="replace")


class Trial:
    """The tests that a change of *lines* of *module* may fail, run on a *mutant*."""

    def __init__(
        self,
        copy: Copy,
        module: str,
        record: Record,
        mutant: Mutant,
    ) -> None:
        self.copy = copy
        self.mutant = mutant
        chosen = record.tests(module, mutant.line)
        copy.write(module, mutant.apply((ROOT / source(module)).read_bytes()))
        # Others run beside it, and collecting the tests takes seconds as well.
        self._limit = 20 + 5 * max(record.seconds[test] for test in chosen)
        files = {test.partition("::")[0] for test in chosen}
        for file in tests(copy.folder, package_of(module)):
            if (copy.folder / file).stat().st_mtime > record.at:
                files.add(file)  # What is new there runs, too.
        known = record.seconds
        self._pid = copy.start(
            [f"--txaio-backends={LOOPS[package_of(module)]}", *sorted(files)],
            lambda: Choice(chosen, known),
        )

    def poll(self) -> str | None:
        """Return how it has ended, None if it goes on."""
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if pid:
            return "killed" if status else "survived"
        if self.copy.seconds_since_output() < self._limit:
            return None
        os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        return "hangs"


def record(copy: Copy, package: str, file: Path) -> None:
    """Run all tests of *package*, and have *file* say what they run, for `Record`."""
    pid = copy.start(
        [f"--txaio-backends={LOOPS[package]}", *tests(copy.folder, package)],
        lambda: Recorder(package, file),
    )
    _, status = os.waitpid(pid, 0)
    if status:
        sys.exit(f"{package}: the tests fail without a mutant:\n{copy.output()}")


def import_frameworks() -> None:
    """Import what takes longest; each fork has it then."""
    for name in FRAMEWORKS:
        import_module(name)
