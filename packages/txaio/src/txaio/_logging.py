"""Loggers that may be made at any time, and that follow the selection."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from os import PathLike
from types import FrameType
from typing import IO, TYPE_CHECKING, Any

from txaio._early_log import EARLY
from txaio._selection import SELECTION, import_backend
from txaio_common import UNSET, name_of_caller
from txaio_interfaces import ILogger, ILogging, log_levels


class Loggers:
    """Loggers of the logging that there is when they are made."""

    def __init__(self, logging: Callable[[], ILogging]) -> None:
        """Make loggers by what *logging* returns."""
        self._logging = logging

    def make_logger(
        self,
        level: str | None = None,
        logger: Callable[..., Any] | None = None,
        observer: Callable[[Any], object] | None = None,
        *,
        log_level: str | None = None,
        namespace: str | None = None,
    ) -> ILogger:
        """Return a logger, at *level* (or *log_level*) if that is given.

        Without *namespace* it is named after the caller: ``module.Class`` in a class
        body or a method, else the module (``module.function`` in a function, for one
        of Twisted's kind).
        A name with a dot may stand in the place of *level*, as the backends have it.
        *logger*, which makes a logger of Twisted's kind, and *observer*, which alone
        gets the events, need Twisted.

        Raises `ValueError` if there is no such level.
        """
        if level is not None and level not in log_levels and "." in level:
            level, namespace = None, level
        frame = sys._getframe(1)
        if logger is not None or observer is not None:
            name = namespace or name_of_function(frame)
            made = make_native_logger(name, logger, observer)
        else:
            made = self._logging().make_logger(namespace or name_of_caller(frame))
        level = level or log_level
        if level is not None:
            made.set_log_level(level)
        return made


if TYPE_CHECKING:

    def make_logger(
        level: str | None = None,
        logger: Callable[..., Any] | None = None,
        observer: Callable[[Any], object] | None = None,
        *,
        log_level: str | None = None,
        namespace: str | None = None,
    ) -> ILogger:
        """Return a logger, as `Loggers.make_logger` does."""
        ...

else:
    make_logger = Loggers(lambda: SELECTION.logging).make_logger


def name_of_function(frame: FrameType) -> str:
    """Return what a logger of Twisted's kind is named after, by the old rule.

    Clients that look at the logger behind ours expect it.
    """
    name, function = name_of_caller(frame), frame.f_code.co_name
    in_class = name != frame.f_globals.get("__name__")
    return name if in_class or function == "<module>" else f"{name}.{function}"


def make_native_logger(namespace: str, logger: Any, observer: Any) -> ILogger:
    """Return a logger that needs Twisted, which may not be installed."""
    import_backend("twisted")
    from txaio._native_logger import NativeLogger  # noqa: PLC0415 - needs Twisted

    return NativeLogger(namespace, logger, observer)


def start_logging(
    out: IO[str] | IO[bytes] | str | PathLike[str] | None = UNSET,
    level: str = "info",
    format: str = "text",  # noqa: A002 - the name that callers know
) -> None:
    """Write each record of *level* or above to *out*, one line each, flushed.

    Left out, *out* is standard output as it is at this call; None writes nothing and
    only sets the level.
    What was logged before is written first: all since the program began if a backend
    was selected later, and on Twisted what its own log keeps until logging begins.
    """
    SELECTION.backend.start_logging(out, level, format)
    if out is not None:
        EARLY.replay()


def set_global_log_level(level: str) -> None:
    """Set the *level* of every logger, made before or after, that has none itself."""
    SELECTION.logging.set_global_log_level(level)


def get_global_log_level() -> str:
    """Return the level last set for all loggers, ``"info"`` at first."""
    return SELECTION.logging.get_global_log_level()


def add_log_categories(categories: Mapping[str, str]) -> None:
    """Add formats by name, for messages logged with that ``log_category``."""
    SELECTION.logging.add_log_categories(categories)


__all__ = [
    "add_log_categories",
    "get_global_log_level",
    "make_logger",
    "set_global_log_level",
    "start_logging",
]
