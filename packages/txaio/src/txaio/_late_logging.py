"""Logging on Twisted that begins with what was logged before it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from txaio._early import EARLY
from txaio._selection import SELECTION
from txaio_common import UNSET
from txaio_twisted import TwistedBackend
from txaio_twisted._log_observer import OBSERVER


if TYPE_CHECKING:
    from os import PathLike
    from typing import IO


class LateLogging(TwistedBackend):
    """The backend, whose `start_logging` writes what Twisted kept until then."""

    def start_logging(
        self,
        out: IO[str] | IO[bytes] | str | PathLike[str] | None = UNSET,
        level: str = "info",
        format: str = "text",  # noqa: A002 - the name that callers know
    ) -> None:
        super().start_logging(out, level, format)
        if out is None:
            return
        missed = OBSERVER.missed()
        if isinstance(SELECTION.logging, TwistedBackend):
            # It was handed to Twisted's log, which may have kept it, or not.
            EARLY.show(elsewhere={event.get("log_time") for event in missed})
        OBSERVER.catch_up(missed)
