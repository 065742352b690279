"""A short form of the session `soak`: less time, fewer connections."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_txaio import Host
from soak._check import problems
from soak._measure import slope_of
from soak._program import Plan, Soak


FOLDER = Path(__file__).parents[1]


@pytest.mark.txaio(clock="real", timeout=60)
def test_soaks(txaio_host: Host, tmp_path: Path):
    """Every failure is reported once, and everything ends."""
    samples = tmp_path / "samples"
    options = [
        f"--samples={samples}",
        "--connections=1000",
        "--bucket=0.05",
        f"--loops={txaio_host.name}",
    ]
    command = [sys.executable, "-m", "soak", "2", *options]
    ran = subprocess.run(
        command, cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert "nothing is wrong" in ran.stdout
    [line] = map(json.loads, samples.read_text().splitlines())
    assert line["loop"] == txaio_host.name
    assert all(memory > 0 for _, memory in line["samples"])


def test_finds_what_is_wrong():
    """Each thing that must hold is looked at."""
    program = Soak(Plan(60, connections=1))
    assert len(problems(program)) == 1
    tally = program.tally
    tally.made = tally.failed = 3
    tally.begun = 1
    tally.earliest, tally.latest = -1, 100
    tally.samples = [(float(x), 1e6 + x * 1e5 + x % 2) for x in range(10)]
    program.output.write('{"text": "failure-1", "again": "failure-1"}\n')
    program.output.write("failure-1\nfailure-2\n")
    assert len(problems(program)) == 6


def test_slope():
    """It is that of the line, and its error that of what is off the line."""
    line = [(float(x), 2.0 * x + 1) for x in range(10)]
    assert slope_of(line) == (2.0, 0.0)
    noisy = [(x, y + (-1) ** int(x)) for x, y in line]
    assert slope_of(noisy).value == pytest.approx(2, abs=2 * slope_of(noisy).error)
