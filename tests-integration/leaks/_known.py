"""The cycles that are known, each with the reason why it is left to the collector."""

from __future__ import annotations


ALL = ("asyncio", "twisted", "twisted-asyncioreactor", "anyio-asyncio", "anyio-trio")
ASYNCIO = ("asyncio",)
TWISTED = ("twisted", "twisted-asyncioreactor")
ANYIO = ("anyio-asyncio", "anyio-trio")

_KNOWN = {
    "failing_callback": (ASYNCIO, "a frame of asyncio keeps the error that it reports"),
    "failing_call_from_thread": (ASYNCIO, "the same"),
    "threads": (TWISTED, "Twisted's call in a thread refers to itself"),
    "failing_thread": (
        (*TWISTED, *ANYIO),
        "the frames of Twisted, AnyIO and Trio that hand on an error refer to it",
    ),
    "dropped_queue": (
        ALL,
        "a waiter that can be cancelled and its queue have to know each other",
    ),
    "dropped_batched_timer": (
        ALL,
        "an empty list of calls refers to itself; that is so once for each timer",
    ),
    "started_logging": (
        ALL,
        "an output refers to its own methods; that is so once for each output",
    ),
}


def reason_for(operation: str, backend: str) -> str:
    """Return why *operation* leaves cycles on *backend*, empty if it must not."""
    backends, reason = _KNOWN.get(operation, ((), ""))
    return reason if backend in backends else ""
