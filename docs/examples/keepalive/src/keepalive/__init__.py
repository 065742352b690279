"""A keep-alive protocol that uses neither sockets nor event loops."""

from keepalive._keepalive import KeepAlive
from keepalive._peer import Drop, Ending, Peer, Write
from keepalive._roundtrips import RoundTrips


__all__ = [
    "Drop",
    "Ending",
    "KeepAlive",
    "Peer",
    "RoundTrips",
    "Write",
]
