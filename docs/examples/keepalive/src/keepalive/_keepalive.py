"""The keep-alive of all peers of an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepalive._peer import Peer


if TYPE_CHECKING:
    from collections.abc import Callable

    from keepalive._peer import Drop, Write
    from txaio_interfaces import IBackend


class KeepAlive:
    """Pings each peer every *interval* seconds and drops those that stay silent.

    A peer is silent if its pong has not come *timeout* seconds after the ping.
    All peers share one batched timer: pings and drops are never early, and late by less
    than *bucket* seconds (two, if more than a hundred peers are due in one bucket).
    With an infinite *interval* it only answers the pings of its peers.

    Raises `ValueError` if *interval* or *timeout* is not above zero,
    or *bucket* is not finite and above zero.
    """

    def __init__(
        self,
        backend: IBackend,
        *,
        interval: float = 30.0,
        timeout: float = 10.0,
        bucket: float = 1.0,
    ) -> None:
        for name, seconds in (("interval", interval), ("timeout", timeout)):
            if not seconds > 0:
                raise ValueError(f"{name} must be above zero, not {seconds!r}")
        self.backend = backend
        self.interval = interval
        self.timeout = timeout
        self.bucket = bucket
        self.timer = backend.make_batched_timer(bucket)
        self.log = backend.make_logger()
        self.peers: set[Peer] = set()

    def add(
        self, write: Write, drop: Drop, on_pong: Callable[[Peer], object] | None = None
    ) -> Peer:
        """Return a new peer, which is first pinged after one interval.

        *write* is called with the bytes to send, *drop* to close the connection,
        *on_pong* for each pong, after its round-trip time was measured.
        The application calls the peer's `data_received` and `connection_lost`.
        """
        peer = Peer(self, write, drop, on_pong)
        self.peers.add(peer)
        return peer

    async def close(self) -> None:
        """Stop all peers, and wait until the futures of their ends are settled."""
        peers = tuple(self.peers)
        for peer in peers:
            peer.stop()
        await self.backend.gather([peer.gone() for peer in peers])
