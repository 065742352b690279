"""The methods of a backend that are about logging."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from os import PathLike
from typing import IO, Any

from txaio_common._gather import UNSET
from txaio_common._logging import (
    LEVELS,
    Emitter,
    Logger,
    add_log_categories,
    log_context,
    make_logger,
    name_of_caller,
    start_logging,
)
from txaio_interfaces import ILogging


class Logging(ILogging):
    """Logging of any backend, by its emitter."""

    _emitter: Emitter
    """Hands messages to the logging framework of the backend."""

    def make_logger(self, namespace: str | None = None, /) -> Logger:
        if namespace is None:
            # The default is the caller's name, which only its frame knows.
            namespace = name_of_caller(sys._getframe(1))
        return make_logger(namespace, self._emitter)

    def start_logging(
        self,
        out: IO[str] | IO[bytes] | str | PathLike[str] | None = UNSET,
        level: str = "info",
        format: str = "text",  # noqa: A002 - the name that callers know
    ) -> None:
        start_logging(self._emitter, out, level, format)

    def stop_logging(self) -> None:
        self._emitter.write_to(None)

    def set_global_log_level(self, level: str) -> None:
        LEVELS.set_global(level)

    def get_global_log_level(self) -> str:
        return LEVELS.global_level

    def set_log_level(self, prefix: str, level: str | None) -> None:
        LEVELS.set_prefix(prefix, level)

    def add_log_categories(self, categories: Mapping[str, str]) -> None:
        add_log_categories(categories)

    def log_context(self, /, **fields: Any) -> AbstractContextManager[None]:
        return log_context(fields)


class StdlibLogging(Logging):
    """Logging on the standard library; its emitter is a `RecordEmitter`."""
