"""Functions whose frames handlers take for those of `logging`."""

from __future__ import annotations

import inspect
import logging
from typing import Any

from txaio_common import Logger, RecordEmitter
from txaio_common._logging.frames import as_logging


def function(first: int, /, *others: int, third: int = 3) -> tuple[Any, ...]:
    """Return the arguments."""
    return first, others, third


def test_function_is_the_same_but_for_its_file():
    """It takes the same arguments, and its source, text and signature are there."""
    made = as_logging(function)
    assert made(1, 2) == (1, (2,), 3)
    assert made.__code__.co_filename == logging.__file__
    assert function.__code__.co_filename == __file__
    assert inspect.signature(made) == inspect.signature(function)
    assert inspect.getsource(made) == inspect.getsource(function)
    assert (made.__doc__, made.__qualname__) == ("Return the arguments.", "function")


def test_methods_between_the_caller_and_logging():
    """O3: They are marked, and no others."""
    marked = {
        name
        for kind in (Logger, RecordEmitter)
        for name, value in vars(kind).items()
        if inspect.isfunction(value) and value.__code__.co_filename == logging.__file__
    }
    levels = {"critical", "error", "warn", "info", "debug", "trace"}
    assert marked == levels | {"warning", "exception", "failure", "emit"}
