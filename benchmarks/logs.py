"""The contestants and workloads for logging: ours, and what else there is.

All write a line with a time, a level, a name and two fields to a file, and see that it
is written before they go on.
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
    """Has a logger write to a path from level info on, and returns it."""
    Say = Callable[[Any, int], None]
    """Logs so many times with a logger."""

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Nothing:
    """What a call costs that does nothing."""

    def debug(self, message: object = None, /, **kwargs: Any) -> None:
        """Do nothing."""


def ours(backend: str, **options: Any) -> SetUp:
    """Return what sets ours up, whose lines `start_logging` writes."""

    def set_up(path: Path) -> Any:
        txa = _backend(backend)
        txa.start_logging(path, "info", **options)
        return txa.make_logger("some.name")

    return set_up


def ours_to(set_up_other: SetUp, backend: str) -> SetUp:
    """Return what sets another's logging up, and ours in front of it."""

    def set_up(path: Path) -> Any:
        set_up_other(path)
        return _backend(backend).make_logger("some.name")

    return set_up


def _backend(name: str) -> Any:
    module = importlib.import_module(f"txaio_{name.lower()}")
    return getattr(module, f"{name}Backend")()


def stdlib(path: Path, formatter: logging.Formatter | None = None) -> Any:
    """Set the standard library up."""
    return _to_handler(logging.FileHandler(path), formatter or logging.Formatter(TEXT))


def stdlib_to_nobody(_path: Path) -> Any:
    """Set the standard library up with a handler that does nothing."""
    return _to_handler(logging.NullHandler(), None)


def stdlib_as_json(path: Path) -> Any:
    """Set python-json-logger up."""
    from pythonjsonlogger.json import JsonFormatter

    return stdlib(path, JsonFormatter(TEXT))


def _to_handler(handler: logging.Handler, formatter: Any) -> Any:
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel("INFO")
    return logging.getLogger("some.name")


def twisted_logger(path: Path) -> Any:
    """Set Twisted's logging up, with a filter as its documentation has it."""
    from twisted import logger as twisted

    predicate = twisted.LogLevelFilterPredicate(twisted.LogLevel.info)
    observer = twisted.textFileLogObserver(path.open("w", encoding="utf-8"))
    filtering = twisted.FilteringLogObserver(observer, [predicate])
    twisted.globalLogBeginner.beginLoggingTo([filtering], redirectStandardIO=False)
    return twisted.Logger("some.name")


def structlog(path: Path, *, as_json: bool = False) -> Any:
    """Set structlog up as its documentation says is fast."""
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
    """Set loguru up."""
    from loguru import logger

    logger.remove()
    form = "{time:YYYY-MM-DDTHH:mm:ss.SSSZ} {level} {name}: {message}"
    logger.add(path, format=form, level="INFO")
    return logger


def picologging(path: Path) -> Any:
    """Set picologging up."""
    import picologging as peer

    handler = peer.FileHandler(str(path))
    handler.setFormatter(peer.Formatter(TEXT))
    log = peer.getLogger("some.name")
    log.addHandler(handler)
    log.setLevel(peer.INFO)
    return log


def predecessor(framework: str) -> SetUp:
    """Return what sets the predecessor up, on a stream that is flushed by itself."""

    def set_up(path: Path) -> Any:
        txaio: Any = importlib.import_module("txaio")
        getattr(txaio, f"use_{framework}")()
        log = txaio.make_logger()
        txaio.start_logging(path.open("w", 1, encoding="utf-8"), "info")
        sys.stdout = sys.__stdout__  # On Twisted it has become a part of the log.
        return log

    return set_up


def say_keywords(log: Any, calls: int) -> None:
    """Log at level info, with fields."""
    for count in range(calls):
        log.info("{peer} sent {count}", peer="ada", count=count)


def say_arguments(log: Any, calls: int) -> None:
    """Log at level info, with arguments."""
    for count in range(calls):
        log.info("%s sent %d", "ada", count)


def say_extra(log: Any, calls: int) -> None:
    """Log at level info, with what python-json-logger takes for fields."""
    for count in range(calls):
        log.info("%s sent %d", "ada", count, extra={"peer": "ada", "count": count})


def mute_keywords(log: Any, calls: int) -> None:
    """Log at level debug, with fields."""
    for count in range(calls):
        log.debug("{peer} sent {count}", peer="ada", count=count)


def mute_arguments(log: Any, calls: int) -> None:
    """Log at level debug, with arguments."""
    for count in range(calls):
        log.debug("%s sent %d", "ada", count)


class Contestant:
    """A logger, and how one logs with it."""

    def __init__(
        self, set_up: SetUp, say: Say = say_keywords, mute: Say = mute_keywords
    ) -> None:
        self._set_up = set_up
        self.say = say
        self.mute = mute

    def run(self, main: Callable[[Any], Awaitable[None]]) -> None:
        """Run *main* where the logger is set up."""

        async def entry(path: Path) -> None:
            self.path = path
            self.log = self._set_up(path)
            await main(self)

        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(entry(Path(folder, "log")))


async def enabled(peer: Contestant, calls: int) -> dict[str, float]:
    """Log lines that are written; ns each."""
    before = time.thread_time_ns()
    peer.say(peer.log, calls)
    return {"ns": (time.thread_time_ns() - before) / calls}


async def written(peer: Contestant, calls: int) -> dict[str, float]:
    """Log lines, and see that they are there; ns each."""
    before = peer.path.stat().st_size
    figures = await enabled(peer, calls)
    with peer.path.open(encoding="utf-8") as file:
        file.seek(before)
        assert file.read().count("ada") >= calls
    return figures


async def disabled(peer: Contestant, calls: int) -> dict[str, float]:
    """Log below the level; ns each."""
    before = time.thread_time_ns()
    peer.mute(peer.log, calls)
    return {"ns": (time.thread_time_ns() - before) / calls}


_BY_ARGUMENTS: tuple[Say, Say] = (say_arguments, mute_arguments)
_CONTESTANTS: dict[str, tuple[Any, ...]] = {
    "an empty method": (lambda _path: Nothing(),),
    "ours on asyncio": (ours("Asyncio"),),
    "ours on AnyIO": (ours("Anyio"),),
    "ours on Twisted": (ours("Twisted"),),
    "ours as JSON": (ours("Asyncio", format="json"),),
    "ours to stdlib": (ours_to(stdlib, "Asyncio"),),
    "ours to NullHandler": (ours_to(stdlib_to_nobody, "Asyncio"),),
    "ours to Twisted": (ours_to(twisted_logger, "Twisted"),),
    "stdlib": (stdlib, *_BY_ARGUMENTS),
    "stdlib to NullHandler": (stdlib_to_nobody, *_BY_ARGUMENTS),
    "python-json-logger": (stdlib_as_json, say_extra),
    "twisted.logger": (twisted_logger,),
    "structlog": (structlog,),
    "structlog as JSON": (lambda path: structlog(path, as_json=True),),
    "loguru": (loguru,),
    "picologging": (picologging, *_BY_ARGUMENTS),
    "txaio 26.6.1": (predecessor("asyncio"),),
    "txaio 26.6.1 on Twisted": (predecessor("twisted"),),
}


def make(name: str) -> Contestant:
    """Return the contestant called *name*."""
    return Contestant(*_CONTESTANTS[name])
