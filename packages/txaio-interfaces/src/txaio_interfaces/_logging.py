"""Log messages with fields, as text and as data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from os import PathLike
from sys import exc_info
from typing import IO, Any, Literal, TypeAlias

from txaio_interfaces._failures import IFailedFuture


LogLevel: TypeAlias = Literal[
    "none", "critical", "error", "warn", "info", "debug", "trace"
]
"""One of `log_levels`, to type checkers."""

LogFormat: TypeAlias = Literal["text", "color", "json"]
"""A format of `ILogging.start_logging`, to type checkers."""

log_levels: list[LogLevel] = [
    "none",
    "critical",
    "error",
    "warn",
    "info",
    "debug",
    "trace",
]
"""The names of the levels, from no messages to all messages."""


class ILogger(ABC):
    """Log messages in one namespace; logging a message never raises an exception.

    *message* is a format string for `str.format`, and all keyword arguments are its
    fields: ``log.info("{peer} is gone", peer=peer)``.
    Fields that *message* does not name are written after it:
    ``log.info("gone", peer=7)`` writes ``gone [peer=7]``.
    Those whose names begin with ``log_`` or ``_`` are not.
    Positional arguments have no names: they are written after the unformatted
    *message*.
    A message is formatted only if it is written.
    If it cannot be formatted, the unformatted text is written with its fields and the
    reason.

    A text from outside should be a field: ``log.info("{text}", text=text)``.
    As the *message* of a call without fields it can only name fields of the logger and
    of the context, as ``{peer}``; attributes, indexes, calls and widths are left as
    they are.
    In no message are attributes read that begin with ``_``, or fields called.

    A message becomes the framework's own kind of record: an event of `twisted.logger`,
    elsewhere a `logging.LogRecord` whose `fields` is a dictionary of the fields.

    If there is no *message*, the field ``format`` is used instead; without it, all
    fields are listed.

    The fields `log_time`, `log_level`, `log_namespace` and `log_format` are added.
    `log_failure` is an exception or an `IFailedFuture` whose traceback is printed.
    If it is missing, ``exc_info`` is used, as in ``logging``: an exception, or True for
    the one being handled.
    `log_category` is the name of a format that was passed to
    `ILogging.add_log_categories`; the format is used if *message* is None or empty.

    A subclass must implement the six methods that are named after the levels.
    """

    __slots__ = ()

    @abstractmethod
    def critical(self, message: object = None, /, **kwargs: Any) -> None:
        """Log that the program cannot continue."""

    @abstractmethod
    def error(self, message: object = None, /, **kwargs: Any) -> None:
        """Log that something failed."""

    @abstractmethod
    def warn(self, message: object = None, /, **kwargs: Any) -> None:
        """Log that something is not as it should be."""

    @abstractmethod
    def info(self, message: object = None, /, **kwargs: Any) -> None:
        """Log what happens, for users of the program."""

    @abstractmethod
    def debug(self, message: object = None, /, **kwargs: Any) -> None:
        """Log what happens, for developers of the program."""

    @abstractmethod
    def trace(self, message: object = None, /, **kwargs: Any) -> None:
        """Log every detail."""

    def warning(self, message: object = None, /, **kwargs: Any) -> None:
        """Do the same as `warn`, by the name that it has in ``logging``."""
        self.warn(message, **kwargs)

    def exception(self, message: object = None, /, **kwargs: Any) -> None:
        """Log *message* at level error with the exception being handled.

        The whole traceback is printed.
        """
        if "exc_info" not in kwargs:
            kwargs.setdefault("log_failure", exc_info()[1])
        self.error(message, **kwargs)

    def failure(
        self,
        message: object = None,
        /,
        failure: IFailedFuture | BaseException | None = None,
        **kwargs: Any,
    ) -> None:
        """Log *message* at level critical with the whole traceback of *failure*.

        If *failure* is omitted, the exception being handled is used.
        """
        kwargs["log_failure"] = exc_info()[1] if failure is None else failure
        self.critical(message, **kwargs)

    def bind(self, /, **fields: Any) -> ILogger:
        """Return a logger of the same namespace and level that adds *fields*.

        A field of the same name in a call takes precedence.
        """
        raise NotImplementedError

    def set_log_level(self, level: LogLevel) -> None:
        """Set this logger's own *level*, one of `log_levels`; takes effect immediately.

        Raises `ValueError` if there is no such level.
        """
        raise NotImplementedError

    def is_enabled_for(self, level: LogLevel) -> bool:
        """Return True if this logger would process a message of *level*.

        Raises `ValueError` if there is no such level.
        """
        raise NotImplementedError


class ILogging(ABC):
    """Create loggers and configure where messages are written."""

    @abstractmethod
    def make_logger(self, namespace: str | None = None, /) -> ILogger:
        """Return a logger for *namespace*.

        If omitted, it is the caller's: ``module.Class`` in a class body or a method
        (nested classes by their qualified name), otherwise the module.
        """

    @abstractmethod
    def start_logging(
        self,
        out: IO[str] | IO[bytes] | str | PathLike[str] | None = ...,
        level: LogLevel = "info",
        format: LogFormat = "text",  # noqa: A002 - the name that callers know
    ) -> None:
        """Write each record of *level* or above to *out*, flushed.

        Each begins on a new line.
        The further lines of a message are indented, and so are those of a traceback.
        *out* is a text or binary stream or a path.
        If omitted, it is standard output as it is at the time of this call;
        if None, nothing is written and only the level is set.
        *format* is ``"text"`` (an ISO 8601 time with its UTC offset, the level, the
        namespace, the message and its other fields), ``"color"`` (the same, coloured on
        a terminal unless the environment variable `NO_COLOR` is set) or ``"json"`` (an
        object).
        A further call replaces what the previous one configured; what other threads
        log meanwhile is written to the one output or to the other.

        Messages that other code logs through the framework's logging are written, too,
        as far as the levels set here and in the framework allow; the application's own
        handlers continue as before.
        The level of the standard library's root logger follows the levels set here
        if it has no handlers, and is left unchanged if it has, or once the application
        sets it.

        Raises `ValueError` if there is no such *level* or *format*.
        """

    @abstractmethod
    def stop_logging(self) -> None:
        """Undo `start_logging`, leaving the application's own logging as it was."""

    @abstractmethod
    def set_global_log_level(self, level: LogLevel) -> None:
        """Set the *level* of all existing and future loggers without one of their own.

        Raises `ValueError` if there is no such level.
        """

    @abstractmethod
    def set_log_level(self, prefix: str, level: LogLevel | None) -> None:
        """Set the *level* of all loggers whose namespace is *prefix* or below it.

        ``"a.b"`` is below ``"a"``.
        The longest prefix takes precedence, and a logger's own level over any prefix.
        None removes the level that was set for *prefix*.

        Raises `ValueError` if there is no such level.
        """

    @abstractmethod
    def get_global_log_level(self) -> LogLevel:
        """Return the level last set for all loggers, initially ``"info"``."""

    @abstractmethod
    def add_log_categories(self, categories: Mapping[str, str]) -> None:
        """Add formats by name; the field ``log_category`` of a message selects one."""

    @abstractmethod
    def log_context(self, /, **fields: Any) -> AbstractContextManager[None]:
        """Return a context manager that adds *fields* to all messages logged inside.

        They follow the context: across awaits, into callbacks and coroutines.
        Fields of inner contexts take precedence over those of outer ones, and the
        fields of a logger and of a call over both.
        """
