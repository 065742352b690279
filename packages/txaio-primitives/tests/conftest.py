"""Fixtures, and the import path of the tests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from pytest_txaio import Host

# Under --import-mode=importlib pytest makes no folder importable.
sys.path.insert(0, str(Path(__file__).parent))

from steps import Loop


TURNS = range(6)
"""After how many turns of the loop something happens, to hit each moment."""


@pytest.fixture
def loop(txaio: Any) -> Loop:
    """The event loop of the test."""
    return Loop(txaio)


@pytest.fixture
def unit(txaio_host: Host) -> float:
    """The time step of a test, in seconds of the loop's time."""
    return txaio_host.unit


@pytest.fixture(params=TURNS, ids=[f"after-{number}-turns" for number in TURNS])
def moment(request: pytest.FixtureRequest) -> int:
    """Each number of turns after which something may happen."""
    number: int = request.param
    return number
