"""The beginning and the end of a program: what every `run` does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from inspect import isawaitable, iscoroutine
from typing import Any, TypeVar, cast
from weakref import ref

from txaio_common._async_generators import AsyncGenerators
from txaio_common._checks import check_thread_function
from txaio_common._driver import Driver
from txaio_common._failures import UNRAISABLE, raisable


T = TypeVar("T")

GRACE = 5.0
"""How many seconds coroutines may clean up at the end before they are interrupted."""

LEAST_GRACE = 0.01
"""Clean-up without any grace would be interrupted in each turn of the loop."""


def start_main(
    main: Callable[..., Awaitable[T]], backend: Any, args: Sequence[Any]
) -> Awaitable[T]:
    """Call *main* with *backend* and *args*; it has to be a coroutine function.

    Raises `TypeError` if it is none, or takes other arguments.
    """
    given: Any = main
    if iscoroutine(given):
        given.close()
        raise TypeError("pass the function itself: run(main), not run(main())")
    if not callable(given):
        msg = f"main must be a coroutine function, not {given!r}"
        raise TypeError(msg)
    try:
        running: Any = main(backend, *args)
    except TypeError as error:
        error.add_note(_what_main_got(len(args)))
        raise
    if not isawaitable(running):
        msg = (
            f"main must be a coroutine function (`async def main(backend)`): {main!r}"
            f" returned {type(running).__name__!r}"
        )
        raise TypeError(msg)
    return cast("Awaitable[T]", running)


def _what_main_got(more: int) -> str:
    if more:
        plural = "" if more == 1 else "s"
        return f"main got the backend and {more} more argument{plural}"
    return "run calls main(backend, *args): the backend comes first"


TURNS_FOR_THREADS = 3
"""After how many turns of the loop a call has been made that a thread had asked for."""


async def end_tasks(
    driver: Driver,
    grace: float,
    generators: AsyncGenerators,
    refuse_thread_calls: Callable[[], object],
) -> None:
    """Cancel the coroutines that run, wait until they have ended, close *generators*.

    Those that still run after *grace* seconds are interrupted, again and again: each of
    their awaits raises, unless it is inside `uncancelled`.  What they start meanwhile
    is cancelled as well.

    Then *refuse_thread_calls* is called, that of the backend: each call that a thread
    has asked for before is still made, and what it starts is cancelled.
    """
    await _end_what_runs(driver, grace, generators)
    refuse_thread_calls()
    turned = driver.create_future()
    call: Callable[[], object] = partial(driver.resolve, turned, None)
    for _ in range(TURNS_FOR_THREADS - 1):
        call = partial(driver.call_soon, call)
    driver.call_soon(call)
    await turned
    await _end_what_runs(driver, grace, generators)


async def _end_what_runs(
    driver: Driver, grace: float, generators: AsyncGenerators
) -> None:
    pause = max(grace, LEAST_GRACE)
    while tasks := driver.statistics().tasks or generators.close_all():
        for task in tasks:
            if not generators.is_closing(task):
                driver.cancel(task)
        await _wait_for(driver, tasks, pause)
        overdue = set(tasks).intersection(driver.statistics().tasks)
        for task in overdue:
            pause = LEAST_GRACE
            driver.interrupt(task)


async def _wait_for(driver: Driver, tasks: Iterable[Any], seconds: float) -> None:
    """Wait until *tasks* have ended, but no longer than *seconds*."""
    pending = set(tasks)
    done = driver.create_future()

    def discard(task: Any) -> None:
        pending.discard(task)
        if not pending and not driver.is_settled(done):
            handle.cancel()
            driver.resolve(done, None)

    handle = driver.call_later(seconds, partial(driver.resolve, done, None))
    for task in tuple(pending):
        driver.listen(task, discard)
    await done


class ThreadCall:
    """A call for a thread of a pool, not made if its future is cancelled before that.

    It raises no `StopIteration` and no `GeneratorExit`, which no future could take.
    """

    __slots__ = ("_driver", "_fn", "_future")

    def __init__(
        self, driver: Driver, fn: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        """Call *fn* with *args* and *kwargs*.

        Raises `TypeError` if *fn* cannot be called, or is a coroutine function.
        """
        check_thread_function(fn)
        self._driver = driver
        self._fn = partial(fn, *args, **kwargs)
        # Weak, as the traceback of what it raises refers to this.
        self._future: ref[Any] | None = None

    def serve(self, future: Any) -> None:
        """Be the call whose result *future* has; it may have been made by now."""
        self._future = ref(future)

    def _is_cancelled(self) -> bool:
        future = None if self._future is None else self._future()
        return future is not None and self._driver.is_settled(future)

    def __call__(self) -> Any:
        """Make the call, in the thread."""
        if self._is_cancelled():
            return None
        try:
            return self._fn()
        except UNRAISABLE as error:
            raise raisable(error) from error
