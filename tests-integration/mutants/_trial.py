"""Running tests on mutants, each in a fork of this process, in a copy of the tree."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sys
import time
import traceback
from importlib import import_module
from importlib.util import cache_from_source
from pathlib import Path

from mutants._mutations import Mutant
from mutants._plan import ROOT, source, stages


FRAMEWORKS = ("_pytest", "pytest", "hypothesis", "twisted.internet.defer", "anyio")
FRAMEWORKS += ("twisted.python.failure", "twisted.logger", "trio", "asyncio", "uuid")

OPTIONS = ("-q", "-x", "-pno:cacheprovider")
# AnyIO and hypothesis have plugins, whose assertions need no messages.
OPTIONS += ("-Wignore::pytest.PytestAssertRewriteWarning",)

MAX_MEMORY = 4 * 2**30
"""Bytes that the tests of a mutant may address: some fill a list for ever."""


class Copy:
    """A copy of the tree, in which the tests of one mutant run at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        skipped = shutil.ignore_patterns("__pycache__", ".*", "build")
        folder.mkdir(parents=True)
        for name in ("packages", "tests-integration"):
            shutil.copytree(ROOT / name, folder / name, ignore=skipped)
        for name in ("pyproject.toml", "VERSION", "REPOSITORY"):
            shutil.copy(ROOT / name, folder / name)

    def read(self, module: str) -> bytes:
        """Return the source of *module*."""
        return (self.folder / source(module)).read_bytes()

    def write(self, module: str, text: bytes) -> None:
        """Make *text* the source of *module*."""
        path = self.folder / source(module)
        path.write_bytes(text)
        # It could be of the same second and size as another one.
        Path(cache_from_source(str(path))).unlink(missing_ok=True)

    def start(self, arguments: list[str]) -> int:
        """Run pytest with *arguments* in a fork, and return its id."""
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            return pid
        code = 3
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
            code = self._run(arguments)
        except BaseException:  # noqa: BLE001 - its output shows it
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            # Whatever happens, the fork must not go on as the process that made it.
            os._exit(code)

    def _run(self, arguments: list[str]) -> int:
        os.chdir(self.folder)
        with (self.folder / "output").open("wb") as file:
            for number in (1, 2):
                os.dup2(file.fileno(), number)
        paths = [str(path) for path in sorted(self.folder.glob("packages/*/src"))]
        sys.path[:0] = paths
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
        import pytest  # noqa: PLC0415 - its plugins are those of the copy

        return int(pytest.main([*OPTIONS, *arguments]))


class Trial:
    """The tests of *module* with the source *text*, which has the change *mutant*."""

    def __init__(
        self, copy: Copy, module: str, text: bytes, mutant: Mutant | None = None
    ) -> None:
        self.copy = copy
        self.mutant = mutant
        self.seconds: list[float] = []
        """How long each stage has taken."""
        self._stages = stages(module)
        copy.write(module, text)
        self._start()

    def _start(self) -> None:
        self._began = time.monotonic()
        self._pid = self.copy.start(self._stages[len(self.seconds)])

    def poll(self, limits: list[float]) -> str | None:
        """Return how it has ended, None if it goes on; each stage may take a limit."""
        seconds = time.monotonic() - self._began
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if not pid:
            if seconds < limits[len(self.seconds)]:
                return None
            os.killpg(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            return "hangs"
        self.seconds.append(seconds)
        if status:
            return "killed"
        if len(self.seconds) == len(self._stages):
            return "survived"
        self._start()
        return None


def import_frameworks() -> None:
    """Import what takes longest; each fork has it then."""
    for name in FRAMEWORKS:
        import_module(name)
