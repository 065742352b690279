"""What is logged before a backend is selected.

Messages are kept, and handed on by the backend once there is one.
"""

from __future__ import annotations

import sys
from atexit import register
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from txaio_common import (
    LEVELS,
    Logger,
    Logging,
    StdlibLogging,
    StdlibRoad,
    make_event,
)


if TYPE_CHECKING:
    from collections.abc import Container
    from types import CodeType, FrameType

    from txaio_common import Emit

KEPT = 10_000
"""So many messages are kept, those that were logged last."""


class Place(NamedTuple):
    """Where a message was logged, as a frame says it."""

    f_code: CodeType
    f_lineno: int


class _Message(NamedTuple):
    event: dict[str, Any]
    level: str
    place: Place


class StandardLibrary(StdlibLogging):
    """Where messages go if no backend takes them."""

    _road = StdlibRoad(lambda: None)


class EarlyLogging(StandardLibrary):
    """Logging without a backend, whose loggers go over to the one that comes."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: deque[_Message] = deque(maxlen=KEPT)
        self._heir: Logging | None = None
        register(self._speak_up)

    @property
    def _emit(self) -> Emit:
        return self._keep if self._heir is None else self._heir._emit

    def _keep(
        self, logger: Logger, level: str, message: object, fields: dict[str, Any], /
    ) -> None:
        """Keep *message*, or hand it on if the backend has just come."""
        if self._heir is not None:
            self._heir._emit(logger, level, message, fields)
            return
        frame = sys._getframe(2)
        place = Place(frame.f_code, frame.f_lineno)
        event = make_event(logger, level, message, fields)
        self._kept.append(_Message(event, level, place))

    def hand_over(self, heir: object) -> None:
        """Give the loggers and what they have logged to *heir*, a backend."""
        first, before = self._heir is None, self._emit
        self._heir = heir if isinstance(heir, Logging) else StandardLibrary()
        for logger in LEVELS.followers():
            if isinstance(logger, Logger) and logger._emit == before:
                logger._emit = self._emit
        if first:
            self._replay_all(self._heir, to_all=True)

    def show(self, elsewhere: Container[object] = ()) -> None:
        """Write what was kept to the output that there is now, once.

        What was logged at a time that is *elsewhere* is written by others.
        """
        self._replay_all(self._heir or self, to_all=False, elsewhere=elsewhere)
        self._kept.clear()

    def _replay_all(
        self, heir: Logging, *, to_all: bool, elsewhere: Container[object] = ()
    ) -> None:
        for event, level, place in self._kept:
            if event["log_time"] not in elsewhere:
                heir._replay(event, level, cast("FrameType", place), to_all=to_all)

    def _speak_up(self) -> None:
        """Hand on what was kept, as the program ends and has selected no backend."""
        if self._heir is None:
            self._replay_all(self, to_all=True)


EARLY = EarlyLogging()
"""Messages are kept for the process, as its selection is."""
