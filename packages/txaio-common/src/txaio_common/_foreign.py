"""Errors of coroutines that have awaited what belongs to another framework."""

from __future__ import annotations


NOTE = (
    "What another framework has made cannot be awaited here: use the methods of the"
    " backend, as txa.sleep, or run the program on the backend of that framework."
)

ERRORS = (
    # asyncio, of anything but its futures
    "Task got bad yield",
    # asyncio's functions, where Twisted or Trio runs
    "no running event loop",
    # Trio's functions, where no Trio runs
    "must be called from async context",
    # Trio, of anything but its traps
    "trio.run received unrecognized yield message",
    # AnyIO's functions, on Twisted: two versions of it
    "Not currently running on any asynchronous event loop",
    "unknown async library, or not in async context",
    # the backend on Twisted
    "a coroutine on Twisted cannot await",
)
"""How the messages begin that frameworks raise at such an await."""


def explain_foreign_await(error: BaseException) -> None:
    """Add a note to *error* if it comes from such an await."""
    if not isinstance(error, (RuntimeError, TypeError)):
        return
    is_foreign = str(error).startswith(ERRORS)
    if is_foreign and NOTE not in getattr(error, "__notes__", ()):
        error.add_note(NOTE)
