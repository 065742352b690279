"""Logging: levels, loggers, emitters, records and sinks.

A message goes one way: the level of its logger allows it, the logger hands it to an
emitter, which makes it an event of the framework in use, and a sink writes that.
"""

from txaio_common._logging.complaints import print_logging_error
from txaio_common._logging.emitter import Emitter, RecordEmitter, start_logging
from txaio_common._logging.event import (
    Event,
    add_exc_info,
    add_log_categories,
    failure_in,
    log_context,
    make_event,
)
from txaio_common._logging.formats import ThreadAndTask
from txaio_common._logging.handler import Audience, audience
from txaio_common._logging.levels import LEVELS, NUMBERS, LevelListener, check_level
from txaio_common._logging.logger import Logger, LoggerEmitter, make_logger
from txaio_common._logging.names import name_of_caller
from txaio_common._logging.record import CallSite
from txaio_common._logging.replacement_fields import allowed_format
from txaio_common._logging.sink import LineSink, NullSink
from txaio_common._logging.text import (
    CompleteText,
    PositionalArgsMessage,
    message_text,
)


__all__ = [
    "LEVELS",
    "NUMBERS",
    "Audience",
    "CallSite",
    "CompleteText",
    "Emitter",
    "Event",
    "LevelListener",
    "LineSink",
    "Logger",
    "LoggerEmitter",
    "NullSink",
    "PositionalArgsMessage",
    "RecordEmitter",
    "ThreadAndTask",
    "add_exc_info",
    "add_log_categories",
    "allowed_format",
    "audience",
    "check_level",
    "failure_in",
    "log_context",
    "make_event",
    "make_logger",
    "message_text",
    "name_of_caller",
    "print_logging_error",
    "start_logging",
]
