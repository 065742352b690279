"""Garbage collection, which differs between interpreters."""

from __future__ import annotations

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager


COUNTS_REFERENCES = sys.implementation.name == "cpython"


def collect_dropped() -> None:
    """Collect the objects to which no reference is left.

    On CPython they are gone already, by reference counting: this does nothing there,
    so a test that uses it proves that no cyclic collection is needed.
    """
    if not COUNTS_REFERENCES:
        collect_cycles()


def collect_cycles() -> None:
    """Collect the objects that only reference cycles still keep."""
    # Of a chain of objects with finalizers, each collection frees one on PyPy.
    for _ in range(1 if COUNTS_REFERENCES else 3):
        gc.collect()


def collect_quietly() -> None:
    """Collect what is left of a loop that was ended by force; report no errors.

    Its finalizers and coroutines may raise.  Collected later, they would do so in
    another test, which pytest then fails.
    """
    before = sys.unraisablehook
    sys.unraisablehook = bool
    try:
        # A coroutine that raises as it is closed leaves a cycle with its traceback.
        for _ in range(3 if COUNTS_REFERENCES else 10):
            gc.collect()
    finally:
        sys.unraisablehook = before


@contextmanager
def collecting_by_hand() -> Generator[None]:
    """Disable the cyclic collector during a test, and collect afterwards.

    An error that is lost in a reference cycle is then reported in the test that made
    it, and not in whichever test runs when the collector starts.
    """
    if not COUNTS_REFERENCES:
        # A collection takes 0.1 s there, and a run on CPython finds the same cycles.
        yield
        return
    enabled = gc.isenabled()
    gc.disable()
    # Existing objects need not be traversed again after each of thousands of tests.
    gc.freeze()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
        gc.collect()
        # Code between tests may look for referrers of an object, as Hypothesis does.
        gc.unfreeze()
