"""Logging of any backend, over the road that its records take."""

from __future__ import annotations

import sys
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from txaio_common._gather import UNSET
from txaio_common._logging.event import add_log_categories, log_context
from txaio_common._logging.levels import LEVELS, check_level
from txaio_common._logging.logger import NO_FIELDS, Logger
from txaio_common._logging.names import check_str, name_of_caller
from txaio_common._logging.sink import LineSink, check_format, check_out
from txaio_interfaces import ILogging


if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from os import PathLike
    from types import FrameType
    from typing import IO

    from txaio_common._logging.logger import Emit


class Logging(ILogging):
    """Logging of any backend; one says how records are handed on, and to whom."""

    @property
    @abstractmethod
    def _emit(self) -> Emit:
        """What hands on a message of a logger."""

    @abstractmethod
    def _write_to(self, output: LineSink | None) -> None:
        """Write all records to *output*, in place of the one before."""

    @abstractmethod
    def _replay(
        self, event: dict[str, Any], level: str, frame: FrameType, *, to_all: bool
    ) -> None:
        """Hand on an *event* of *level* that was made before, by the code in *frame*.

        With *to_all* false, it is only written to the output of `start_logging`.
        """

    def make_logger(self, namespace: str | None = None, /) -> Logger:
        if namespace is None:
            # Who asks is what the name says, and only the caller's frame knows.
            namespace = name_of_caller(sys._getframe(1))
        check_str(namespace, "namespace")
        return Logger(namespace, self._emit, NO_FIELDS)

    def start_logging(
        self,
        out: IO[str] | IO[bytes] | str | PathLike[str] | None = UNSET,
        level: str = "info",
        format: str = "text",  # noqa: A002 - the name that callers know
    ) -> None:
        check_level(level)
        check_format(format)
        out = self._stream_of(sys.stdout if out is UNSET else out)
        self._write_to(None if out is None else LineSink(check_out(out), format))
        LEVELS.set_global(level)
        if out is not None:
            self._catch_up()

    def _stream_of(self, out: Any) -> Any:
        """Return where to write what is meant for *out*."""
        return out

    def _catch_up(self) -> None:
        """Write what was logged before there was an output, as far as it was kept."""

    def stop_logging(self) -> None:
        self._write_to(None)

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
