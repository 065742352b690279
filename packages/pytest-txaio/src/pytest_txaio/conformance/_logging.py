"""What is logged, as `start_logging` writes it and as the framework hands it on."""

from __future__ import annotations

import importlib
import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

from pytest_txaio._host import Host
from txaio_interfaces import IBackend


@contextmanager
def logged(
    txa: IBackend, level: str = "trace", form: str = "text"
) -> Iterator[io.StringIO]:
    """Return where the messages go in the meantime."""
    out = io.StringIO()
    before = txa.get_global_log_level()
    txa.start_logging(out, level, form)
    try:
        yield out
    finally:
        txa.stop_logging()
        txa.set_global_log_level(before)


def objects(out: io.StringIO) -> list[dict[str, Any]]:
    """Return the objects that were written to *out* as JSON."""
    return [json.loads(line) for line in out.getvalue().splitlines()]


class NativeRecord(NamedTuple):
    """A native record: itself, and what it says in its framework's own way."""

    record: Any
    level: str
    namespace: str
    text: Callable[[], str]
    fields: dict[str, Any]


class KeepingHandler(logging.Handler):
    """Keeps what it is handed."""

    def __init__(self, heard: list[NativeRecord]) -> None:
        super().__init__()
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = vars(record)["fields"]
        level = record.levelname.lower().replace("warning", "warn")
        heard = NativeRecord(record, level, record.name, record.getMessage, fields)
        self.heard.append(heard)


@contextmanager
def capture_records(namespace: str) -> Iterator[list[NativeRecord]]:
    """Hear what the standard library's logger *namespace* hands on."""
    heard: list[NativeRecord] = []
    native, keep = logging.getLogger(namespace), KeepingHandler(heard)
    before = native.level
    native.addHandler(keep)
    native.setLevel(1)
    try:
        yield heard
    finally:
        native.setLevel(before)
        native.removeHandler(keep)


@contextmanager
def capture_events(namespace: str) -> Iterator[list[NativeRecord]]:
    """Hear what Twisted's publisher hands on of *namespace* and below."""
    logger: Any = importlib.import_module("twisted.logger")
    heard: list[NativeRecord] = []

    def observe(event: dict[str, Any]) -> None:
        if f"{event['log_namespace']}.".startswith(f"{namespace}."):
            level = "trace" if "txaio_trace" in event else event["log_level"].name
            name, text = event["log_namespace"], logger.formatEvent
            heard.append(NativeRecord(event, level, name, lambda: text(event), event))

    logger.globalLogPublisher.addObserver(observe)
    try:
        yield heard
    finally:
        logger.globalLogPublisher.removeObserver(observe)


_CAPTURE = {"txaio_twisted": capture_events}


def native_records(
    host: Host, namespace: str
) -> AbstractContextManager[list[NativeRecord]]:
    """Return the native records of *namespace* that the loop's framework hands on."""
    return _CAPTURE.get(host.package, capture_records)(namespace)
