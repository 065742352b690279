"""The numbers of a run: planned ones and counted ones."""

from __future__ import annotations

import json
import sys
import traceback
from dataclasses import asdict, dataclass


PEERS = 200
SILENT = 10
VANISHING = 5
ROUNDS = 5
ANSWERS_OF_THE_LOST = 2
"""The number of pings that a client answers before it stops or disconnects."""

LOST = SILENT + VANISHING
PONGS = (PEERS - LOST) * ROUNDS + LOST * ANSWERS_OF_THE_LOST
PINGS = PONGS + LOST


class DeliberateError(Exception):
    """Raised where only the backend notices it."""


@dataclass
class Tally:
    """The numbers of one run; times are in seconds.

    An application calls `error_reported` with each error that its backend reports.
    """

    peers: int = 0
    peers_due: int = PEERS
    pings: int = 0
    pings_due: int = PINGS
    pongs: int = 0
    pongs_due: int = PONGS
    silent: int = 0
    silent_due: int = SILENT
    vanished: int = 0
    vanished_due: int = VANISHING
    early: int = 0
    late: float = 0.0
    native_timers: int = 0
    timers: int = 0
    errors_caused: int = 0
    errors_reported: int = 0
    errors_unexpected: int = 0
    seconds: float = 0.0

    def error_reported(self, exception: BaseException | None) -> None:
        """Count an error; those that were not caused on purpose are shown."""
        if isinstance(exception, DeliberateError):
            self.errors_reported += 1
        else:
            self.errors_unexpected += 1
            traceback.print_exception(exception, file=sys.stderr)

    def show(self) -> None:
        """Print the numbers, as JSON for the demo."""
        print(json.dumps(asdict(self)), flush=True)
