"""Complaints: what logging itself prints if it fails.

They go to standard error, which may lead back into the log: many programs replace it by
an object that logs, at once or later, in this thread or in another one.
Then each complaint causes messages, which cannot be written either, and so on.

- A complaint about what a complaint has caused goes to the original standard error,
  and what that causes is left out.
  It has been caused by one if it comes while this thread complains, or if it is about a
  line that contains one which was printed here.
- The number of complaints per second is limited, for cases that this does not notice.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager, suppress
from json import dumps
from threading import get_ident
from time import monotonic
from traceback import format_exception
from typing import Any


MAX_COMPLAINTS = 1_000
"""The number of complaints that may follow each other immediately."""

COMPLAINTS_PER_SECOND = 100
"""How many there may be in the long run."""

MAX_KNOWN_LINES = 100
"""The number of printed lines that are remembered."""

MAX_KNOWN_LENGTH = 1_000
"""The number of characters of each that are."""

_REASON = "the log cannot be written, so this came here"


class Complaints:
    """The complaints of the process, which has one standard error."""

    def __init__(self) -> None:
        """Allow as many as may follow each other."""
        self._depths: dict[int, int] = {}
        """For each thread that complains, how many complaints it is printing."""
        self._allowed: float = MAX_COMPLAINTS
        self._counted_at = monotonic()
        self._left_out = 0
        self._printed: deque[tuple[str, int]] = deque(maxlen=MAX_KNOWN_LINES)
        """Lines that were printed last, each with the number of causes before it."""

    def print_line(self, line: str, error: Exception) -> None:
        """Print *line*, which could not be written for that *error*."""
        causes = 1 + max(
            (n for text, n in list(self._printed) if _contains(line, text)), default=-1
        )
        with self.stream(causes) as stream:
            if stream is not None:
                first = line.splitlines()[0].strip()[:MAX_KNOWN_LENGTH]
                self._printed += ((first, causes), (_REASON, causes))
                stream.write(f"{line}    ({_REASON}: {error!r})\n")
                stream.flush()

    @contextmanager
    def stream(self, causes: int = 0) -> Generator[Any]:
        """Return the stream for a complaint that the block prints, or None.

        *causes* is the number of complaints that have caused it.
        What the block raises is suppressed.
        """
        me = get_ident()
        depth = self._depths.get(me, 0)
        self._depths[me] = depth + 1
        try:
            with suppress(Exception):
                yield self._choose(max(depth, causes))
        finally:
            self._depths[me] = depth
            if not depth:
                del self._depths[me]

    def _choose(self, causes: int) -> Any:
        now = monotonic()
        refill = (now - self._counted_at) * COMPLAINTS_PER_SECOND
        self._allowed = min(self._allowed + refill, MAX_COMPLAINTS)
        self._counted_at = now
        stream = (sys.stderr, sys.__stderr__, None)[min(causes, 2)]
        if stream is None:
            return None
        if self._allowed < 1:
            self._left_out += 1
            return None
        self._allowed -= 1
        left_out, self._left_out = self._left_out, 0
        if left_out:
            stream.write(f"({left_out} errors of logging were not printed here)\n")
        return stream


def _contains(line: str, text: str) -> bool:
    """Tell whether *line* quotes the printed *text*, as it is or in JSON."""
    return len(line) > len(text) + 1 and (text in line or dumps(text)[1:-1] in line)


COMPLAINTS = Complaints()


def print_logging_error(error: BaseException, title: str = "") -> None:
    """Print the traceback of *error*, raised while a message was being logged.

    It goes to standard error, as logging is what failed, below *title*.
    """
    with COMPLAINTS.stream() as stream:
        if stream is not None:
            # Without the frame of ours that has caught it: see `as_logging`.
            traceback = error.__traceback__
            shown = (traceback and traceback.tb_next) or traceback
            # In one write, as each may cause others.
            stream.write(title + "".join(format_exception(type(error), error, shown)))
