"""Run one library on seven event loops, over real sockets, and compare.

    python demo.py                            all loops, one after the other
    python demo.py --only asyncio twisted     some of them

On each loop a server pings 200 clients, of which 10 stop answering and 5 disconnect.
Exits with 1 if a number is not as planned; the plan is the same for all loops.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any


HERE = Path(__file__).resolve().parent
PACKAGES = HERE.parents[2] / "packages"
TIMEOUT = 60.0
"""The seconds that a run on one loop may take; it takes three."""


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
Tally = dict[str, Any]

COUNTED = {
    "peers": "peers",
    "pings": "pings sent",
    "pongs": "pongs",
    "silent": "silent peers found",
    "vanished": "vanished peers found",
}

HEADINGS = (
    "backend",
    "peers",
    "pings due",
    "pings sent",
    "pongs",
    "silent found",
    "early",
    "late at most",
    "native timers / timers",
    "errors lost",
)


def main() -> int:
    """Run on the selected loops, print a table, and return the exit status."""
    names = selected_loops()
    missing = missing_modules(names)
    if missing - {"uvloop"}:
        print(advice(missing), file=sys.stderr)
        return 1
    left_out = [name for name in names if missing & set(LOOPS[name].needs)]
    tallies = {name: run(name) for name in names if name not in left_out}
    if finished := {name: tally for name, tally in tallies.items() if tally}:
        print_table(finished)
    problems = [
        f"{name}: {problem}"
        for name, tally in tallies.items()
        for problem in problems_of(tally)
    ]
    if left_out:
        print(f"\nLeft out, as uvloop is not installed: {', '.join(left_out)}.")
        print("It does not support PyPy and Windows; elsewhere: pip install uvloop.")
    if problems:
        print("\nNot as planned:", *problems, sep="\n    ")
    elif tallies:
        print(f"\nThe same numbers on {len(tallies)} of {len(LOOPS)} loops.")
    return 1 if problems or not tallies else 0


def selected_loops() -> list[str]:
    """Return the names of the loops that the command line selects."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
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


def missing_modules(names: list[str]) -> set[str]:
    """Return the names of the modules that cannot be imported."""
    needed = {"keepalive", *(need for name in names for need in LOOPS[name].needs)}
    return {module for module in needed if find_spec(module) is None}


def advice(missing: set[str]) -> str:
    """Return what to do about *missing* modules."""
    # All in one command: otherwise pip would look for one of them in an index.
    folders = [PACKAGES / "txaio-interfaces", PACKAGES / "txaio-common", HERE]
    others: list[str] = []
    for module in sorted(missing - {"keepalive"}):
        folder = PACKAGES / module.replace("_", "-")
        if folder.exists():
            folders.append(folder)
        else:
            others.append(module)
    command = [sys.executable, "-m", "pip", "install", *map(str, folders), *others]
    names = ", ".join(sorted(missing))
    return f"Not installed: {names}. Try\n\n    {' '.join(command)}\n"


def run(name: str) -> Tally | None:
    """Run the application on the loop called *name*; show a dot for each step."""
    loop = LOOPS[name]
    print(f"{name:24}", end="", flush=True)
    command = [sys.executable, str(HERE / "apps" / loop.app), loop.argument]
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


def problems_of(tally: Tally | None) -> list[str]:
    """Return a description of each number that is not as planned."""
    if tally is None:
        return ["it failed, see above"]
    problems = [
        f"{what}: {tally[key]}, but {tally[key + '_due']} were due"
        for key, what in COUNTED.items()
        if tally[key] != tally[key + "_due"]
    ]
    if tally["early"]:
        problems.append(f"silent peers found early: {tally['early']}")
    if lost := errors_lost(tally):
        problems.append(f"errors lost: {lost} of {tally['errors_caused']}")
    if tally["errors_unexpected"]:
        problems.append(f"errors that were not planned: {tally['errors_unexpected']}")
    return problems


def errors_lost(tally: Tally) -> int:
    """Return the number of errors that were caused and not reported."""
    return int(tally["errors_caused"] - tally["errors_reported"])


def print_table(tallies: dict[str, Tally]) -> None:
    """Print a line for each loop."""
    rows = [tuple(HEADINGS), *(cells(name, tally) for name, tally in tallies.items())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print()
    for name, *others in rows:
        line = [name.ljust(widths[0])]
        line += map(str.rjust, others, widths[1:])
        print("  ".join(line))


def cells(name: str, tally: Tally) -> tuple[str, ...]:
    """Return the cells of the row called *name*, below `HEADINGS`."""
    counts = ("peers", "pings_due", "pings", "pongs", "silent", "early")
    return (
        name,
        *(str(tally[key]) for key in counts),
        f"{tally['late'] * 1000:.1f} ms",
        f"{tally['native_timers']} / {tally['timers']}",
        f"{errors_lost(tally)} of {tally['errors_caused']}",
    )


if __name__ == "__main__":
    sys.exit(main())
