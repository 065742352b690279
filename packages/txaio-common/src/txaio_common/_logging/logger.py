"""Loggers, whose methods below their level do nothing."""

from __future__ import annotations

import sys
from abc import ABCMeta
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Protocol, cast

from txaio_common._logging.frames import as_logging
from txaio_common._logging.levels import LEVELS, NUMBERS, check_level
from txaio_common._logging.names import check_str
from txaio_common._logging.text import PositionalArgsMessage
from txaio_interfaces import IFailedFuture, ILogger, LogLevel, log_levels


NO_FIELDS: Mapping[str, Any] = MappingProxyType({})


class LoggerEmitter(Protocol):
    """What a logger needs of its emitter."""

    def emit(
        self, logger: Logger, level: str, message: object, fields: dict[str, Any], /
    ) -> None:
        """Hand on *message*, logged by the caller of the caller."""


class Logger(ILogger):
    """A logger of all backends, which hands its messages to an emitter.

    A logger's class depends on its level: in the class of a level, the methods of the
    levels below it do nothing.
    So a disabled call costs what it costs to call an empty method, and no message has
    its level compared.
    All these classes are called `Logger`, except in errors about unknown methods.
    When the level changes, a logger assigns another class to its `__class__`.
    Replacing the methods of the instance instead would give each logger a dictionary,
    which each call would search first.

    The methods never raise, and so they accept *args*, for which a message has no
    place.
    """

    __slots__ = (
        "__dict__",  # Tests replace methods of a logger.
        "__weakref__",
        "_emit",
        "_own_level",
        "bound",
        "emitter",
        "namespace",
        "native",
    )

    def __init__(
        self,
        namespace: str,
        emitter: LoggerEmitter,
        bound: Mapping[str, Any] = NO_FIELDS,
        own_level: LogLevel | None = None,
    ) -> None:
        """Add the fields *bound* to each message, and hand it to *emitter*.

        With *own_level*, the levels of the process do not apply.
        """
        self.namespace: str = namespace
        self.bound: Mapping[str, Any] = bound
        self.native: Any = None
        """The framework's own logger of this namespace, cached here by the emitter."""
        self._own_level = own_level
        self.emitter: LoggerEmitter = emitter
        self._emit = emitter.emit  # Bound here, and not once for each message.
        LEVELS.subscribe(self)

    def use(self, emitter: LoggerEmitter) -> None:
        """Hand all further messages to *emitter*."""
        self.emitter = emitter
        self._emit = emitter.emit

    @as_logging
    def critical(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "critical", message, kwargs)

    @as_logging
    def error(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "error", message, kwargs)

    @as_logging
    def warn(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "warn", message, kwargs)

    @as_logging
    def warning(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "warn", message, kwargs)

    @as_logging
    def info(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "info", message, kwargs)

    @as_logging
    def debug(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "debug", message, kwargs)

    @as_logging
    def trace(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "trace", message, kwargs)

    @as_logging
    def exception(
        self, message: object = None, /, *args: object, **kwargs: Any
    ) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        if "exc_info" not in kwargs and kwargs.get("log_failure") is None:
            kwargs["log_failure"] = sys.exc_info()[1]
        self._emit(self, "error", message, kwargs)

    @as_logging
    def failure(
        self,
        message: object = None,
        /,
        failure: IFailedFuture | BaseException | None = None,
        **kwargs: Any,
    ) -> None:
        if failure is not None:
            kwargs["log_failure"] = failure
        elif kwargs.get("log_failure") is None:
            kwargs["log_failure"] = sys.exc_info()[1]
        self._emit(self, "critical", message, kwargs)

    @as_logging
    def emit(self, level: Any, message: object = None, /, **kwargs: Any) -> None:
        """Write *message* at *level*: its name, or a constant with that name.

        Raises `ValueError` if there is no such level.
        """
        name: Any = getattr(level, "name", level)
        if self.is_enabled_for(name):
            self._emit(self, name, message, kwargs)

    def bind(self, /, **fields: Any) -> Logger:
        bound = {**self.bound, **fields}
        return Logger(self.namespace, self.emitter, bound, self._own_level)

    def set_log_level(self, level: LogLevel) -> None:
        self._own_level = check_level(level)
        self.refresh()

    def is_enabled_for(self, level: LogLevel) -> bool:
        number = NUMBERS[check_level(level)]
        return level != "none" and number >= NUMBERS[self._log_level]

    def refresh(self) -> None:
        """Take on the class of the level that applies to this logger now."""
        kind: Any = _CLASSES[self._own_level or LEVELS.effective(self.namespace)]
        self.__class__ = kind
        if not self.__dict__:
            # The assignment creates one, which each call would search for its method.
            del self.__dict__

    @property
    def _log_level(self) -> LogLevel:
        return self._own_level or LEVELS.effective(self.namespace)

    def __reduce__(self) -> Any:
        """Copy by making another logger, which subscribes to the levels as well."""
        args = self.namespace, self.emitter, dict(self.bound), self._own_level
        return Logger, args

    def __repr__(self) -> str:
        return f"<Logger {self.namespace!r} at {self._log_level}>"


def make_logger(namespace: str, emitter: LoggerEmitter) -> Logger:
    """Return a logger for *namespace* that hands its messages to *emitter*.

    Raises `TypeError` if *namespace* is not a string.
    """
    check_str(namespace, "namespace")
    return Logger(namespace, emitter)


def _class_for(level: LogLevel) -> type[Logger]:
    """Return the class of the loggers that are at *level*."""
    disabled: list[str]
    disabled = [*log_levels[log_levels.index(level) + 1 :]]
    disabled += [name for name, at in _OTHER_METHODS.items() if at in disabled]
    members: dict[str, Any] = {name: _disabled(name) for name in disabled}
    members |= {
        "__doc__": Logger.__doc__,
        "__module__": Logger.__module__,
        "__qualname__": Logger.__qualname__,
        "__slots__": (),  # Without these a logger could not change its class.
    }
    return cast("type[Logger]", ABCMeta(_NAME_IN_ERRORS, (Logger,), members))


def _disabled(name: str) -> Callable[..., None]:
    """Return a method called *name* that does nothing."""

    def method(
        self: Logger, message: object = None, /, *args: object, **kwargs: Any
    ) -> None:
        pass

    method.__name__ = name
    method.__qualname__ = f"{Logger.__qualname__}.{name}"
    return method


_OTHER_METHODS = {"failure": "critical", "exception": "error", "warning": "warn"}
"""The levels of the methods that are not named after their level."""

_NAME_IN_ERRORS = f"Logger ({', '.join(log_levels[1:])})"
"""The name that Python has in errors about attributes that a logger does not have.

It lists the methods that log.
A `__getattr__` could say more, but with it each call of an existing method would take
half as long again on Python 3.11, which prints no more than 50 characters of a name.
"""

_CLASSES = {level: _class_for(level) for level in log_levels}
