"""Levels: what they are called, and who has which."""

from __future__ import annotations

import os
from contextlib import suppress
from sys import maxsize
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol
from weakref import ref

from txaio_interfaces import log_levels


if TYPE_CHECKING:

    class Listener(Protocol):
        """What a level holds for."""

        def refresh(self) -> object:
            """Look at the levels anew."""


TRACE = 5
"""The stdlib's number for trace, which the stdlib itself does not have."""

NUMBERS = {
    "none": maxsize,
    "critical": 50,
    "error": 40,
    "warn": 30,
    "info": 20,
    "debug": 10,
    "trace": TRACE,
}
"""The numbers that the stdlib has for the levels, by the names that we have."""


def check_level(level: str) -> str:
    """Return *level*, or raise `ValueError` if there is none of that name."""
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
    """A re-entrant lock that is free in a forked child, whoever held it before."""

    lock: Any

    def __init__(self) -> None:
        self._renew()
        with suppress(AttributeError):  # Windows does not fork.
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self.lock = RLock()


class Levels:
    """The levels of the process: the global one, and those of prefixes."""

    def __init__(self) -> None:
        self._global = "info"
        self._prefixes: dict[str, str] = {}
        self._subscribers: set[ref[Listener]] = set()
        self._guard = ForkSafeLock()

    @property
    def global_level(self) -> str:
        """The level of all that has no other."""
        return self._global

    def set_global(self, level: str) -> None:
        """Set the global *level*."""
        with self._guard.lock:
            self._global = check_level(level)
            self._refresh()

    def set_prefix(self, prefix: str, level: str | None) -> None:
        """Set the *level* of *prefix* and what is below, or give it back."""
        with self._guard.lock:
            if level is None:
                self._prefixes.pop(prefix, None)
            else:
                self._prefixes[prefix] = check_level(level)
            self._refresh()

    def effective(self, namespace: str) -> str:
        """Return the level of *namespace*."""
        if self._prefixes:
            prefix = namespace
            while prefix:
                if prefix in self._prefixes:
                    return self._prefixes[prefix]
                prefix = prefix.rpartition(".")[0]
        return self._global

    def allows(self, namespace: str, number: float) -> bool:
        """Tell whether a record with the stdlib's *number* is to be written."""
        return number >= NUMBERS[self.effective(namespace)]

    def lowest(self) -> int:
        """Return the number of the lowest level that anything has."""
        return min(NUMBERS[e] for e in (self._global, *self._prefixes.values()))

    def subscribe(self, listener: Listener) -> None:
        """Tell *listener* of the levels, now and whenever they change."""
        with self._guard.lock:
            self._subscribers.add(ref(listener, self._subscribers.discard))
            listener.refresh()

    def subscribers(self) -> list[Listener]:
        """Return those that are told of the levels, as far as they live."""
        # A set that is listed at once may shrink and grow meanwhile.
        living = [weakly() for weakly in list(self._subscribers)]
        return [listener for listener in living if listener is not None]

    def _refresh(self) -> None:
        for listener in self.subscribers():
            listener.refresh()


LEVELS = Levels()
"""The levels are the process's: a library's loggers know no backend's life."""
