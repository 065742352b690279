"""Run many programs, and print what is wrong."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from random import Random

from random_programs._check import Finding, examine
from random_programs._garbage import quick_collections
from random_programs._maker import random_program
from random_programs._program import Program
from random_programs._shrink import shrink


def main() -> int:
    """Return 1 if anything is wrong, else 0."""
    parser = argparse.ArgumentParser("random_programs", description=__doc__)
    parser.add_argument("count", type=int, help="the number of programs")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--coarse", action="store_true", help="many events in a turn")
    parser.add_argument(
        "--no-primitives", action="store_true", help="only what IBackend has"
    )
    parser.add_argument(
        "--show", type=int, default=3, help="findings to show of a kind"
    )
    options = parser.parse_args()
    examine(random_program(Random(0)))  # Imports what it needs.
    kinds: Counter[str] = Counter()
    began = time.monotonic()
    with quick_collections():
        for seed in range(options.first, options.first + options.count):
            program = random_program(
                Random(seed),
                is_coarse=options.coarse,
                has_primitives=not options.no_primitives,
            )
            finding = examine(program)
            if finding is not None:
                kinds[finding.kind] += 1
                if kinds[finding.kind] <= options.show:
                    print(f"seed {seed}: {smallest(finding)}\n", flush=True)
                else:
                    print(f"seed {seed}: {finding.kind}\n", flush=True)
    minutes = (time.monotonic() - began) / 60
    found = dict(kinds) or "nothing found"
    print(f"{options.count} programs in {minutes:.1f} minutes: {found}")
    return 1 if kinds else 0


def smallest(finding: Finding) -> Finding:
    """Return a finding of the same kind with a program as small as can be."""
    found = [finding]

    def is_wrong(program: Program) -> bool:
        other = examine(program)
        if other is None or other.kind != finding.kind:
            return False
        found.append(other)
        return True

    shrink(finding.program, is_wrong)
    return found[-1]


if __name__ == "__main__":
    sys.exit(main())
