"""What a whole server costs: Autobahn on txaio 26.6.1 and on ours, in turn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.comparison import paths
from benchmarks.server_task import LOOPS, OURS, PREDECESSOR, Measured, Task


if TYPE_CHECKING:
    from collections.abc import Iterator


TITLE = "server"
"""The word that selects it on the command line."""
WARM_UP = Task(1, 1, 20.0, 1.0, 0.5)
"""Has Python compile the modules: connections would then use the memory of that."""
CLIENT_TIMEOUT = 120
"""The seconds that the clients may take for one measurement."""


def what_is_missing() -> str:
    """Return what the benchmark needs and does not find; nothing if it can run."""
    if not Path("/proc/self/statm").exists():
        return "it reads the memory of a process from /proc"
    if "TXAIO_PREDECESSOR" not in os.environ:
        return "TXAIO_PREDECESSOR has to name a folder with txaio 26.6.1"
    missing = [name for name in ("autobahn", "uvloop") if find_spec(name) is None]
    if missing:
        return f"install {' and '.join(missing)} (the dependency group `server`)"
    return ""


def measure_servers(*, quick: bool) -> tuple[Task, list[Measured]]:
    """Measure both on each loop, in rounds; every other round begins with ours."""
    # 26.6.1 pings up to a second early, so an interval is longer than that.
    quick_task = Task(500, 10, 10.0, 2.0, 4.0)
    task = quick_task if quick else Task(5_000, 50, 10.0, 10.0, 20.0)
    for loop in LOOPS:
        for version in (PREDECESSOR, OURS):
            measure(loop, version, WARM_UP)
    results: list[Measured] = []
    for number in range(1 if quick else 2):
        for loop in LOOPS:
            for version in (PREDECESSOR, OURS)[:: -1 if number % 2 else 1]:
                figures = measure(loop, version, task)
                results.append(Measured(loop, version, number, figures))
                shown = ", ".join(f"{key} {it:.4g}" for key, it in figures.items())
                print(f"server on {loop}, {version}: {shown}", flush=True)
    return task, results


def measure(loop: str, version: str, task: Task) -> dict[str, float]:
    """Measure one server, in processes of their own for it and for its clients."""
    # What is compiled in each process again would leave memory for connections.
    environment = os.environ | paths(version) | {"PYTHONDONTWRITEBYTECODE": ""}
    with _server(loop, task.interval, environment) as (port, its_version):
        if (version == PREDECESSOR) != PREDECESSOR.endswith(its_version):
            raise RuntimeError(f"{version} is measured, but imported is {its_version}")
        client = [sys.executable, "-m", "benchmarks.server_client"]
        ended = subprocess.run(
            [*client, str(port), json.dumps(asdict(task))],
            stdout=subprocess.PIPE,
            timeout=CLIENT_TIMEOUT,
            check=True,
        )
    figures: dict[str, float] = json.loads(ended.stdout)
    return figures


@contextmanager
def _server(
    loop: str, interval: float, environment: dict[str, str]
) -> Iterator[tuple[int, str]]:
    command = [sys.executable, "-m", "benchmarks.server_process", loop, str(interval)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            started = json.loads(process.stdout.readline())
            yield started["port"], started["txaio"]
        finally:
            # It would log the end of each connection before it ends.
            process.kill()
