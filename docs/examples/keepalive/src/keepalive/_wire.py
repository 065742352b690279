"""Frames of five bytes: a kind and a number."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterator

_FRAME = Struct("!cI")

PING = b"?"
PONG = b"!"


def encode(kind: bytes, number: int) -> bytes:
    """Return the frame of *kind* with *number*, below 2**32."""
    return _FRAME.pack(kind, number)


class Decoder:
    """Splits a stream of bytes into frames, in pieces of any size."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield the kind and the number of each frame that *data* completes."""
        data = self._rest + data
        whole = len(data) - len(data) % _FRAME.size
        self._rest = data[whole:]
        return _FRAME.iter_unpack(data[:whole])
