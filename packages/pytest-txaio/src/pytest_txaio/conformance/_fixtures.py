"""What the tests of the contract take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from pytest_txaio import Host
from pytest_txaio._clauses import UNCHECKED
from pytest_txaio.plugin import backends_of
from txaio_interfaces import IBackend


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


@pytest.fixture
def unchecked(
    record_property: Callable[[str, object], None],
) -> Callable[[str], None]:
    """Notes what a test cannot check on this host: it is told at the end."""
    return partial(record_property, UNCHECKED)


@pytest.fixture
def package(host: Host, unchecked: Callable[[str], None]) -> str:
    """The import name of the backend, which is empty if the host does not tell."""
    if not host.package:
        unchecked("programs that import it: the host does not name its package")
    return host.package


@pytest.fixture
def timers(host: Host, unchecked: Callable[[str], None]) -> Callable[[], int]:
    """Counts the timers that the loop holds and that are not due."""

    def count() -> int:
        number = host.native_timers()
        if number is None:
            unchecked("timers that are left behind: the host does not count them")
            return 0
        return number

    return count


class Natives:
    """Futures of the loop's own kind, or the backend's where it has none."""

    def __init__(self, host: Host, unchecked: Callable[[str], None]) -> None:
        self._host = host
        self._unchecked = unchecked

    def make(self, txa: IBackend) -> Any:
        """Return a pending one."""
        native = self._host.native_future()
        if native is None:
            self._unchecked("futures of the loop's own kind: the host has none")
            return txa.create_future()
        return native

    def settle(self, txa: IBackend, future: Any, result: Any) -> None:
        """Settle it, with a value or an exception."""
        if not txa.is_future(future):
            self._host.settle_native(future, result)
        elif isinstance(result, Exception):
            txa.reject(future, result)
        else:
            txa.resolve(future, result)


@pytest.fixture
def natives(host: Host, unchecked: Callable[[str], None]) -> Natives:
    """Makes and settles futures of the loop's own kind."""
    return Natives(host, unchecked)
