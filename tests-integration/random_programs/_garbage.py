"""Collections between runs, which have to be short."""

from __future__ import annotations

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager


COUNTS_REFERENCES = sys.implementation.name == "cpython"
"""Whether objects are dropped at once.

Otherwise a collection takes too long to have one after each run.
"""


@contextmanager
def quick_collections() -> Generator[None]:
    """Have no collection but those that are asked for, and what is there in none."""
    if not COUNTS_REFERENCES:
        yield
        return
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
