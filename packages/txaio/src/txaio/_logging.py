"""The logging functions, which work before and after a backend is selected."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from os import PathLike
from types import FrameType
from typing import IO, TYPE_CHECKING, Any

from txaio._early_log import EARLY, EarlyLog
from txaio._selection import SELECTION, import_backend
from txaio_common import UNSET, check_level, name_of_caller
from txaio_interfaces import IBackend, ILogger, LogFormat, LogLevel, log_levels


class Loggers:
    """Makes loggers of the backend that is current when they are made."""

    def __init__(self, logging: Callable[[], IBackend | EarlyLog]) -> None:
        """Call *logging* for the backend of each logger."""
        self._logging = logging

    def make_logger(
        self,
        level: str | None = None,
        logger: Callable[..., Any] | None = None,
        observer: Callable[[Any], object] | None = None,
        *,
        log_level: LogLevel | None = None,
        namespace: str | None = None,
    ) -> ILogger:
        """Return a logger, at *level* (or *log_level*) if that is given.

        Without *namespace* it is named after the caller: ``module.Class`` in a class
        body or a method, else the module.
        A *level* that contains a dot is taken as the *namespace*, which is the first
        argument of the backends' `make_logger`.
        *logger* is called to create the logger to write to, like
        `twisted.logger.Logger`; *observer* gets the events in place of Twisted's log.
        Both need Twisted, and with either of them a logger that is made in a function
        is named ``module.function``.

        Raises `ValueError` if there is no such level.
        """
        if level is not None and level not in log_levels and "." in level:
            level, namespace = None, level
        frame = sys._getframe(1)  # noqa: SLF001 - a logger is named after its caller
        if logger is not None or observer is not None:
            name = namespace or name_of_function(frame)
            made = make_native_logger(name, logger, observer)
        else:
            made = self._logging().make_logger(namespace or name_of_caller(frame))
        level = level or log_level
        if level is not None:
            made.set_log_level(check_level(level))
        return made


if TYPE_CHECKING:

    def make_logger(
        level: str | None = None,
        logger: Callable[..., Any] | None = None,
        observer: Callable[[Any], object] | None = None,
        *,
        log_level: LogLevel | None = None,
        namespace: str | None = None,
    ) -> ILogger:
        """Return a logger; see `Loggers.make_logger`."""
        ...

else:
    make_logger = Loggers(lambda: SELECTION.logging).make_logger


def name_of_function(frame: FrameType) -> str:
    """Return the namespace of a logger that writes to one of Twisted's.

    It names the function as well, as programs that look at that logger expect.
    """
    name, function = name_of_caller(frame), frame.f_code.co_name
    in_class = name != frame.f_globals.get("__name__")
    return name if in_class or function == "<module>" else f"{name}.{function}"


def make_native_logger(namespace: str, logger: Any, observer: Any) -> ILogger:
    """Return a logger that writes to one of Twisted's, which may not be installed."""
    import_backend("twisted")
    from txaio._native_logger import NativeLogger  # noqa: PLC0415 - needs Twisted

    return NativeLogger(namespace, logger, observer)


def start_logging(
    out: IO[str] | IO[bytes] | str | PathLike[str] | None = UNSET,
    level: LogLevel = "info",
    format: LogFormat = "text",  # noqa: A002 - the name that callers know
) -> None:
    """Write each record of *level* or above to *out*, flushed.

    Each begins on a line of its own; the further lines of a message are indented.
    The default of *out* is `sys.stdout` at the time of the call.
    With None only the level is set; on Twisted, what is printed goes into its log.
    Earlier messages are written first: those from before the selection of a backend,
    and on Twisted those that its own log keeps until logging begins.
    """
    SELECTION.backend.start_logging(out, level, format)
    if out is not None:
        EARLY.replay()


def set_global_log_level(level: LogLevel) -> None:
    """Set the *level* of all loggers, old and new, that have none of their own."""
    SELECTION.logging.set_global_log_level(level)


def get_global_log_level() -> LogLevel:
    """Return the global level; the default is ``"info"``."""
    return SELECTION.logging.get_global_log_level()


def add_log_categories(categories: Mapping[str, str]) -> None:
    """Add format strings by name, for messages logged with that ``log_category``."""
    SELECTION.logging.add_log_categories(categories)


__all__ = [
    "add_log_categories",
    "get_global_log_level",
    "make_logger",
    "set_global_log_level",
    "start_logging",
]
