"""The numbers of a run: planned ones and counted ones."""

from __future__ import annotations

import json
import sys
import traceback
from dataclasses import asdict, dataclass


CLIENTS = 200
CALLS = 10
"""The calls that each client makes at the same time."""

BATCHED = 5
"""The calls in its batch."""

ANSWERS = CLIENTS * (CALLS + BATCHED + 2)
"""With one that the server answers by calling back, and one while it is closed."""


@dataclass
class Tally:
    """The numbers of one run; times are in seconds.

    An application calls `error_reported` with each error that its backend reports.
    """

    clients: int = 0
    """Those that are connected at the same time."""
    clients_due: int = CLIENTS
    answers: int = 0
    answers_due: int = ANSWERS
    errors: int = 0
    errors_due: int = 2 * CLIENTS
    timeouts: int = 0
    timeouts_due: int = CLIENTS
    cancelled: int = 0
    """The calls for which the server has answered that they are cancelled."""
    cancelled_due: int = 2 * CLIENTS
    notes: int = 0
    notes_due: int = 2 * CLIENTS
    closed: int = 0
    """The connections that have ended in order, on both sides."""
    closed_due: int = 2 * CLIENTS
    wrong: int = 0
    doubled: int = 0
    messages: int = 0
    """Those that the clients have sent and received."""
    at_once: int = 0
    """The most methods that ran at the same time."""
    errors_reported: int = 0
    seconds: float = 0.0

    def error_reported(self, exception: BaseException | None) -> None:
        """Count an error that nothing has handled, and show it: none is planned."""
        self.errors_reported += 1
        traceback.print_exception(exception, file=sys.stderr)

    def show(self) -> None:
        """Print the numbers, as JSON for the demo."""
        print(json.dumps(asdict(self)), flush=True)
