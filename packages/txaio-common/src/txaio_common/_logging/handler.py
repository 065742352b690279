"""Handlers of the standard library: our own, and the audience of a message."""

from __future__ import annotations

import logging
import sys
from enum import Enum
from functools import partial
from typing import Any

from txaio_common._logging.complaints import print_logging_error
from txaio_common._logging.event import Event
from txaio_common._logging.levels import LEVELS
from txaio_common._logging.record import Message, event_of, text_of_record
from txaio_common._logging.sink import LineSink, NullSink
from txaio_common._logging.text import CompleteText


class _OwnLevel(int):
    """A level that the root logger has from us, and not from the application.

    The application may set the same level: then it is a plain number.
    """


class RootHandler(logging.Handler):
    """Writes our messages and foreign records to the sink of `start_logging`."""

    def __init__(self) -> None:
        super().__init__()
        self.sink: LineSink | NullSink = NullSink()
        self._level_before: int | None = None
        """The level of the root logger before it was given an `_OwnLevel`."""
        LEVELS.subscribe(self)

    def write_to(self, sink: LineSink | None) -> None:
        """Write to *sink* from now on; with None, restore the root logger.

        Other threads may log meanwhile, and all that they log is written somewhere.
        """
        root = logging.getLogger()
        if sink is None:
            root.removeHandler(self)
            self._restore_level(root)
        before, self.sink = self.sink, sink or NullSink()
        if sink is not None and self not in root.handlers:
            is_bare = not root.handlers
            root.addHandler(self)
            if is_bare:
                if type(root.level) is not _OwnLevel:
                    self._level_before = root.level
                root.setLevel(_OwnLevel(LEVELS.lowest()))
        before.close(sink)

    def refresh(self) -> None:
        """Let the root logger pass what the levels allow, if it has no other handlers.

        If the application has handlers there, or has set the level, it is left to the
        application.
        """
        root = logging.getLogger()
        if type(root.level) is _OwnLevel and root.handlers == [self]:
            root.setLevel(_OwnLevel(LEVELS.lowest()))

    def _restore_level(self, root: logging.Logger) -> None:
        before, self._level_before = self._level_before, None
        if before is not None and type(root.level) is _OwnLevel:
            root.setLevel(before)

    def handle(self, record: logging.LogRecord) -> Any:
        # Without the handler's lock: the sink has its own, and formatting needs none.
        kept: Any = self.filter(record)
        if kept:
            self.emit(record if kept is True else kept)
        return kept

    def handle_for(self, native: logging.Logger, record: logging.LogRecord) -> None:
        """Handle *record* of *native*, without regard to the level of *native*."""
        if record.levelno >= self.level:
            kept: Any = native.filter(record)
            if kept:
                self.handle(record if kept is True else kept)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            _write(record, self.sink)
        except Exception:  # noqa: BLE001 - a record can be made of anything
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - see `logging`
        del record
        error = sys.exc_info()[1]
        if logging.raiseExceptions and error is not None:
            print_logging_error(error, "--- Logging error ---\n")


def _write(record: logging.LogRecord, sink: LineSink | NullSink) -> None:
    message = record.msg
    if isinstance(message, Message):
        event: Event = message.event
        sink.write(event["log_level"], message.text, event, message.thread_and_task)
    elif LEVELS.allows(record.name, record.levelno):
        event = event_of(record)
        text = CompleteText(text_of_record(record))
        sink.write(event["log_level"], text, event, partial(_thread_and_task, record))


def _thread_and_task(record: logging.LogRecord) -> tuple[str | None, str | None]:
    return record.threadName, getattr(record, "taskName", None)


ROOT_HANDLER = RootHandler()
"""The process has one root logger, and one handler of ours for it."""


class Audience(Enum):
    """The handlers of the standard library that a message is for."""

    NOBODY = "no handler wants it"
    SINK = "only our handler, which needs no record to write it"
    OUR_HANDLER = "only our handler, as the levels of `logging` exclude the others"
    ALL_HANDLERS = "all handlers that `logging` finds"


# Up to Python 3.11 it takes long to look up a member of an enum.
NOBODY = Audience.NOBODY
SINK = Audience.SINK
OUR_HANDLER = Audience.OUR_HANDLER
ALL_HANDLERS = Audience.ALL_HANDLERS


# Two sets of levels apply to a message.
# Those of txaio have already allowed it, and are the only ones that hold for the sink
# of `start_logging`; those of `logging` hold for all other handlers.
#
# A record costs more than all the rest of a message, so none is made if it is not
# needed: if our handler is the only one, or if all handlers would ignore it, such as
# the `NullHandler` of a library.
# That is only correct while nothing else can notice that there is no record.
# Loggers and handlers may have filters, the application may have a record factory or
# loggers of its own class, and tools that watch all records replace
# `Logger.callHandlers`; without any handler, `logging.lastResort` applies.
#
# The answer is not cached: handlers, levels and `propagate` can change at any time, and
# `logging` has no notification of that.
def audience(native: logging.Logger, number: int) -> Audience:
    """Return the audience of a message of the level *number* that *native* logs."""
    node, handlers = native, native.handlers
    while node.propagate and node.parent is not None:
        node = node.parent
        if node.handlers:
            # A new list: `+=` would change the one of a logger.
            handlers = handlers + node.handlers if handlers else node.handlers
    if (
        handlers == _ONLY_OURS
        and not (native.disabled or native.manager.disable or native.filters)
        and not (ROOT_HANDLER.filters or ROOT_HANDLER.level)
        and type(native).callHandlers is _CALL_HANDLERS
    ):
        return SINK
    if native.isEnabledFor(number):
        ignored = handlers and _all_ignore(handlers, number) and _is_unwatched(native)
        return NOBODY if ignored else ALL_HANDLERS
    if native.disabled or native.manager.disable >= number:
        return NOBODY
    return OUR_HANDLER if ROOT_HANDLER in handlers else NOBODY


_ONLY_OURS = [ROOT_HANDLER]
_CALL_HANDLERS = logging.Logger.callHandlers
_HANDLE = logging.Logger.handle


def _all_ignore(handlers: list[logging.Handler], number: int) -> bool:
    """Tell whether none of *handlers* handles records of the level *number*."""
    for handler in handlers:
        if number >= handler.level and type(handler) is not logging.NullHandler:
            return False
    return True


def _is_unwatched(native: logging.Logger) -> bool:
    """Tell whether only handlers can notice a record of *native*."""
    return (
        not native.filters
        and logging.getLogRecordFactory() is logging.LogRecord
        and type(native).callHandlers is _CALL_HANDLERS
        and type(native).handle is _HANDLE
    )
