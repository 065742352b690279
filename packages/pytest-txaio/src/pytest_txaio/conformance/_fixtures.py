"""The fixtures of the conformance tests."""

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
    """The host of the event loop that the test runs on."""
    return txaio_host


@pytest.fixture
def other_host(host: Host, request: pytest.FixtureRequest) -> Iterator[Host]:
    """A host of another selected backend, or of the same if there is only one."""
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
    """The time step of a test, in seconds of the loop's time."""
    return host.unit


@pytest.fixture
def late(host: Host) -> float:
    """The number of seconds by which a call may be late."""
    return host.late


@pytest.fixture
def reported(host: Host) -> Callable[[], list[BaseException]]:
    """Returns the errors reported since the last call; those never taken fail."""

    def take() -> list[BaseException]:
        taken, host.reports[:] = host.reports[:], []
        return taken

    return take


@pytest.fixture
def unchecked(
    record_property: Callable[[str, object], None],
) -> Callable[[str], None]:
    """Records what a test cannot check on this host, for the summary."""
    return partial(record_property, UNCHECKED)


@pytest.fixture
def package(host: Host, unchecked: Callable[[str], None]) -> str:
    """The import name of the backend, empty if the host does not name it."""
    if not host.package:
        unchecked("programs that import it: the host does not name its package")
    return host.package


@pytest.fixture
def timers(host: Host, unchecked: Callable[[str], None]) -> Callable[[], int]:
    """Counts the timers of the loop that are not due."""

    def count() -> int:
        number = host.native_timers()
        if number is None:
            unchecked("timers that are left behind: the host does not count them")
            return 0
        return number

    return count


class Natives:
    """Futures of the event loop's own type, or of the backend if it has none."""

    def __init__(self, host: Host, unchecked: Callable[[str], None]) -> None:
        self._host = host
        self._unchecked = unchecked

    def make(self, txa: IBackend) -> Any:
        """Return a pending future."""
        native = self._host.native_future()
        if native is None:
            self._unchecked("futures of the loop's own kind: the host has none")
            return txa.create_future()
        return native

    def settle(self, txa: IBackend, future: Any, result: Any) -> None:
        """Settle *future* with a value or an exception."""
        if not txa.is_future(future):
            self._host.settle_native(future, result)
        elif isinstance(result, Exception):
            txa.reject(future, result)
        else:
            txa.resolve(future, result)


@pytest.fixture
def natives(host: Host, unchecked: Callable[[str], None]) -> Natives:
    """Makes and settles futures of the event loop's own type."""
    return Natives(host, unchecked)
