"""The round-trip times of a peer."""

from __future__ import annotations


class RoundTrips:
    """Round-trip times of one peer, in seconds; None until the first pong."""

    __slots__ = ("count", "last", "shortest", "smoothed")

    def __init__(self) -> None:
        self.count = 0
        self.last: float | None = None
        self.shortest: float | None = None
        self.smoothed: float | None = None

    def add(self, seconds: float) -> None:
        """Add one; its weight in the smoothed time is an eighth, as in RFC 6298."""
        self.count += 1
        self.last = seconds
        if self.shortest is None or self.smoothed is None:
            self.shortest = self.smoothed = seconds
        else:
            self.shortest = min(self.shortest, seconds)
            self.smoothed += (seconds - self.smoothed) / 8
