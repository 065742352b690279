"""Standard output and standard error as messages of Twisted's log.

A program that calls ``start_logging(None)`` on Twisted has observers of its own.
They get what is printed as well, as with txaio 26.6: the workers of Crossbar send
their records over standard error, where any other output would break them.
"""

from __future__ import annotations

import sys

from twisted.logger import Logger, LoggingFile, LogLevel


LEVELS = {"stdout": LogLevel.info, "stderr": LogLevel.error}


class StandardStreams:
    """Replaces the standard streams, and restores them."""

    def __init__(self) -> None:
        """Replace nothing yet."""
        self._replaced: dict[str, tuple[object, object]] = {}
        """By name, the stream that was there and the one that takes its place."""

    def log(self) -> None:
        """Write to Twisted's log what is written to the streams, line by line."""
        for name, level in LEVELS.items():
            stream = getattr(sys, name)
            if not isinstance(stream, LoggingFile):
                encoding = getattr(stream, "encoding", None)
                logged = LoggingFile(Logger(name), level, encoding)
                self._replaced[name] = stream, logged
                setattr(sys, name, logged)

    def restore(self) -> None:
        """Restore the streams that nothing else has replaced since."""
        for name, (stream, logged) in self._replaced.items():
            if getattr(sys, name) is logged:
                setattr(sys, name, stream)
        self._replaced.clear()


STANDARD_STREAMS = StandardStreams()
"""A process has one standard output and one standard error."""
