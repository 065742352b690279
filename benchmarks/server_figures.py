"""What is calculated from the times of pings and echoes; no input and no output."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import NamedTuple


USAGE = b"usage"
"""The message that the server answers with a `Usage`."""
GRACE = 1.0
"""Seconds by which a ping may be late before it counts as not sent."""
CLOCK_TOLERANCE = 0.002
"""Seconds by which a ping may seem early, as clocks are read in two processes."""


class Usage(NamedTuple):
    """What a server uses, in seconds and bytes.

    Garbage is collected in between, so that memory is measured without it, and the
    time that this takes can be left out.
    """

    began: float
    """The time on the monotonic clock."""
    cpu_before: float
    ended: float
    cpu_after: float
    resident: float

    def pack(self) -> bytes:
        """Return it as bytes, for the network."""
        return struct.pack("5d", *self)

    @classmethod
    def unpack(cls, data: bytes) -> Usage:
        """Return what *data* contains."""
        return cls(*struct.unpack("5d", data))


@dataclass
class Pings:
    """The pings to one connection: each is due *interval* s after the last answer."""

    interval: float
    due: float
    """The time at which the next one is due."""
    answered: list[tuple[float, float]] = field(default_factory=list)
    """When each was due, and when it arrived."""
    doubled: list[float] = field(default_factory=list)
    """When another one arrived, which was not due for half of the interval."""

    def arrive(self, now: float) -> None:
        """Note a ping that arrives, and is answered, at *now*."""
        if now < self.due - self.interval / 2:
            self.doubled.append(now)
        else:
            self.answered.append((self.due, now))
            self.due = now + self.interval


def ping_figures(
    connections: list[Pings], start: float, end: float
) -> dict[str, float]:
    """Count the pings that were due between *start* and *end*, in seconds.

    *end* is the time of the call; what became due in the last second before it is
    left out, as it may still come.
    """
    last = end - GRACE
    lateness = [
        arrived - due
        for each in connections
        for due, arrived in each.answered
        if start <= due < last
    ]
    missing = sum(start <= each.due < last for each in connections)
    doubled = sum(when >= start for each in connections for when in each.doubled)
    return {
        "due": len(lateness) + missing,
        "sent": len(lateness),
        "early": sum(late < -CLOCK_TOLERANCE for late in lateness),
        "doubled": doubled,
        "earliest": -min(lateness, default=0.0),
        "latest": max(lateness, default=0.0),
    }


def echo_figures(latencies: list[float]) -> dict[str, float]:
    """Return median and 99th percentile of *latencies*, in the same unit."""
    return {"p50": median(latencies), "p99": quantiles(latencies, n=100)[-1]}


def usage_figures(
    empty: Usage, full: Usage, later: Usage, connections: int
) -> dict[str, float]:
    """Return CPU seconds a minute, and resident bytes a connection.

    *empty* is what the server used without connections, *full* with all of them, and
    *later* after a while.
    """
    seconds = later.began - full.ended
    return {
        "cpu": (later.cpu_before - full.cpu_after) / seconds * 60,
        "rss": (full.resident - empty.resident) / connections,
    }
