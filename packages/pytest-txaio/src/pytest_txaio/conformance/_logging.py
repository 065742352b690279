"""Capture log output: as `start_logging` writes it, and as native records."""

from __future__ import annotations

import importlib
import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

from pytest_txaio._host import Host
from txaio_interfaces import IBackend, LogFormat, LogLevel


@contextmanager
def logged(
    txa: IBackend, level: LogLevel = "trace", form: LogFormat = "text"
) -> Iterator[io.StringIO]:
    """Start logging to a stream in the block, and return the stream."""
    out = io.StringIO()
    before = txa.get_global_log_level()
    txa.start_logging(out, level, form)
    try:
        yield out
    finally:
        txa.stop_logging()
        txa.set_global_log_level(before)


def objects(out: io.StringIO) -> list[dict[str, Any]]:
    """Return the JSON objects that were written to *out*."""
    return [json.loads(line) for line in out.getvalue().splitlines()]


class NativeRecord(NamedTuple):
    """A record of the framework, and its contents in a common form."""

    record: Any
    level: str
    namespace: str
    text: Callable[[], str]
    fields: dict[str, Any]


class KeepingHandler(logging.Handler):
    """Appends each record to a list."""

    def __init__(self, records: list[NativeRecord]) -> None:
        super().__init__()
        self.records = records

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = vars(record)["fields"]
        level = record.levelname.lower().replace("warning", "warn")
        native = NativeRecord(record, level, record.name, record.getMessage, fields)
        self.records.append(native)


@contextmanager
def capture_records(namespace: str) -> Iterator[list[NativeRecord]]:
    """Capture the records of the standard library's logger *namespace*."""
    records: list[NativeRecord] = []
    logger, handler = logging.getLogger(namespace), KeepingHandler(records)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(1)
    try:
        yield records
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)


@contextmanager
def capture_events(namespace: str) -> Iterator[list[NativeRecord]]:
    """Capture the events of Twisted's publisher from *namespace* and below."""
    logger: Any = importlib.import_module("twisted.logger")
    records: list[NativeRecord] = []

    def observe(event: dict[str, Any]) -> None:
        if f"{event['log_namespace']}.".startswith(f"{namespace}."):
            level = "trace" if "txaio_trace" in event else event["log_level"].name
            name, text = event["log_namespace"], logger.formatEvent
            records.append(NativeRecord(event, level, name, lambda: text(event), event))

    logger.globalLogPublisher.addObserver(observe)
    try:
        yield records
    finally:
        logger.globalLogPublisher.removeObserver(observe)


def log_natively(host: Host, message: str, **fields: Any) -> None:
    """Log an error with a logger of the framework, called `shop.other`."""
    if host.package == "txaio_twisted":
        logger: Any = importlib.import_module("twisted.logger").Logger
        logger(namespace="shop.other").error(message, **fields)
    else:
        logging.getLogger("shop.other").error(message, extra=fields)


_CAPTURE = {"txaio_twisted": capture_events}


def native_records(
    host: Host, namespace: str
) -> AbstractContextManager[list[NativeRecord]]:
    """Capture the records of *namespace* in the logging system of the framework."""
    return _CAPTURE.get(host.package, capture_records)(namespace)
