"""Loggers that write to a `twisted.logger.Logger`, or to an object like it.

`txaio.make_logger` returns one if it is called with *logger* or *observer*.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from copy import copy
from typing import Any

from twisted.logger import Logger as TwistedLogger
from twisted.python.failure import Failure

from txaio_common import (
    LEVELS,
    NUMBERS,
    UNSET,
    Logger,
    PositionalArgsMessage,
    add_exc_info,
    allowed_format,
    check_level,
)
from txaio_interfaces import IFailedFuture, ILogger, LogLevel
from txaio_twisted import LOG_LEVELS


class NativeLogger(ILogger):
    """A logger with the levels of txaio that writes to one created by *factory*.

    The factory is called with ``namespace`` and ``observer``, like
    `twisted.logger.Logger`.
    """

    def __init__(
        self,
        namespace: str = "",
        factory: Callable[..., Any] | None = UNSET,
        observer: Callable[[Any], object] | None = None,
    ) -> None:
        """Create the logger to write to."""
        if factory is UNSET:
            # Programs written for txaio test for an AssertionError here.
            raise AssertionError("loggers are made by txaio.make_logger")
        self._namespace = namespace
        self._own: str | None = None
        self.bound: dict[str, Any] = {}
        make: Any = TwistedLogger if factory is None else factory
        self._logger = make(namespace=namespace, observer=observer)

    @property
    def _log_level(self) -> str:
        return self._own or LEVELS.effective(self._namespace)

    def critical(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        self._emit("critical", message, kwargs, args)

    def error(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        self._emit("error", message, kwargs, args)

    def warn(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        self._emit("warn", message, kwargs, args)

    def warning(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        self._emit("warn", message, kwargs, args)

    def info(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        self._emit("info", message, kwargs, args)

    def debug(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        self._emit("debug", message, kwargs, args)

    def trace(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        self._emit("trace", message, {**kwargs, "txaio_trace": True}, args)

    def exception(
        self, message: object = None, /, *args: object, **kwargs: Any
    ) -> None:
        if "exc_info" not in kwargs:
            kwargs.setdefault("log_failure", sys.exc_info()[1])
        self._emit("error", message, kwargs, args)

    def failure(
        self,
        message: object = None,
        /,
        failure: IFailedFuture | BaseException | None = None,
        **kwargs: Any,
    ) -> None:
        if self.is_enabled_for("critical"):
            message = _message_in(message, kwargs)
            if failure is not None:
                kwargs["failure"] = _native_failure(failure)
            given = kwargs.keys() - {"failure"}
            fields = {**self.bound, **kwargs}
            message = _allowed(message, given, fields)
            self._logger.failure(message, **fields)

    def emit(self, level: Any, message: object = None, /, **kwargs: Any) -> None:
        """Write *message* at *level*: a name, or a constant of Twisted's `LogLevel`."""
        self._emit(getattr(level, "name", level), message, kwargs)

    def bind(self, /, **fields: Any) -> NativeLogger:
        bound = copy(self)
        bound.bound = {**self.bound, **fields}
        return bound

    def set_log_level(self, level: LogLevel) -> None:
        self._own = check_level(level)

    def is_enabled_for(self, level: LogLevel) -> bool:
        number = NUMBERS[check_level(level)]
        return level != "none" and number >= NUMBERS[self._log_level]

    def _emit(
        self,
        level: LogLevel,
        message: object,
        fields: dict[str, Any],
        args: tuple[object, ...] = (),
    ) -> None:
        if self.is_enabled_for(level):
            message = _message_in(message, fields)
            if "exc_info" in fields:
                add_exc_info(fields)
            if "log_failure" in fields:
                fields["log_failure"] = _native_failure(fields["log_failure"])
            given, fields = fields, {**self.bound, **fields}
            if args:
                fields["log_text"] = PositionalArgsMessage(message, args)
                message = "{log_text}"
            else:
                message = _allowed(message, given, fields)
            self._logger.emit(LOG_LEVELS[level], message, **fields)


# The loggers of `txaio_common` count as loggers of `txaio.tx`, too.
NativeLogger.register(Logger)


def _message_in(message: object, fields: dict[str, Any]) -> object:
    """Return *message*, or if there is none the one that *fields* have as `format`."""
    return fields.pop("format", None) if message is None else message


def _allowed(message: Any, given: Collection[str], fields: dict[str, Any]) -> Any:
    """Return *message*, or a format that quotes it if it may not be formatted.

    Otherwise Twisted would read attributes for a text from outside, and call them.
    """
    if issubclass(type(message), str):
        return allowed_format(str.__str__(message), given, fields, calls=True)
    return message


def _native_failure(failure: object) -> Any:
    make: Any = Failure
    kind = type(failure)  # An object may raise when `isinstance` asks for its class.
    is_exception = issubclass(kind, BaseException) and not issubclass(kind, Failure)
    return make(failure) if is_exception else failure
