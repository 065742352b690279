"""The candidates and workloads for logging: ours, and other libraries.

All of them write a line with a time, a level, a name and two fields to a file, and
flush it.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    SetUp = Callable[[Path], Any]
    """Makes a logger that writes to a path, at level info, and returns it."""
    LogCalls = Callable[[Any, int], None]
    """Logs with a logger, the given number of times."""

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class NullLogger:
    """A logger with an empty method."""

    def debug(self, message: object = None, /, **kwargs: Any) -> None:
        """Do nothing."""


def ours(backend: str, **options: Any) -> SetUp:
    """Return a function that makes our logger, with lines from `start_logging`."""

    def set_up(path: Path) -> Any:
        txa = _backend(backend)
        txa.start_logging(path, "info", **options)
        return txa.make_logger("some.name")

    return set_up


def ours_to(set_up_other: SetUp, backend: str) -> SetUp:
    """Return a function that configures other logging, and our logger to use it."""

    def set_up(path: Path) -> Any:
        set_up_other(path)
        return _backend(backend).make_logger("some.name")

    return set_up


def _backend(name: str) -> Any:
    module = importlib.import_module(f"txaio_{name.lower()}")
    return getattr(module, f"{name}Backend")()


def stdlib(path: Path, formatter: logging.Formatter | None = None) -> Any:
    """Configure the standard library."""
    return _to_handler(logging.FileHandler(path), formatter or logging.Formatter(TEXT))


def stdlib_to_null_handler(_path: Path) -> Any:
    """Configure the standard library with a handler that does nothing."""
    return _to_handler(logging.NullHandler(), None)


def stdlib_as_json(path: Path) -> Any:
    """Configure python-json-logger."""
    from pythonjsonlogger.json import JsonFormatter

    return stdlib(path, JsonFormatter(TEXT))


def _to_handler(handler: logging.Handler, formatter: Any) -> Any:
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel("INFO")
    return logging.getLogger("some.name")


def twisted_logger(path: Path) -> Any:
    """Configure Twisted's logging, with a filter as in its documentation."""
    from twisted import logger as twisted

    predicate = twisted.LogLevelFilterPredicate(twisted.LogLevel.info)
    observer = twisted.textFileLogObserver(path.open("w", encoding="utf-8"))
    filtering = twisted.FilteringLogObserver(observer, [predicate])
    twisted.globalLogBeginner.beginLoggingTo([filtering], redirectStandardIO=False)
    return twisted.Logger("some.name")


def structlog(path: Path, *, as_json: bool = False) -> Any:
    """Configure structlog as its documentation recommends for speed."""
    import structlog as peer

    lines = peer.processors.JSONRenderer() if as_json else peer.dev.ConsoleRenderer()
    peer.configure(
        wrapper_class=peer.make_filtering_bound_logger(logging.INFO),
        processors=[
            peer.processors.add_log_level,
            peer.processors.TimeStamper(fmt="iso", utc=False),
            lines,
        ],
        logger_factory=peer.WriteLoggerFactory(path.open("w", encoding="utf-8")),
        cache_logger_on_first_use=True,
    )
    return peer.get_logger().bind(namespace="some.name")


def loguru(path: Path) -> Any:
    """Configure loguru."""
    from loguru import logger

    logger.remove()
    form = "{time:YYYY-MM-DDTHH:mm:ss.SSSZ} {level} {name}: {message}"
    logger.add(path, format=form, level="INFO")
    return logger


def picologging(path: Path) -> Any:
    """Configure picologging."""
    import picologging as peer

    handler = peer.FileHandler(str(path))
    handler.setFormatter(peer.Formatter(TEXT))
    log = peer.getLogger("some.name")
    log.addHandler(handler)
    log.setLevel(peer.INFO)
    return log


def predecessor(framework: str) -> SetUp:
    """Return a function that configures txaio 26.6, on a line-buffered stream."""

    def set_up(path: Path) -> Any:
        txaio: Any = importlib.import_module("txaio")
        getattr(txaio, f"use_{framework}")()
        log = txaio.make_logger()
        txaio.start_logging(path.open("w", 1, encoding="utf-8"), "info")
        sys.stdout = sys.__stdout__  # On Twisted it is redirected to the log.
        return log

    return set_up


