"""What an application gives this library for each connection."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol


class ByteStream(Protocol):
    """Bytes in both directions: a socket, a pipe, TLS, whatever there is.

    The methods may await what the application's event loop has, and are cancelled as
    that loop cancels. Each is called by one task at a time, though `receive` while
    `send` waits.
    """

    @abstractmethod
    async def receive(self) -> bytes:
        """Wait for bytes and return them; return none once the peer sends no more.

        Raises `ConnectionError` if the connection is lost.
        """

    @abstractmethod
    async def send(self, data: bytes) -> None:
        """Send *data*; wait as long as the peer reads too slowly.

        Raises `ConnectionError` if the connection is lost.
        """

    @abstractmethod
    async def close(self) -> None:
        """Close the connection, whatever its state."""
