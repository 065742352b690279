"""Time that a test can move."""

from __future__ import annotations


START = 1234.5678
"""Where virtual time begins: at no round figure, as monotonic clocks do."""

GRACE = 0.05
"""For how many real seconds a loop with nothing to do waits before it says so."""


class VirtualTime:
    """A clock, in seconds, that stands still until somebody moves it.

    All loops of one host share it: time goes on from one run to the next.
    """

    def __init__(self) -> None:
        self.now = START
