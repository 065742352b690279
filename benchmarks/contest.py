"""Contests: rounds in which each contestant has its turn, and the ratios of a round."""

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
class Contest:
    """Contestants that are given the same task, in turn, for some rounds."""

    title: str
    module: str
    """Where the contestants come from."""
    contestants: tuple[str, ...]
    """Ours first; the others are what it is compared with."""
    workload: str
    task: dict[str, Any]
    """Arguments of the workload, by name."""
    workloads: str = "benchmarks.workloads"
    unit: str = "ns"
    rounds: int = 7


@dataclass(frozen=True)
class Result:
    """What came of a contest: one figure a contestant and round."""

    contest: Contest
    rounds: list[dict[str, dict[str, float]]]

    def figure(self, name: str, key: str = "ns") -> float:
        """Return the median of the figures of contestant *name*."""
        return median(each[name][key] for each in self.rounds)

    def ratio(self, name: str, peer: str, key: str = "ns") -> float:
        """Return the median of the rounds' ratios of *name* to *peer*."""
        return median(each[name][key] / each[peer][key] for each in self.rounds)


def hold(contest: Contest) -> Result:
    """Run *contest*: one process a contestant, the rounds interleaved."""
    with ExitStack() as stack:
        workers = {
            name: stack.enter_context(_worker(contest.module, name))
            for name in contest.contestants
        }
        task = {"workload": contest.workload, "module": contest.workloads}
        line = json.dumps(task | contest.task)
        # The first of many rounds warms the interpreter up.
        warming = int(contest.rounds > 1)
        rounds = [_round(workers, line) for _ in range(warming + contest.rounds)]
    return Result(contest, rounds[warming:])


def _round(
    workers: dict[str, subprocess.Popen[str]], line: str
) -> dict[str, dict[str, float]]:
    return {name: _ask(worker, line) for name, worker in workers.items()}


def hold_at_once(contest: Contest) -> Result:
    """Run one round of *contest* with all workers at the same time.

    For tasks that wait: nothing that takes CPU time is measured so.
    """
    with ExitStack() as stack:
        workers = {
            name: stack.enter_context(_worker(contest.module, name))
            for name in contest.contestants
        }
        task = {"workload": contest.workload, "module": contest.workloads}
        for worker in workers.values():
            _tell(worker, json.dumps(task | contest.task))
        return Result(contest, [{name: _hear(w) for name, w in workers.items()}])


def _ask(worker: subprocess.Popen[str], line: str) -> dict[str, float]:
    _tell(worker, line)
    return _hear(worker)


def _tell(worker: subprocess.Popen[str], line: str) -> None:
    assert worker.stdin is not None
    worker.stdin.write(line + "\n")
    worker.stdin.flush()


def _hear(worker: subprocess.Popen[str]) -> dict[str, float]:
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
        env=os.environ | _paths(name),
    ) as worker:
        yield worker
        assert worker.stdin is not None
        worker.stdin.close()


def _paths(name: str) -> dict[str, str]:
    """Let only those contestants find the predecessor that are it."""
    old = os.environ.get("TXAIO_PREDECESSOR")
    return {"PYTHONPATH": old} if old and "26.6.1" in name else {}
