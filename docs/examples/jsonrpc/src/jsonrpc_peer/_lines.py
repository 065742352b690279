"""Framing: each message is a line of JSON.

JSON escapes the line ends within strings, so a line end is always that of a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterator


class Lines:
    """Splits a stream of bytes, in pieces of any size, into lines.

    Of a line that is longer than *limit* bytes nothing is kept: None takes its place,
    as soon as it is too long.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rest = bytearray()
        """The beginning of a line, in which there is no line end."""
        self._is_skipping = False

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """Yield each line that *data* completes, and None for one that is too long."""
        *ends, rest = data.split(b"\n")
        for end in ends:
            yield from self._extend(end)
            line = bytes(self._rest)
            self._rest.clear()
            if self._is_skipping:
                self._is_skipping = False
            elif line.strip():
                yield line
        yield from self._extend(rest)

    def end(self) -> Iterator[bytes | None]:
        """Yield the last line, if it was not ended."""
        return self.feed(b"\n")

    def _extend(self, part: bytes) -> Iterator[None]:
        if not self._is_skipping:
            self._rest += part
            if len(self._rest) > self._limit:
                self._rest.clear()
                self._is_skipping = True
                yield None
