"""Loggers: one class for each level, whose methods below it do nothing.

A logger of another level is given another class, which costs a disabled call nothing
and acts at once.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from txaio_common._logging.levels import LEVELS, NUMBERS, check_level
from txaio_common._logging.text import PositionalArgsMessage
from txaio_interfaces import ILogger


if TYPE_CHECKING:
    from txaio_interfaces import IFailedFuture


NO_FIELDS: Mapping[str, Any] = MappingProxyType({})


class Emit(Protocol):
    """Hands a message with its fields on, called by what the caller called."""

    def __call__(
        self, logger: Logger, level: str, message: object, fields: dict[str, Any], /
    ) -> None: ...


class Logger(ILogger):
    """A logger that hands everything on.

    No call raises, and so none refuses *args*, which are for other kinds of loggers.
    """

    __slots__ = (
        "__dict__",  # Tests put something in the place of a method.
        "__weakref__",
        "_emit",
        "_own",
        "bound",
        "namespace",
        "native",
    )

    def __init__(
        self,
        namespace: str,
        emit: Emit,
        bound: Mapping[str, Any],
        own: str | None = None,
    ) -> None:
        """Write by *emit*, with the fields *bound*, at the *own* level if any."""
        self.namespace: str = namespace
        self.bound: Mapping[str, Any] = bound
        self.native: Any = None
        """What the framework has in our place, kept for `_emit`."""
        self._emit = emit
        self._own = own
        LEVELS.subscribe(self)

    def critical(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "critical", message, kwargs)

    def error(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "error", message, kwargs)

    def warn(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "warn", message, kwargs)

    def info(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "info", message, kwargs)

    def debug(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "debug", message, kwargs)

    def trace(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        if args:
            message = PositionalArgsMessage(message, args)
        self._emit(self, "trace", message, kwargs)

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

    def emit(self, level: Any, message: object = None, /, **kwargs: Any) -> None:
        """Write *message* at *level*: its name, or a constant that bears it.

        Raises `ValueError` if there is no such level.
        """
        name: str = getattr(level, "name", level)
        if self.is_enabled_for(name):
            self._emit(self, name, message, kwargs)

    def bind(self, /, **fields: Any) -> Logger:
        bound = {**self.bound, **fields}
        return Logger(self.namespace, self._emit, bound, self._own)

    def set_log_level(self, level: str) -> None:
        self._own = check_level(level)
        self.refresh()

    def is_enabled_for(self, level: str) -> bool:
        number = NUMBERS[check_level(level)]
        return level != "none" and number >= NUMBERS[self._log_level]

    def refresh(self) -> None:
        """Take the class of the level that holds for this logger now."""
        kind: Any = _CLASSES[self._log_level]
        self.__class__ = kind
        if not self.__dict__:
            # An empty one is made by that, and every call would have to look there.
            del self.__dict__

    @property
    def _log_level(self) -> str:
        return self._own or LEVELS.effective(self.namespace)

    def __reduce__(self) -> Any:
        """Be made anew when copied, so that the copy has its level, too."""
        return Logger, (self.namespace, self._emit, dict(self.bound), self._own)

    def __repr__(self) -> str:
        return f"<Logger {self.namespace!r} at {self._log_level}>"


class _AtDebug(Logger):
    __slots__ = ()

    def trace(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        pass


class _AtInfo(_AtDebug):
    __slots__ = ()

    def debug(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        pass


class _AtWarn(_AtInfo):
    __slots__ = ()

    def info(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        pass


class _AtError(_AtWarn):
    __slots__ = ()

    def warn(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        pass


class _AtCritical(_AtError):  # noqa: N818 - a level, no exception
    __slots__ = ()

    def error(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        pass


class _AtNone(_AtCritical):
    __slots__ = ()

    def critical(self, message: object = None, /, *args: object, **kwargs: Any) -> None:
        pass

    def failure(
        self,
        message: object = None,
        /,
        failure: IFailedFuture | BaseException | None = None,
        **kwargs: Any,
    ) -> None:
        pass


_CLASSES: dict[str, type[Logger]] = {
    "none": _AtNone,
    "critical": _AtCritical,
    "error": _AtError,
    "warn": _AtWarn,
    "info": _AtInfo,
    "debug": _AtDebug,
    "trace": Logger,
}
