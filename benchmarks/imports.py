"""The time to import each distribution, in a new interpreter."""

from __future__ import annotations

import subprocess
import sys
from statistics import median


MODULES = (
    # The interfaces import these: the difference is their own cost.
    "abc, typing",
    "txaio_interfaces",
    "txaio_common",
    "txaio_asyncio",
    "txaio_twisted",
    "txaio_anyio",
)
PROGRAM = """
from time import process_time_ns
before = process_time_ns()
import {}
print(process_time_ns() - before)
"""


def measure(rounds: int) -> dict[str, float]:
    """Return the median milliseconds of each import, the rounds interleaved."""
    times: dict[str, list[float]] = {module: [] for module in MODULES}
    for _ in range(rounds):
        for module, costs in times.items():
            command = [sys.executable, "-c", PROGRAM.format(module)]
            done = subprocess.run(command, capture_output=True, check=True, text=True)
            costs.append(int(done.stdout) / 1e6)
    return {module: median(costs) for module, costs in times.items()}
