"""Run each test on every backend, in virtual time where the loop allows it."""

from pytest_txaio._backends import Backends
from pytest_txaio._cancel_points import TxaioCancelAtEachAwait
from pytest_txaio._clock import TxaioClock, pause, until
from pytest_txaio._errors import ExpectedError, TxaioErrors
from pytest_txaio._garbage import collect_dropped, collecting_by_hand
from pytest_txaio._host import Host
from pytest_txaio._log import LogEvent, TxaioLog
from pytest_txaio._time import VirtualTime
from pytest_txaio._turns import TxaioSettle
from pytest_txaio._watchdog import Watchdog


__all__ = [
    "Backends",
    "ExpectedError",
    "Host",
    "LogEvent",
    "TxaioCancelAtEachAwait",
    "TxaioClock",
    "TxaioErrors",
    "TxaioLog",
    "TxaioSettle",
    "VirtualTime",
    "Watchdog",
    "collect_dropped",
    "collecting_by_hand",
    "pause",
    "until",
]
