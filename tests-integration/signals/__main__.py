"""Send signals to programs, and print which of them did not end as they should."""

from __future__ import annotations

import argparse
import sys
import time

from signals._loops import RUNS
from signals._trials import trials


def main() -> int:
    """Return 1 if anything is wrong, else 0."""
    parser = argparse.ArgumentParser("signals", description=__doc__)
    parser.add_argument("count", type=int, help="the number of programs on a loop")
    parser.add_argument("--loops", nargs="+", choices=RUNS, default=list(RUNS))
    parser.add_argument("--seed", type=int, default=0, help="determines the moments")
    options = parser.parse_args()
    wrong = 0
    for loop in options.loops:
        began = time.monotonic()
        found = [text for text in trials(loop, options.count, options.seed) if text]
        seconds = time.monotonic() - began
        print(f"{loop}: {len(found)} of {options.count} failed, {seconds:.0f} s")
        for text in found:
            print("   ", text.replace("\n", "\n        "))
        sys.stdout.flush()
        wrong += len(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
