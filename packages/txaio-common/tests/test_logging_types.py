"""The annotations and names of the public parts of logging at run time."""

from __future__ import annotations

import inspect
from typing import Any, get_args, get_type_hints

import pytest

from txaio_common import LoggerEmitter, _logging, make_logger
from txaio_interfaces import LogFormat


PUBLIC = [getattr(_logging, name) for name in _logging.__all__]
FUNCTIONS = [
    function
    for owner in PUBLIC
    if inspect.isfunction(owner) or inspect.isclass(owner)
    for function in ([owner] if inspect.isfunction(owner) else vars(owner).values())
    if inspect.isfunction(function)
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__qualname__)
def test_type_hints_at_run_time(function: Any):
    """The annotations of public functions can be evaluated."""
    assert get_type_hints(function).keys() <= {
        *inspect.signature(function).parameters,
        "return",
    }


@pytest.mark.parametrize("name", get_args(LogFormat))
def test_format_that_type_checkers_accept(txa: Any, out: Any, name: Any) -> None:
    """Each format of `LogFormat` is one of `start_logging`."""
    txa.start_logging(out, format=name)
    txa.make_logger("some").info("there")
    assert "there" in out.getvalue()


class Collector:
    """An emitter that keeps the messages."""

    def __init__(self) -> None:
        self.messages: list[object] = []

    def emit(self, _logger: Any, _level: str, message: object, _fields: Any, /) -> None:
        self.messages.append(message)


def test_logger_that_uses_another_emitter():
    """All further messages go to that emitter."""
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
def test_class_of_a_logger_is_named_logger(level: str):
    """It is so at each level, also in the docstrings of its methods."""
    log: Any = make_logger("some", Collector())
    log.set_log_level(level)
    assert type(log).__qualname__ == "Logger"
    assert repr(type(log)) == repr(_logging.Logger)
    assert log.debug.__qualname__ == "Logger.debug"
    assert inspect.getdoc(log.debug) == inspect.getdoc(_logging.Logger.debug)


@pytest.mark.parametrize("level", ["trace", "info", "none"])
def test_unknown_method(level: str):
    """The error lists the methods that log; Python 3.11 prints no longer names."""
    log: Any = make_logger("some", Collector())
    log.set_log_level(level)
    with pytest.raises(AttributeError) as caught:
        log.fatal("x")
    assert str(caught.value) == (
        "'Logger (critical, error, warn, info, debug, trace)' object has no attribute"
        " 'fatal'"
    )
    assert not hasattr(log, "fatal")
