"""Logging on Twisted that begins with what was logged before it did."""

from __future__ import annotations

from txaio._early import EARLY
from txaio._selection import SELECTION
from txaio_twisted import TwistedBackend
from txaio_twisted._log_observer import OBSERVER


class LateLogging(TwistedBackend):
    """The backend, whose `start_logging` writes what Twisted kept until then."""

    def _catch_up(self) -> None:
        missed = OBSERVER.missed()
        if isinstance(SELECTION.logging, TwistedBackend):
            # It was handed to Twisted's log, which may have kept it, or not.
            EARLY.show(elsewhere={event.get("log_time") for event in missed})
        OBSERVER.catch_up(missed)
