"""A backend over nothing but a heap of calls, to show what it takes to write one."""

from heap_backend._backend import HeapBackend, run
from heap_backend._driver import HeapDriver
from heap_backend._futures import CancelledError, HeapFuture, InvalidStateError
from heap_backend._loop import Loop


__all__ = [
    "CancelledError",
    "HeapBackend",
    "HeapDriver",
    "HeapFuture",
    "InvalidStateError",
    "Loop",
    "run",
]
