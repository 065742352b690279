"""One test, every backend, in virtual time where the loop allows it."""

from pytest_txaio._garbage import collect_dropped, collecting_by_hand
from pytest_txaio._host import Host
from pytest_txaio._hosts import HOSTS, open_host
from pytest_txaio._pause import pause
from pytest_txaio._watchdog import Watchdog


__all__ = [
    "HOSTS",
    "Host",
    "Watchdog",
    "collect_dropped",
    "collecting_by_hand",
    "open_host",
    "pause",
]
