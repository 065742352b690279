"""Mutate modules, and print the mutants that no test notices."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from mutants._covering import Record
from mutants._known import KNOWN
from mutants._mutations import Mutant, mutants
from mutants._plan import MODULES, ROOT, package_of, source
from mutants._trial import Copy, Trial, import_frameworks, record


def main() -> int:
    """Return 1 if a mutant survives that is not known to, else 0."""
    parser = argparse.ArgumentParser("mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", default=MODULES)
    parser.add_argument("--at-once", type=int, default=2, help="mutants, at most")
    parser.add_argument("--line", type=int, help="mutate only this line")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "mutants")
    parser.add_argument(
        "--recorded",
        action="store_true",
        help="use what the last run has recorded, if no module has changed",
    )
    options = parser.parse_args()
    import_frameworks()
    folder = options.folder
    copies = [Copy(folder / str(number)) for number in range(options.at_once)]
    counts = []
    for package, modules in groupby(options.modules, package_of):
        file = folder / f"{package}.json"
        if not (options.recorded and is_current(file, package)):
            record(copies[0], package, file)
        recorded = Record(file)
        counts += [run(copies, it, recorded, options.line) for it in modules]
    total, survived, known = map(sum, zip(*counts, strict=True))
    rate = 100 * (1 - survived / total)
    print(f"in all: {total} mutants, {survived} survived ({known} known), {rate:.1f} %")
    return 1 if survived > known else 0


def is_current(file: Path, package: str) -> bool:
    """Tell whether what is recorded in *file* is of the modules as they are now.

    Tests that were added since run on each mutant, but lines may have moved.
    """
    modules = [it for it in MODULES if package_of(it) == package]
    latest = max((ROOT / source(it)).stat().st_mtime for it in modules)
    return (
        file.exists()
        and file.stat().st_mtime > latest
        and Record(file).modules >= set(modules)
    )


def run(
    copies: list[Copy], module: str, recorded: Record, line: int | None
) -> tuple[int, int, int]:
    """Return how many mutants *module* has, survive, and are known to."""
    began = time.monotonic()
    text = (ROOT / source(module)).read_bytes()
    found = [it for it in mutants(text) if line is None or it.line == line]
    reasons = KNOWN.get(module, {})
    survived = known = 0
    for mutant in survivors(copies, module, recorded, found):
        reason = reasons.get(mutant.key, "SURVIVED")
        print(f"   {mutant.line}: {mutant.key}: {reason}", flush=True)
        survived += 1
        known += mutant.key in reasons
    for copy in copies:
        copy.write(module, text)
    seconds = time.monotonic() - began
    print(f"{module}: {len(found)} mutants, {survived} survived, {seconds:.0f} s")
    sys.stdout.flush()
    return len(found), survived, known


def survivors(
    copies: list[Copy], module: str, recorded: Record, found: list[Mutant]
) -> Iterator[Mutant]:
    """Yield the mutants among *found* that survive."""
    waiting, free = list(reversed(found)), list(copies)
    running: list[Trial] = []
    while waiting or running:
        while waiting and free:
            running.append(Trial(free.pop(), module, recorded, waiting.pop()))
        for trial in tuple(running):
            ended = trial.poll()
            if ended is None:
                continue
            running.remove(trial)
            free.append(trial.copy)
            if ended == "survived":
                yield trial.mutant
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
