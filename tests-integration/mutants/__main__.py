"""Mutate modules, and print the mutants that no test notices."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from mutants._known import KNOWN
from mutants._mutations import Mutant, mutants
from mutants._plan import PLANS, ROOT
from mutants._trial import Copy, Trial, import_frameworks


UNLIMITED = [600.0] * 4


def main() -> int:
    """Return 1 if a mutant survives that is not known to, else 0."""
    parser = argparse.ArgumentParser("mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", default=list(PLANS))
    parser.add_argument("--at-once", type=int, default=2, help="mutants, at most")
    parser.add_argument("--line", type=int, help="mutate only this line")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "mutants")
    options = parser.parse_args()
    import_frameworks()
    folder = options.folder
    copies = [Copy(folder / str(number)) for number in range(options.at_once)]
    counts = [run(copies, module, options.line) for module in options.modules]
    total, survived, known = map(sum, zip(*counts, strict=True))
    rate = 100 * (1 - survived / total)
    print(f"in all: {total} mutants, {survived} survived ({known} known), {rate:.1f} %")
    return 1 if survived > known else 0


def run(copies: list[Copy], module: str, line: int | None) -> tuple[int, int, int]:
    """Return how many mutants *module* has, survive, and are known to."""
    began = time.monotonic()
    text = copies[0].read(module)
    unchanged = Trial(copies[0], module, text)
    while (ended := unchanged.poll(UNLIMITED)) is None:
        time.sleep(0.05)
    if ended != "survived":
        output = Path(copies[0].folder / "output").read_text()
        sys.exit(f"{module}: the tests fail without a mutant:\n{output}")
    # Others run beside it.
    limits = [10 + 5 * seconds for seconds in unchanged.seconds]
    found = [it for it in mutants(text) if line is None or it.line == line]
    reasons = KNOWN.get(module, {})
    survived = known = 0
    for mutant in survivors(copies, module, text, found, limits):
        reason = reasons.get(mutant.key, "SURVIVED")
        print(f"   {mutant.line}: {mutant.key}: {reason}", flush=True)
        survived += 1
        known += mutant.key in reasons
    seconds = time.monotonic() - began
    print(f"{module}: {len(found)} mutants, {survived} survived, {seconds:.0f} s")
    sys.stdout.flush()
    return len(found), survived, known


def survivors(
    copies: list[Copy],
    module: str,
    text: bytes,
    found: list[Mutant],
    limits: list[float],
) -> Iterator[Mutant]:
    """Yield the mutants among *found* that survive."""
    waiting, free = list(reversed(found)), list(copies)
    running: list[Trial] = []
    while waiting or running:
        while waiting and free:
            mutant = waiting.pop()
            running.append(Trial(free.pop(), module, mutant.apply(text), mutant))
        for trial in tuple(running):
            ended = trial.poll(limits)
            if ended is None:
                continue
            running.remove(trial)
            free.append(trial.copy)
            if ended == "survived" and trial.mutant is not None:
                yield trial.mutant
        time.sleep(0.02)
    for copy in copies:
        copy.write(module, text)


if __name__ == "__main__":
    sys.exit(main())
