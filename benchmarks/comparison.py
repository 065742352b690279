"""Comparisons: rounds in which all candidates run in turn, and their ratios."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Comparison:
    """Candidates that run the same task, in turn, for several rounds."""

    title: str
    module: str
    """The module that makes the candidates."""
    candidates: tuple[str, ...]
    """Ours first, then those that it is compared with."""
    workload: str
    task: dict[str, Any]
    """Arguments of the workload, by name."""
    workloads: str = "benchmarks.workloads"
    unit: str = "ns"
    rounds: int = 7


@dataclass(frozen=True)
class Result:
    """The result of a comparison: the figures of each candidate in each round."""

    comparison: Comparison
    rounds: list[dict[str, dict[str, float]]]

    def figure(self, name: str, key: str = "ns") -> float:
        """Return the median of the figures of candidate *name*."""
        return median(each[name][key] for each in self.rounds)

    def ratio(self, name: str, peer: str, key: str = "ns") -> float:
        """Return the median of the rounds' ratios of *name* to *peer*."""
        return median(each[name][key] / each[peer][key] for each in self.rounds)


def run_interleaved(comparison: Comparison) -> Result:
    """Run *comparison*, with a process for each candidate and interleaved rounds."""
    with ExitStack() as stack:
        workers = {
            name: stack.enter_context(_worker(comparison.module, name))
            for name in comparison.candidates
        }
        task = {"workload": comparison.workload, "module": comparison.workloads}
        line = json.dumps(task | comparison.task)
        # The first of several rounds warms up the interpreter.
        warm_up = int(comparison.rounds > 1)
        rounds = [_round(workers, line) for _ in range(warm_up + comparison.rounds)]
    return Result(comparison, rounds[warm_up:])


def _round(
    workers: dict[str, subprocess.Popen[str]], line: str
) -> dict[str, dict[str, float]]:
    return {name: _request(worker, line) for name, worker in workers.items()}


def run_simultaneously(comparison: Comparison) -> Result:
    """Run one round of *comparison* with all workers at the same time.

    This is for tasks that wait, and not for measuring CPU time.
    """
    with ExitStack() as stack:
        workers = {
            name: stack.enter_context(_worker(comparison.module, name))
            for name in comparison.candidates
        }
        task = {"workload": comparison.workload, "module": comparison.workloads}
        for worker in workers.values():
            _send(worker, json.dumps(task | comparison.task))
        return Result(comparison, [{name: _receive(w) for name, w in workers.items()}])


def _request(worker: subprocess.Popen[str], line: str) -> dict[str, float]:
    _send(worker, line)
    return _receive(worker)


def _send(worker: subprocess.Popen[str], line: str) -> None:
    assert worker.stdin is not None
    worker.stdin.write(line + "\n")
    worker.stdin.flush()


def _receive(worker: subprocess.Popen[str]) -> dict[str, float]:
    assert worker.stdout is not None
    answer = worker.stdout.readline()
    if not answer:
        msg = f"{worker.args!r} ended with {worker.wait()}"
        raise RuntimeError(msg)
    figures: dict[str, float] = json.loads(answer)
    return figures


@contextmanager
def _worker(module: str, name: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.worker", module, name]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | paths(name),
    ) as worker:
        yield worker
        assert worker.stdin is not None
        worker.stdin.close()


def paths(name: str) -> dict[str, str]:
    """Return the path of the predecessor, for those candidates that use it."""
    old = os.environ.get("TXAIO_PREDECESSOR")
    return {"PYTHONPATH": old} if old and "26.6.1" in name else {}
