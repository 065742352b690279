"""Have 20,000 connections on each loop for some minutes, and print what was wrong."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from signals._loops import RUNS
from soak._check import describe, problems
from soak._program import Plan, soak


DEFAULT = ["asyncio", "twisted", "anyio-trio"]


def main() -> int:
    """Return 1 if anything is wrong, else 0."""
    parser = argparse.ArgumentParser("soak", description=__doc__)
    parser.add_argument("seconds", type=float, help="the time that all loops share")
    parser.add_argument("--loops", nargs="+", choices=RUNS, default=DEFAULT)
    parser.add_argument("--connections", type=int, default=20_000)
    parser.add_argument("--bucket", type=float, default=1.0, help="its width in s")
    parser.add_argument(
        "--samples", type=Path, help="append memory over time, a line in JSON for each"
    )
    options = parser.parse_args()
    plan = Plan(
        options.seconds / len(options.loops), options.connections, options.bucket
    )
    if len(options.loops) == 1:
        return _run(options.loops[0], plan, options.samples)
    failed = 0
    for loop in options.loops:
        # Each in a process of its own, whose memory is its own, too.
        command = [sys.executable, "-m", "soak", str(plan.seconds), "--loops", loop]
        command += [f"--connections={plan.connections}", f"--bucket={plan.bucket}"]
        command += [f"--samples={options.samples}"] * bool(options.samples)
        failed |= subprocess.run(command, check=False).returncode
    return int(bool(failed))


def _run(loop: str, plan: Plan, samples: Path | None) -> int:
    program, processor = soak(RUNS[loop](), plan)
    if samples is not None:
        line = {"loop": loop, "samples": program.tally.samples}
        with samples.open("a") as file:
            file.write(json.dumps(line) + "\n")
    found = problems(program)
    print(f"{loop}, {plan.seconds:.0f} s:", "; ".join(found) or "nothing is wrong")
    print(describe(program, processor), flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
