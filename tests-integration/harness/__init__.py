"""One test, every loop, in virtual time where the loop allows it."""

from harness._contract import CLAUSES, cited, clauses_of
from harness._garbage import collect_dropped, collecting_by_hand
from harness._host import Host
from harness._hosts import HOSTS, open_host
from harness._logging import Heard, heard_by, logged, objects
from harness._pause import pause
from harness._watchdog import Watchdog


__all__ = [
    "CLAUSES",
    "HOSTS",
    "Heard",
    "Host",
    "Watchdog",
    "cited",
    "clauses_of",
    "collect_dropped",
    "collecting_by_hand",
    "heard_by",
    "logged",
    "objects",
    "open_host",
    "pause",
]
