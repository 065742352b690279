"""SIGINT and SIGTERM end a busy program, at whichever moment they come.

The session `signals` sends 200 to each loop; here it gets a few.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_txaio import Host


COUNT = 5
FOLDER = Path(__file__).parents[1]


@pytest.mark.txaio(clock="real", timeout=60)
def test_ends_a_busy_program(txaio_host: Host):
    """All clean-up runs, and `run` raises what docs/how-to/stop.md says."""
    # In a process of its own, which has one thread, and so may be forked.
    command = [sys.executable, "-m", "signals", str(COUNT), "--loops", txaio_host.name]
    ran = subprocess.run(
        command, cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert f"{txaio_host.name}: 0 of {COUNT} failed" in ran.stdout
