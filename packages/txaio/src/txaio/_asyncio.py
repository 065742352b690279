"""asyncio, on the loop that there is when one is needed."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Coroutine
from threading import current_thread, main_thread
from time import monotonic
from typing import Any, cast

from txaio._ambient import Ambient
from txaio._config import config
from txaio_asyncio import AsyncioBackend


NO_LOOP = (
    "no asyncio loop is running in this thread, and none is set: use txaio inside one,"
    " assign txaio.config.loop, or have the loop's thread call"
    " (loop.call_soon_threadsafe)"
)


class AmbientLoop:
    """Stands in for the loop that there is at each use."""

    # A backend takes its loop's clock when it is made, and there is no loop then:
    # timers are made by backends of their own.
    time = staticmethod(monotonic)

    def create_future(self) -> asyncio.Future[Any]:
        """Return a future of the loop."""
        return find_loop().create_future()

    def create_task(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Have the loop run *coroutine*."""
        return find_loop().create_task(coroutine)

    def __getattr__(self, name: str) -> Any:
        """Return whatever else the loop has."""
        return getattr(find_loop(), name)


class ConfiguredAsyncio(AsyncioBackend):
    """The backend on asyncio that `txaio.with_config` returns."""

    using_asyncio: bool = True
    using_twisted: bool = False


class AmbientAsyncio(Ambient, ConfiguredAsyncio):
    """The backend on asyncio that `txaio.use_asyncio` selects."""

    def _find_loop(self) -> asyncio.AbstractEventLoop:
        return find_loop()

    def on_loop(self, loop: Any) -> ConfiguredAsyncio:
        # In which thread the loop will run is not known, so that none is checked.
        return ConfiguredAsyncio(loop, debug=False)


def find_loop() -> asyncio.AbstractEventLoop:
    """Return the loop that is configured, that runs, or that is set.

    In the main thread there is always one, as `asyncio.get_event_loop` had it for
    long: futures are made before the program runs its loop.
    """
    loop: asyncio.AbstractEventLoop | None = config.loop
    if loop is None:
        loop = asyncio._get_running_loop()
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


def make_backend() -> AmbientAsyncio:
    """Return a backend on the loop that there is when one is needed."""
    loop = cast("asyncio.AbstractEventLoop", AmbientLoop())
    return AmbientAsyncio(loop, debug=False)
