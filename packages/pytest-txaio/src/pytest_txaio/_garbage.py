"""The one place that knows how interpreters collect garbage."""

from __future__ import annotations

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager


COUNTS_REFERENCES = sys.implementation.name == "cpython"


def collect_dropped() -> None:
    """Let go of what nobody refers to any more.

    CPython did that already, the moment it was dropped: there this does nothing,
    so that a test that uses it proves that no cyclic collection was needed.
    """
    if not COUNTS_REFERENCES:
        # What has a finalizer goes one link of a chain at a time.
        for _ in range(3):
            gc.collect()


@contextmanager
def collecting_by_hand() -> Generator[None]:
    """Keep the cyclic collector out of a test, then collect what the test left.

    What hides in a cycle is then reported by the test that made it,
    not by whichever runs when the collector has its turn.
    """
    if not COUNTS_REFERENCES:
        # A collection takes 0.1 s there, and CPython has looked for cycles.
        yield
        return
    enabled = gc.isenabled()
    gc.disable()
    # What is there need not be looked at again after each of thousands of tests.
    gc.freeze()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
        gc.collect()


def unfreeze_objects() -> None:
    """Take back what `collecting_by_hand` set aside, for others who ask for objects."""
    if not COUNTS_REFERENCES:
        return
    gc.unfreeze()
