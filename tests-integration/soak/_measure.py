"""What is measured in the meantime: memory, lateness and reports."""

from __future__ import annotations

import os
import re
import resource
import sys
from math import nan, sqrt
from pathlib import Path
from typing import NamedTuple


STATM = Path("/proc/self/statm")
FAILURE = re.compile(r"failure-(\d+)\b")


def memory() -> int:
    """Return the bytes of memory that this process has now, or its most so far."""
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


class Slope(NamedTuple):
    """How fast something grows, by least squares."""

    value: float
    error: float
    """The standard error of *value*, if the samples were independent."""


def slope_of(samples: list[tuple[float, float]]) -> Slope:
    """Return the slope of *samples*, pairs of a time and a value; NaN if too few."""
    count = len(samples)
    if count < 3:
        return Slope(nan, nan)
    mean_x = sum(x for x, _ in samples) / count
    mean_y = sum(y for _, y in samples) / count
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    value = sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread
    rest = sum((y - mean_y - value * (x - mean_x)) ** 2 for x, y in samples)
    return Slope(value, sqrt(rest / (count - 2) / spread))


MOST_FAILURES = 10_000_000
"""More of them cannot be counted; they come in ten days."""


class Output:
    """A stream for the log, which counts the lines and the failures in them."""

    def __init__(self) -> None:
        self.lines = 0
        # A dictionary would grow, and with it the memory that is measured.
        self._reports = bytearray(MOST_FAILURES)
        """How often each failure was reported, by its number."""

    def reported(self) -> tuple[int, int]:
        """Return the number of failures that were reported, and of those once."""
        return MOST_FAILURES - self._reports.count(0), self._reports.count(1)

    def write(self, text: str) -> int:
        """Count what is in *text*, which is one record in JSON."""
        self.lines += text.count("\n")
        for number in set(FAILURE.findall(text)):
            self._reports[int(number)] += 1
        return len(text)

    def flush(self) -> None:
        """Do nothing."""
