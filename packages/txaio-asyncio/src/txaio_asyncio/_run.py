"""`run`, which makes a loop and a backend on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar, TypeVarTuple, cast

from txaio_asyncio._backend import AsyncioBackend
from txaio_asyncio._generators import AsyncioGenerators
from txaio_common import GRACE, check_grace, explain_foreign_await, start_main


Args = TypeVarTuple("Args")
T = TypeVar("T")


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
    *loop_factory* makes the event loop, for example `uvloop.new_event_loop`;
    *debug* is the loop's debug mode and the backend's.

    Raises `TypeError` if *main* is not a coroutine function or *grace* is not a number,
    and `ValueError` if *grace* is NaN or below zero.
    """
    seconds = check_grace(grace)
    runs: list[_Run] = []

    async def run_main() -> T:
        backend = AsyncioBackend(debug=debug)
        runs.append(_Run())
        generators = AsyncioGenerators(backend.native)
        generators.install()
        is_dropped = False
        try:
            return await start_main(main, backend, args)
        except GeneratorExit:
            is_dropped = True  # The loop has ended before: nothing can be awaited.
            raise
        except (RuntimeError, TypeError) as error:
            explain_foreign_await(error)
            raise
        finally:
            if not is_dropped:
                runs[0].is_ending = True
                await _put_off(backend.end(seconds, generators))

    if _is_running():
        raise RuntimeError(
            "an asyncio loop runs in this thread already: make AsyncioBackend() in it"
        )
    with asyncio.Runner(loop_factory=loop_factory, debug=debug) as runner:
        try:
            return runner.run(run_main())
        except (KeyboardInterrupt, SystemExit) as error:
            for each in runs:
                each.end(error)
            raise


class _Run:
    """The task of `main`, which something else may end.

    asyncio stops its loop where a callback or a coroutine raises `SystemExit`, and
    `Runner` cancels then what is inside `uncancelled`, too.
    """

    def __init__(self) -> None:
        """Be the task that runs."""
        self._task = cast("asyncio.Task[Any]", asyncio.current_task())
        self.is_ending = False
        """Whether `main` has ended, so that the task waits for the clean-up."""

    def end(self, error: BaseException) -> None:
        """Let everything clean up, as *error* ends the program.

        A second Ctrl-C cuts the clean-up short, a second `SystemExit` does not.
        """
        main = self._task
        if isinstance(error, KeyboardInterrupt) and main.cancelling():
            return
        if not self.is_ending:
            main.cancel()
        while not main.done():
            with suppress(SystemExit):
                main.get_loop().run_until_complete(asyncio.wait([main]))


async def _put_off(ending: Coroutine[Any, Any, None]) -> None:
    """Run *ending* to its end; be cancelled after it, if a Ctrl-C comes meanwhile."""
    task = asyncio.ensure_future(ending)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
