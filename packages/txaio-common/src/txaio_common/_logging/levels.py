"""Levels: their names and numbers, and which level each namespace has."""

from __future__ import annotations

import os
from contextlib import suppress
from sys import maxsize
from threading import RLock
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from txaio_common._logging.names import check_str
from txaio_interfaces import LogLevel, log_levels


TRACE = 5
"""The number of trace, a level that the standard library does not have."""

NUMBERS = {
    "none": maxsize,
    "critical": 50,
    "error": 40,
    "warn": 30,
    "info": 20,
    "debug": 10,
    "trace": TRACE,
}
"""The standard library's numbers for the levels, by name."""


def check_level(level: str) -> LogLevel:
    """Return *level*, or raise `ValueError` if it is not the name of a level."""
    if level not in log_levels:
        meant = "warn" if level == "warning" else str(level).lower()
        hint = f" (here it is {meant!r})" if meant in log_levels[1:] else ""
        msg = f"level must be one of {', '.join(log_levels)}, not {level!r}{hint}"
        raise ValueError(msg)
    return level


def level_name(number: float) -> str:
    """Return the name of the highest level that *number* reaches."""
    for name in log_levels[1:]:
        if number >= NUMBERS[name]:
            return name
    return "trace"


class ForkSafeLock:
    """A re-entrant lock that is always released in a forked child.

    In the child the thread that held it may not exist, and could never release it.
    """

    lock: Any

    def __init__(self) -> None:
        self._renew()
        with suppress(AttributeError):  # Windows does not fork.
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self.lock = RLock()


class LevelListener(Protocol):
    """Is notified when levels change."""

    def refresh(self) -> object:
        """Adapt to the levels as they are now."""


class Levels:
    """The levels of the process: the global one, and those of prefixes."""

    def __init__(self) -> None:
        self._global: LogLevel = "info"
        self._prefixes: dict[str, LogLevel] = {}
        # Not a WeakSet: that is iterated in Python code, and iteration fails if another
        # thread, a signal handler or a finalizer makes a logger in the meantime.
        # `keyrefs` copies all references in one step of the interpreter.
        self._listeners: WeakKeyDictionary[LevelListener, None] = WeakKeyDictionary()
        self._guard = ForkSafeLock()

    @property
    def global_level(self) -> LogLevel:
        """The level of every namespace that has no other."""
        return self._global

    def set_global(self, level: str) -> None:
        """Set the global *level*.

        Raises `ValueError` if there is no such level.
        """
        with self._guard.lock:
            self._global = check_level(level)
            self._notify()

    def set_prefix(self, prefix: str, level: str | None) -> None:
        """Set the *level* of *prefix* and of the namespaces below; None removes it.

        Raises `TypeError` if *prefix* is not a string, and `ValueError` if there is no
        such level.
        """
        check_str(prefix, "prefix")
        with self._guard.lock:
            if level is None:
                self._prefixes.pop(prefix, None)
            else:
                self._prefixes[prefix] = check_level(level)
            self._notify()

    def effective(self, namespace: str) -> LogLevel:
        """Return the level of *namespace*: that of its longest prefix which has one."""
        if self._prefixes:
            prefix = namespace
            while prefix:
                if prefix in self._prefixes:
                    return self._prefixes[prefix]
                prefix = prefix.rpartition(".")[0]
        return self._global

    def allows(self, namespace: str, number: float) -> bool:
        """Tell whether *namespace* writes messages at the level with this *number*."""
        return number >= NUMBERS[self.effective(namespace)]

    def lowest(self) -> int:
        """Return the number of the lowest level that is set anywhere."""
        return min(NUMBERS[name] for name in (self._global, *self._prefixes.values()))

    def subscribe(self, listener: LevelListener) -> None:
        """Refresh *listener* now and after each change, as long as it exists."""
        with self._guard.lock:
            self._listeners[listener] = None
            listener.refresh()

    def listeners(self) -> list[LevelListener]:
        """Return the subscribed listeners that still exist."""
        found = [weak() for weak in self._listeners.keyrefs()]
        return [listener for listener in found if listener is not None]

    def _notify(self) -> None:
        for listener in self.listeners():
            listener.refresh()


LEVELS = Levels()
"""The levels of the process: the loggers of a library outlive any one backend."""
