"""The operations that are repeated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple


class Operation(NamedTuple):
    """Something that is done many times."""

    fn: Callable[..., Awaitable[None]]
    """Does it once, and is called with the backend and with what is in place."""
    prepare: Callable[[Any], Any] | None = None
    """Makes what is in place meanwhile, from the backend; None if nothing is."""


OPERATIONS: dict[str, Operation] = {}
"""The operations, by their names."""


def operation(fn: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """Have *fn* repeated."""
    OPERATIONS[fn.__name__] = Operation(fn)
    return fn


def operation_with(prepare: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Have the decorated function repeated, with what *prepare* makes once."""

    def add(fn: Callable[[Any, Any], Awaitable[None]]) -> Any:
        OPERATIONS[fn.__name__] = Operation(fn, prepare)
        return fn

    return add
