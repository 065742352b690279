"""What the tests of the contract take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import Host
from pytest_txaio.plugin import backends_of


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def host(txaio_host: Host) -> Host:
    """The loop that the test runs on."""
    return txaio_host


@pytest.fixture
def other_host(host: Host, request: pytest.FixtureRequest) -> Iterator[Host]:
    """Another of the loops that are asked for, or the same if there is but one."""
    backends = backends_of(request.config)
    names = backends.names
    with backends.open(names[(names.index(host.name) + 3) % len(names)]) as opened:
        yield opened


@pytest.fixture
def txa(txaio: None) -> None:
    """The backend."""
    return txaio


@pytest.fixture
def run(host: Host) -> Callable[..., Any]:
    """Runs ``main(backend, *args)`` on a new loop and returns its value."""
    return host.run


@pytest.fixture
def unit(host: Host) -> float:
    """A second of the test's story, in seconds of the loop's time."""
    return host.unit


@pytest.fixture
def late(host: Host) -> float:
    """How many seconds later than promised a call may be made."""
    return host.late


@pytest.fixture
def reported(host: Host) -> Callable[[], list[BaseException]]:
    """Returns what was reported since it was last asked; what is left over fails."""

    def take() -> list[BaseException]:
        taken, host.reports[:] = host.reports[:], []
        return taken

    return take
