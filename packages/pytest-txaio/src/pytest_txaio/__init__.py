"""One test, every backend, in virtual time where the loop allows it."""

from pytest_txaio._backends import Backends
from pytest_txaio._garbage import collect_dropped, collecting_by_hand
from pytest_txaio._host import Host
from pytest_txaio._log import LogEvent
from pytest_txaio._pause import pause, until
from pytest_txaio._time import VirtualTime
from pytest_txaio._watchdog import Watchdog


__all__ = [
    "Backends",
    "Host",
    "LogEvent",
    "VirtualTime",
    "Watchdog",
    "collect_dropped",
    "collecting_by_hand",
    "pause",
    "until",
]
