"""The errors that this library raises."""

from __future__ import annotations

from enum import IntEnum
from typing import Any


class Code(IntEnum):
    """Codes of errors: those of the specification, and two of this library."""

    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    CLOSING = -32000
    """The other side closes the connection, and has not called the method."""
    CANCELLED = -32001
    """The request was cancelled by the side that has sent it."""


class RpcError(Exception):
    """An error in the place of a result.

    A method raises it to answer with it; `Peer.call` raises the one that the peer has
    answered with. *data* is any value that JSON has, or None.
    """

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(code, message, data)
        self.code = code
        self.message = message
        self.data = data

    def __str__(self) -> str:
        details = "" if self.data is None else f", data: {self.data!r}"
        return f"{self.message} (code {int(self.code)}{details})"


class InvalidAnswer(Exception):  # noqa: N818 - it says what the peer has sent
    """The peer has answered, but not as JSON-RPC 2.0 says."""


class MessageTooLong(ValueError):  # noqa: N818 - it says what is wrong
    """A message is longer than the limit, and was not sent."""


class PeerGone(ConnectionError):  # noqa: N818 - it says what has happened
    """The connection has ended, or is being closed; the text says why."""
