"""Functions that count as those of `logging` for handlers that walk over frames.

A record names its caller, but some handlers look for it themselves: they go from frame
to frame, and take the first one whose file is not that of `logging`.
That of `loguru` is the best known.
Between `logging` and the caller are the methods of a logger and its emitter, and so
these have the file of `logging` in their code.
"""

from __future__ import annotations

import logging
from functools import update_wrapper
from types import FunctionType
from typing import Any, TypeVar, cast


F = TypeVar("F")


def as_logging(function: F) -> F:
    """Return *function* with a code that is said to be in the file of `logging`."""
    given: Any = function
    code = given.__code__.replace(co_filename=logging.__file__)
    made = FunctionType(
        code, given.__globals__, given.__name__, given.__defaults__, given.__closure__
    )
    made.__kwdefaults__ = given.__kwdefaults__
    return cast("F", update_wrapper(made, given))
