"""The backend on asyncio and uvloop."""

from __future__ import annotations

import asyncio
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, cast

from txaio_asyncio._futures import AsyncioFutures
from txaio_asyncio._logging import AsyncioLogging
from txaio_asyncio._timers import AsyncioTimers, clock_of, is_uvloop
from txaio_common import (
    GRACE,
    LEAST_GRACE,
    ThreadChecked,
    Unavailable,
    check_grace,
    debug_mode,
    start_main,
)


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Self, TypeVar, TypeVarTuple

    Args = TypeVarTuple("Args")
    T = TypeVar("T")


class AsyncioBackend(AsyncioFutures, AsyncioTimers, AsyncioLogging):
    """Everything a library needs, on one asyncio loop.

    Made without *loop* it belongs to the loop that is running.
    With *debug*, on in a loop's debug mode and in Python's development mode,
    use of it in another thread raises.

    Raises `RuntimeError` if no loop is running and none is given.
    """

    def __new__(
        cls,
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        debug: bool | None = None,
    ) -> Self:
        """Make a backend that checks its thread if *debug* is on."""
        if debug is None and (loop or _running_loop()).get_debug():
            debug = True
        kind = _CheckedAsyncioBackend if debug_mode(debug) else AsyncioBackend
        made: Self = super().__new__(
            cast("type[Self]", kind) if cls is AsyncioBackend else cls
        )
        return made

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        debug: bool | None = None,
    ) -> None:
        """Belong to *loop*."""
        del debug
        self._loop = loop or _running_loop()
        self._tasks = set()
        self._thread = get_ident()
        self._now = clock_of(self._loop)
        self._grain = 0.001 if is_uvloop(self._loop) else 0.0

    @property
    def name(self) -> str:
        return "asyncio"

    def _report(self, text: str, exception: BaseException) -> None:
        self._loop.call_exception_handler({"message": text, "exception": exception})

    def _cancel_or_give_up(
        self, task: asyncio.Task[Any], cancel: Callable[[], object]
    ) -> None:
        """Cancel *task*, unless it waits in a circle: asyncio cannot end that.

        The circle is left behind, which asyncio tells; all others have their end.
        """
        try:
            cancel()
        except RecursionError:
            self._tasks.discard(task)
            asyncio._unregister_task(task)

    async def _end(self, grace: float) -> None:
        """Cancel the coroutines that still run, and let them clean up."""
        pause = max(grace, LEAST_GRACE)
        while self._tasks:
            for task in tuple(self._tasks):
                # What others have cancelled cleans up already.
                if not task.cancelling():
                    self._cancel_or_give_up(task, partial(self.cancel, task))
            if self._tasks:
                _, stubborn = await asyncio.wait(tuple(self._tasks), timeout=pause)
                for task in stubborn:
                    pause = LEAST_GRACE
                    self._cancel_or_give_up(task, task.cancel)
            await asyncio.sleep(0)
        self._loop = cast("asyncio.AbstractEventLoop", Unavailable(ENDED))
        self._now = Unavailable(ENDED)


class _CheckedAsyncioBackend(ThreadChecked, AsyncioBackend):
    """The backend in debug mode."""


ENDED = (
    "this asyncio backend has ended with its loop:"
    " use it inside main(), or make another in a running loop"
)


def _running_loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        msg = (
            "no asyncio loop is running in this thread: make AsyncioBackend() inside"
            " one, give it loop=, or let txaio_asyncio.run(main) make both"
        )
        raise RuntimeError(msg) from None


def run(
    main: Callable[[AsyncioBackend, *Args], Awaitable[T]],
    *args: *Args,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
    grace: float = GRACE,
    debug: bool | None = None,
) -> T:
    """Run ``main(backend, *args)`` on a new loop and return its value.

    Its exception is raised as it is.
    Coroutines that still run at its end are cancelled and clean up;
    after *grace* seconds each of their awaits raises, unless inside `uncancelled`.
    *loop_factory* makes the loop, say `uvloop.new_event_loop`;
    *debug* is the loop's debug mode and the backend's.

    Raises `TypeError` if *main* is no coroutine function or *grace* is no number,
    and `ValueError` if *grace* is NaN or below zero.
    """
    seconds = check_grace(grace)

    async def live() -> T:
        backend = AsyncioBackend(debug=debug)
        try:
            return await start_main(main, backend, args)
        finally:
            await backend._end(seconds)

    if asyncio._get_running_loop() is not None:
        raise RuntimeError(
            "an asyncio loop runs in this thread already: make AsyncioBackend() in it"
        )
    with asyncio.Runner(loop_factory=loop_factory, debug=debug) as runner:
        return runner.run(live())
