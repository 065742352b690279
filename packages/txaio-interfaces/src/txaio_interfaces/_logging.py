"""Messages with fields, for people and for machines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from os import PathLike
from sys import exc_info
from typing import IO, Any

from txaio_interfaces._failures import IFailedFuture


log_levels: list[str] = [
    "none",
    "critical",
    "error",
    "warn",
    "info",
    "debug",
    "trace",
]
"""The names of the levels, from silence to everything."""


class ILogger(ABC):
    """Writes messages of one namespace; no call ever raises into its caller.

    A *message* is a format string of `str.format`, and every keyword is a field of it:
    ``log.info("{peer} is gone", peer=peer)``.
    What is given by position has no name: it is written after the raw *message*.
    Nothing is formatted unless it is written, and of a message that cannot be
    formatted the raw text is written, with its fields and the reason.

    A message becomes what the framework has for it: an event of `twisted.logger`,
    elsewhere a `logging.LogRecord` whose `fields` is a dictionary of the fields.

    Without a *message* it is the field ``format``, or else all the fields are listed.

    The fields `log_time`, `log_level`, `log_namespace` and `log_format` are added;
    `log_failure` is an `IFailedFuture` whose traceback is printed, and `log_category`
    names a format given to `ILogging.add_log_categories`, used if *message* is None
    or empty.

    A logger of one's own needs the six methods of the levels.
    """

    __slots__ = ()

    @abstractmethod
    def critical(self, message: object = None, /, **kwargs: Any) -> None:
        """Say that the program cannot go on."""

    @abstractmethod
    def error(self, message: object = None, /, **kwargs: Any) -> None:
        """Say that something failed."""

    @abstractmethod
    def warn(self, message: object = None, /, **kwargs: Any) -> None:
        """Say that something is not as it should be."""

    @abstractmethod
    def info(self, message: object = None, /, **kwargs: Any) -> None:
        """Say what happens, to whoever runs the program."""

    @abstractmethod
    def debug(self, message: object = None, /, **kwargs: Any) -> None:
        """Say what happens, to whoever writes the program."""

    @abstractmethod
    def trace(self, message: object = None, /, **kwargs: Any) -> None:
        """Say everything."""

    def failure(
        self,
        message: object = None,
        /,
        failure: IFailedFuture | BaseException | None = None,
        **kwargs: Any,
    ) -> None:
        """Write *message* at level critical with the whole traceback of *failure*.

        Left out, it is the exception being handled.
        """
        kwargs["log_failure"] = exc_info()[1] if failure is None else failure
        self.critical(message, **kwargs)

    def bind(self, /, **fields: Any) -> ILogger:
        """Return a logger of the same namespace and level that adds *fields*.

        A field of the same name in a call goes before it.
        """
        raise NotImplementedError

    def set_log_level(self, level: str) -> None:
        """Set this logger's own *level*, one of `log_levels`; acts at once.

        Raises `ValueError` if there is no such level.
        """
        raise NotImplementedError

    def is_enabled_for(self, level: str) -> bool:
        """Tell whether a message of *level* would be handed on.

        Raises `ValueError` if there is no such level.
        """
        raise NotImplementedError


class ILogging(ABC):
    """Make loggers and say where messages go."""

    @abstractmethod
    def make_logger(self, namespace: str | None = None, /) -> ILogger:
        """Return a logger for *namespace*.

        Left out, it is named after the caller: ``module.Class`` in a class body or a
        method (nested classes by their qualified name), else the module.
        """

    @abstractmethod
    def start_logging(
        self,
        out: IO[str] | IO[bytes] | str | PathLike[str] | None = ...,
        level: str = "info",
        format: str = "text",  # noqa: A002 - the name that callers know
    ) -> None:
        """Write each record of *level* or above to *out*, one line each, flushed.

        *out* is a text or binary stream or a path; left out, it is standard output as
        it is at this call; None writes nothing and only sets the level.
        *format* is ``"text"`` (an ISO 8601 time with its UTC offset, the level, the
        namespace, the message), ``"color"`` (the same, coloured on a terminal unless
        the environment has `NO_COLOR`) or ``"json"`` (an object).
        Called again it replaces what the last call set up.

        What others log through the framework's logging is written, too, as far as the
        levels set here and there allow; the application's own handlers go on as before.
        The level of the standard library's root logger follows the levels set here
        if it has no handlers, and is left alone if it has.

        Raises `ValueError` if there is no such *level* or *format*.
        """

    @abstractmethod
    def stop_logging(self) -> None:
        """Undo `start_logging`; the application's own logging is as it was."""

    @abstractmethod
    def set_global_log_level(self, level: str) -> None:
        """Set the *level* of every logger, made before or after, that has none itself.

        Raises `ValueError` if there is no such level.
        """

    @abstractmethod
    def set_log_level(self, prefix: str, level: str | None) -> None:
        """Set the *level* of all loggers whose namespace is *prefix* or below it.

        ``"a.b"`` is below ``"a"``; the longest prefix goes first, a logger's own level
        before any.
        None gives back what was set for *prefix*.

        Raises `ValueError` if there is no such level.
        """

    @abstractmethod
    def get_global_log_level(self) -> str:
        """Return the level last set for all loggers, ``"info"`` at first."""

    @abstractmethod
    def add_log_categories(self, categories: Mapping[str, str]) -> None:
        """Add formats by name, for messages logged with that ``log_category``."""

    @abstractmethod
    def log_context(self, /, **fields: Any) -> AbstractContextManager[None]:
        """Return a context manager that adds *fields* to all messages made inside.

        They follow the context: over awaits, into callbacks and coroutines.
        Inner contexts go before outer ones, a logger's and a call's fields before both.
        """
