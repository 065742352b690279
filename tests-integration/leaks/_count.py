"""How many objects an operation leaves.

The cyclic collector is off while the operation is repeated, so objects of two sorts are
left: those in reference cycles, which the collector would free sooner or later, and
those that something still refers to, which it never would.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NamedTuple


WARM_UP = 20
"""Rounds before objects are counted: caches and free lists are filled in them."""
MOST_OBJECTS = 50
"""If no more than these are left of a type, they are of threads, pools and caches.

A thread has a dozen objects of some types, and a pool of threads may grow at any time.
"""
MOST_BLOCKS = 500
"""If no more than these are left, they are of free lists and dictionaries."""


class Left(NamedTuple):
    """What many rounds have left."""

    in_cycles: dict[str, int]
    """The objects that the collector has freed: by their types, how many."""
    referenced: dict[str, int]
    """Those that it has not."""
    blocks: int
    """The blocks of memory that are still allocated, of untracked objects as well."""

    def __str__(self) -> str:
        """Return what is wrong, empty if nothing is."""
        parts = {
            "in cycles": self.in_cycles,
            "still referenced": self.referenced,
            "blocks": self.blocks if self.blocks > MOST_BLOCKS else 0,
        }
        return ", ".join(f"{name}: {value}" for name, value in parts.items() if value)


async def left_by(rounds: Callable[[int], Awaitable[None]], count: int) -> Left:
    """Return what ``rounds(count)`` leaves, after some rounds to warm up."""
    await rounds(WARM_UP)
    _census()  # It fills caches, too.
    await rounds(WARM_UP)
    gc.collect()
    before = _census()
    blocks = sys.getallocatedblocks()
    await rounds(count)
    after = _census()
    gc.collect()
    more_blocks = sys.getallocatedblocks() - blocks
    later = _census()
    in_cycles = _more(later, after)
    # The collector has stopped tracking some, and a cycle has other objects, too.
    in_cycles.pop("tuple", None)
    return Left(in_cycles, _more(before, later), more_blocks)


def _census() -> Counter[str]:
    return Counter(type(each).__qualname__ for each in gc.get_objects())


def _more(before: Counter[str], after: Counter[str]) -> dict[str, int]:
    more = after - before
    return {name: more[name] for name in sorted(more) if more[name] > MOST_OBJECTS}