def log_enabled_keywords(log: Any, calls: int) -> None:
    """Log at level info, with fields."""
    for count in range(calls):
        log.info("{peer} sent {count}", peer="ada", count=count)


def log_enabled_arguments(log: Any, calls: int) -> None:
    """Log at level info, with arguments."""
    for count in range(calls):
        log.info("%s sent %d", "ada", count)


def log_enabled_extra(log: Any, calls: int) -> None:
    """Log at level info, with the fields of python-json-logger."""
    for count in range(calls):
        log.info("%s sent %d", "ada", count, extra={"peer": "ada", "count": count})


def log_disabled_keywords(log: Any, calls: int) -> None:
    """Log at level debug, with fields."""
    for count in range(calls):
        log.debug("{peer} sent {count}", peer="ada", count=count)


def log_disabled_arguments(log: Any, calls: int) -> None:
    """Log at level debug, with arguments."""
    for count in range(calls):
        log.debug("%s sent %d", "ada", count)


class Candidate:
    """A logger, and the calls that log with it."""

    def __init__(
        self,
        set_up: SetUp,
        log_enabled: LogCalls = log_enabled_keywords,
        log_disabled: LogCalls = log_disabled_keywords,
    ) -> None:
        self._set_up = set_up
        self.log_enabled = log_enabled
        self.log_disabled = log_disabled

    def run(self, main: Callable[[Any], Awaitable[None]]) -> None:
        """Run *main* with a configured logger."""

        async def entry(path: Path) -> None:
            self.path = path
            self.log = self._set_up(path)
            await main(self)

        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(entry(Path(folder, "log")))


async def enabled(peer: Candidate, calls: int) -> dict[str, float]:
    """Log lines that are written; ns each."""
    before = time.thread_time_ns()
    peer.log_enabled(peer.log, calls)
    return {"ns": (time.thread_time_ns() - before) / calls}


async def written(peer: Candidate, calls: int) -> dict[str, float]:
    """Log lines, and check that they were written; ns each."""
    before = peer.path.stat().st_size
    figures = await enabled(peer, calls)
    with peer.path.open(encoding="utf-8") as file:
        file.seek(before)
        assert file.read().count("ada") >= calls
    return figures


async def disabled(peer: Candidate, calls: int) -> dict[str, float]:
    """Log below the level; ns each."""
    before = time.thread_time_ns()
    peer.log_disabled(peer.log, calls)
    return {"ns": (time.thread_time_ns() - before) / calls}


_BY_ARGUMENTS: tuple[LogCalls, LogCalls] = (
    log_enabled_arguments,
    log_disabled_arguments,
)
_CANDIDATES: dict[str, tuple[Any, ...]] = {
    "an empty method": (lambda _path: NullLogger(),),
    "ours on asyncio": (ours("Asyncio"),),
    "ours on AnyIO": (ours("Anyio"),),
    "ours on Twisted": (ours("Twisted"),),
    "ours as JSON": (ours("Asyncio", format="json"),),
    "ours to stdlib": (ours_to(stdlib, "Asyncio"),),
    "ours to NullHandler": (ours_to(stdlib_to_null_handler, "Asyncio"),),
    "ours to Twisted": (ours_to(twisted_logger, "Twisted"),),
    "stdlib": (stdlib, *_BY_ARGUMENTS),
    "stdlib to NullHandler": (stdlib_to_null_handler, *_BY_ARGUMENTS),
    "python-json-logger": (stdlib_as_json, log_enabled_extra),
    "twisted.logger": (twisted_logger,),
    "structlog": (structlog,),
    "structlog as JSON": (lambda path: structlog(path, as_json=True),),
    "loguru": (loguru,),
    "picologging": (picologging, *_BY_ARGUMENTS),
    "txaio 26.6.1": (predecessor("asyncio"),),
    "txaio 26.6.1 on Twisted": (predecessor("twisted"),),
}


def make(name: str) -> Candidate:
    """Return the candidate called *name*."""
    return Candidate(*_CANDIDATES[name])
