"""asyncio, on the loop that is current when one is needed."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Coroutine
from os import PathLike
from threading import current_thread, main_thread
from typing import IO, Any, cast

from txaio._ambient import AmbientBackend, PerLoop
from txaio._config import config
from txaio_asyncio import AsyncioBackend
from txaio_common import UNSET, clock_of, is_uvloop
from txaio_interfaces import LogFormat, LogLevel


NO_LOOP = (
    "no asyncio loop is running in this thread, and none is set: use txaio inside one,"
    " assign txaio.config.loop, or have the loop's thread call"
    " (loop.call_soon_threadsafe)"
)


class AmbientLoop:
    """Stands in for the loop that is current at each use."""

    def time(self) -> float:
        """Return the time of the loop, in seconds."""
        return clock_of(find_loop())()

    def call_later(self, delay: float, fn: Callable[[], object]) -> asyncio.TimerHandle:
        """Have the loop call *fn* after *delay* seconds, not before."""
        loop = find_loop()
        # uvloop's timers may be a millisecond early.
        return loop.call_later(delay + 0.001 if is_uvloop(loop) else delay, fn)

    def create_future(self) -> asyncio.Future[Any]:
        """Return a future of the loop."""
        return find_loop().create_future()

    def create_task(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Have the loop run *coroutine*."""
        return find_loop().create_task(coroutine)

    def __getattr__(self, name: str) -> Any:
        """Return any other attribute of the loop."""
        return getattr(find_loop(), name)


class ConfiguredAsyncio(AsyncioBackend):
    """The backend on asyncio that `txaio.with_config` returns."""

    using_asyncio: bool = True
    using_twisted: bool = False


class AmbientAsyncio(AmbientBackend, ConfiguredAsyncio):
    """The backend on asyncio that `txaio.use_asyncio` selects."""

    def __init__(self, module: dict[str, Any]) -> None:
        """Work on the loop that is current at each use, in any thread.

        *module* has the global names of `txaio.aio`.
        """
        super().__init__(cast("Any", AmbientLoop()), debug=False)
        self._per_loop = PerLoop(find_loop, self.on_loop)
        self._module = module
        self._has_started_logging = False

    def on_loop(self, loop: Any) -> ConfiguredAsyncio:
        """Return a backend on *loop*."""
        # In which thread the loop will run is not known: none is checked.
        return ConfiguredAsyncio(loop, debug=False)

    def start_logging(
        self,
        out: IO[str] | IO[bytes] | str | PathLike[str] | None = UNSET,
        level: LogLevel = "info",
        format: LogFormat = "text",  # noqa: A002 - the name that callers know
    ) -> None:
        if self._module["_started_logging"] and not self._has_started_logging:
            return  # See the comment in `txaio.aio`.
        super().start_logging(out, level, format)
        self._has_started_logging = self._module["_started_logging"] = True

    def stop_logging(self) -> None:
        super().stop_logging()
        self._has_started_logging = self._module["_started_logging"] = False


def find_loop() -> asyncio.AbstractEventLoop:
    """Return the loop that is configured, that runs, or that is set.

    In the main thread there is always one, as `asyncio.get_event_loop` had it for
    long: futures are made before the program runs its loop.
    """
    loop: asyncio.AbstractEventLoop | None = config.loop
    if loop is None:
        # Where none runs `get_running_loop` raises, which takes five times as long.
        loop = asyncio._get_running_loop()  # noqa: SLF001 - see above
    return _idle_loop() if loop is None else loop


class SetLoop:
    """Asks for the loop that is set for this thread."""

    _asked = False

    def ask(self) -> asyncio.AbstractEventLoop:
        """Return the loop; raise `RuntimeError` or `DeprecationWarning` without one."""
        if self._asked:
            return asyncio.get_event_loop()
        # Where none was ever set, some Pythons make one in the main thread, and warn.
        # That is so once at most, and to catch a warning takes ten times as long.
        self._asked = current_thread() is main_thread()
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)
            return asyncio.get_event_loop()


SET_LOOP = SetLoop()
"""Whether a loop was ever set is the process's, and so is this."""


def _idle_loop() -> asyncio.AbstractEventLoop:
    """Return the loop that is set for this thread, though it does not run."""
    try:
        loop = SET_LOOP.ask()
    except (RuntimeError, DeprecationWarning):
        loop = None
    if loop is None or loop.is_closed():
        if current_thread() is not main_thread():
            raise RuntimeError(NO_LOOP)
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
    return loop
