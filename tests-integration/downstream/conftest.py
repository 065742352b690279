"""Runs real clients of txaio, in processes of their own, on 127.0.0.1 only.

They need Autobahn, Crossbar, and a folder with the txaio that they were written for:
the environment variable TXAIO_PREDECESSOR names it, and without it there is nothing to
collect here. `nox --session downstream` prepares both.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


# Under --import-mode=importlib pytest makes no folder importable.
sys.path.insert(0, str(Path(__file__).parent))

PREDECESSOR = os.environ.get("TXAIO_PREDECESSOR")

if PREDECESSOR is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def predecessor() -> Path:
    """Give the folder that has the predecessor in it."""
    folder = Path(str(PREDECESSOR))
    assert (folder / "txaio" / "__init__.py").is_file()
    return folder


FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture
def say(request):
    """Give what adds a line to the summary of the run."""
    lines = request.config.stash.setdefault(FIGURES, [])
    return lambda text: lines.append(f"{request.node.name}: {text}")


def pytest_terminal_summary(terminalreporter, config) -> None:
    for line in config.stash.get(FIGURES, []):
        terminalreporter.write_line(line)
