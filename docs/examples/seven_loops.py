"""Runs the applications of an example on seven event loops, and compares."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any


PACKAGES = Path(__file__).resolve().parents[2] / "packages"
TIMEOUT = 120.0
"""The seconds that a run on one loop may take; it takes a few."""

Tally = dict[str, Any]


@dataclass(frozen=True)
class Loop:
    """The application for a loop, its argument, and the modules that it needs."""

    app: str
    argument: str
    needs: tuple[str, ...]


LOOPS = {
    "asyncio": Loop("asyncio_app.py", "asyncio", ("txaio_asyncio",)),
    "uvloop": Loop("asyncio_app.py", "uvloop", ("txaio_asyncio", "uvloop")),
    "twisted": Loop("twisted_app.py", "default", ("txaio_twisted",)),
    "twisted-asyncioreactor": Loop(
        "twisted_app.py", "asyncioreactor", ("txaio_twisted",)
    ),
    "anyio-asyncio": Loop("anyio_app.py", "asyncio", ("txaio_anyio",)),
    "anyio-uvloop": Loop("anyio_app.py", "uvloop", ("txaio_anyio", "uvloop")),
    "anyio-trio": Loop("anyio_app.py", "trio", ("txaio_anyio", "trio")),
}


@dataclass(frozen=True)
class Demo:
    """What is particular to an example.

    Its applications are in ``apps`` below *folder*, and import *library* and the others
    of our modules that it *needs*. They print a line for each step, and at last a tally
    in JSON. *problems* returns what is not as planned in a tally, *cells* those of its
    row below *headings*, without the first.
    """

    folder: Path
    library: str
    needs: tuple[str, ...]
    text: str
    headings: tuple[str, ...]
    cells: Callable[[Tally], tuple[str, ...]]
    problems: Callable[[Tally], list[str]]

    def main(self) -> int:
        """Run on the selected loops, print a table, and return the exit status."""
        names = selected_loops(self.text)
        missing = self._missing_modules(names)
        if missing - {"uvloop"}:
            print(self._advice(missing), file=sys.stderr)
            return 1
        left_out = [name for name in names if missing & set(LOOPS[name].needs)]
        tallies = {name: self._run(name) for name in names if name not in left_out}
        if finished := {name: tally for name, tally in tallies.items() if tally}:
            self._print_table(finished)
        problems = [
            f"{name}: {problem}"
            for name, tally in tallies.items()
            for problem in (self.problems(tally) if tally else ["it failed, see above"])
        ]
        if left_out:
            print(f"\nLeft out, as uvloop is not installed: {', '.join(left_out)}.")
            print(
                "It does not support PyPy and Windows; elsewhere: pip install uvloop."
            )
        if problems:
            print("\nNot as planned:", *problems, sep="\n    ")
        elif tallies:
            print(f"\nAs planned on {len(tallies)} of {len(LOOPS)} loops.")
        return 1 if problems or not tallies else 0

    def _missing_modules(self, names: list[str]) -> set[str]:
        """Return the names of the modules that cannot be imported."""
        loops = {need for name in names for need in LOOPS[name].needs}
        needed = {self.library, *self.needs, *loops}
        return {module for module in needed if find_spec(module) is None}

    def _advice(self, missing: set[str]) -> str:
        """Return what to do about *missing* modules."""
        # All in one command: otherwise pip would look for one of them in an index.
        folders = [PACKAGES / name for name in ("txaio-interfaces", "txaio-common")]
        folders.append(self.folder)
        others: list[str] = []
        for module in sorted(missing - {self.library}):
            folder = PACKAGES / module.replace("_", "-")
            if folder.exists():
                folders.append(folder)
            else:
                others.append(module)
        command = [sys.executable, "-m", "pip", "install", *map(str, folders), *others]
        names = ", ".join(sorted(missing))
        return f"Not installed: {names}. Try\n\n    {' '.join(command)}\n"

    def _run(self, name: str) -> Tally | None:
        """Run the application on the loop called *name*; show a dot for each step."""
        loop = LOOPS[name]
        print(f"{name:24}", end="", flush=True)
        command = [sys.executable, str(self.folder / "apps" / loop.app), loop.argument]
        with subprocess.Popen(  # noqa: S603 - our own applications
            command, stdout=subprocess.PIPE, text=True
        ) as process:
            alarm = threading.Timer(TIMEOUT, process.kill)
            alarm.start()
            tally: Tally | None = None
            for line in process.stdout or ():
                if line.startswith("{"):
                    tally = json.loads(line)
                else:
                    print(".", end="", flush=True)
            status = process.wait()
            alarm.cancel()
        if tally is None or status != 0:
            print(f" failed with exit status {status}")
            return None
        print(f" {tally['seconds']:.1f} s")
        return tally

    def _print_table(self, tallies: dict[str, Tally]) -> None:
        """Print a line for each loop."""
        rows = [("backend", *self.headings)]
        rows += [(name, *self.cells(tally)) for name, tally in tallies.items()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        print()
        for name, *others in rows:
            line = [name.ljust(widths[0])]
            line += map(str.rjust, others, widths[1:])
            print("  ".join(line))


def selected_loops(text: str) -> list[str]:
    """Return the names of the loops that the command line selects."""
    parser = argparse.ArgumentParser(description=text.partition("\n")[0])
    parser.add_argument(
        "--only",
        nargs="+",
        choices=LOOPS,
        default=list(LOOPS),
        metavar="LOOP",
        help=f"one of {', '.join(LOOPS)}",
    )
    names: list[str] = parser.parse_args().only
    return names


def not_as_due(tally: Tally, counted: dict[str, str]) -> list[str]:
    """Return a description of each number in *tally* that is not the one with _due."""
    return [
        f"{what}: {tally[key]}, but {tally[key + '_due']} were due"
        for key, what in counted.items()
        if tally[key] != tally[key + "_due"]
    ]
