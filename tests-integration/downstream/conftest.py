"""Tests of programs that use txaio 26.6: separate processes, on 127.0.0.1 only.

They need Autobahn, Crossbar, and a folder with txaio 26.6, which the environment
variable TXAIO_PREDECESSOR names; without it, no tests are collected here.
`nox --session downstream` installs all of them.
Those in `clients` need daphne and magic-wormhole, which `nox --session clients`
installs.
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
    collect_ignore_glob = ["test_*.py", "clients/*"]


@pytest.fixture(scope="session")
def predecessor() -> Path:
    """Give the folder in which the predecessor is installed."""
    folder = Path(str(PREDECESSOR))
    assert (folder / "txaio" / "__init__.py").is_file()
    return folder


SUMMARY_LINES = pytest.StashKey[list[str]]()


@pytest.fixture
def add_to_summary(request):
    """Give a function that adds a line to the summary of the test run."""
    lines = request.config.stash.setdefault(SUMMARY_LINES, [])
    return lambda text: lines.append(f"{request.node.name}: {text}")


def pytest_terminal_summary(terminalreporter, config) -> None:
    for line in config.stash.get(SUMMARY_LINES, []):
        terminalreporter.write_line(line)
