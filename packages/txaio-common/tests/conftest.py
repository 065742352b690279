"""A backend that can only log, and streams and handlers to log to."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from txaio_common import Backend, RecordEmitter


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

# Under --import-mode=importlib pytest makes no folder importable.
sys.path.insert(0, str(Path(__file__).parent))


def task_name() -> str:
    """Return the name of the task in which everything runs."""
    return "a task"


class PlainLogging(Backend):
    """A backend that can only log, in one task."""

    def use(self, driver: Any) -> None:
        self.driver = driver

    def __init__(self) -> None:
        driver: Any = SimpleNamespace(emitter=RecordEmitter(task_name))
        super().__init__(driver)


@pytest.fixture
def txa() -> Iterator[PlainLogging]:
    """A backend that can only log, whose logging is reset after the test."""
    txa = PlainLogging()
    yield txa
    txa.stop_logging()
    txa.set_global_log_level("info")
    for prefix in ("a", "a.b", "some", "other"):
        txa.set_log_level(prefix, None)


@contextmanager
def _bare_root() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, []
    level = root.level
    try:
        yield root
    finally:
        root.handlers = handlers
        root.setLevel(level)


@pytest.fixture
def bare_root() -> Callable[[], AbstractContextManager[logging.Logger]]:
    """A context with the root logger of a program that has not configured logging."""
    return _bare_root


class LogStream(StringIO):
    """A stream whose lines a test reads."""

    @property
    def lines(self) -> list[str]:
        """What was written, without the times."""
        return [line.partition(" ")[2] for line in self.getvalue().splitlines()]


@pytest.fixture
def out() -> LogStream:
    """A stream to log to."""
    return LogStream()


class Keeper(logging.Handler):
    """A handler that keeps the records."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[Any] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def native() -> Iterator[logging.Logger]:
    """The standard library's logger `some`, at level debug."""
    native = logging.getLogger("some")
    native.setLevel(logging.DEBUG)
    yield native
    native.setLevel(logging.NOTSET)
    native.disabled = False
    native.propagate = True
    native.handlers.clear()
    native.filters.clear()


@pytest.fixture
def kept(native: logging.Logger) -> list[Any]:
    """The list to which the records of the logger `some` are added."""
    keeper = Keeper()
    native.addHandler(keeper)
    return keeper.records
