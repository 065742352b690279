"""The types and names that the public parts of logging have at run time."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

import pytest

from txaio_common import LoggerEmitter, _logging, make_logger


PUBLIC = [getattr(_logging, name) for name in _logging.__all__]
FUNCTIONS = [
    function
    for owner in PUBLIC
    if inspect.isfunction(owner) or inspect.isclass(owner)
    for function in ([owner] if inspect.isfunction(owner) else vars(owner).values())
    if inspect.isfunction(function)
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__qualname__)
def test_hints_are_there_at_run_time(function: Any):
    """What the annotations of a public function name can be found."""
    assert get_type_hints(function).keys() <= {
        *inspect.signature(function).parameters,
        "return",
    }


class Collector:
    """An emitter that keeps the messages."""

    def __init__(self) -> None:
        self.messages: list[object] = []

    def emit(self, _logger: Any, _level: str, message: object, _fields: Any, /) -> None:
        self.messages.append(message)


def test_logger_that_is_given_another_emitter():
    """All that it is told from then on goes there."""
    first, second = Collector(), Collector()
    emitter: LoggerEmitter = first
    log = make_logger("some", emitter)
    log.info("a")
    log.use(second)
    log.info("b")
    log.bind(x=1).info("c")
    assert (first.messages, second.messages) == (["a"], ["b", "c"])
    assert log.emitter is second


@pytest.mark.parametrize("level", ["trace", "info", "none"])
def test_logger_of_each_level_is_called_logger(level: str):
    """In errors and in the documentation of its methods, whatever its level is."""
    log: Any = make_logger("some", Collector())
    log.set_log_level(level)
    with pytest.raises(AttributeError, match="'Logger' object has no attribute"):
        log.fatal("x")
    assert type(log).__qualname__ == "Logger"
    assert log.debug.__qualname__ == "Logger.debug"
    assert inspect.getdoc(log.debug) == inspect.getdoc(_logging.Logger.debug)
