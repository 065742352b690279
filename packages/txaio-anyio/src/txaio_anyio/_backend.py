"""The backend on AnyIO."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, NoReturn, cast

import anyio

from txaio_anyio._asyncio import AsyncioLoop
from txaio_anyio._groups import alone
from txaio_anyio._logging import AnyioLogging
from txaio_anyio._native import AnyioFuture
from txaio_anyio._pump import ENDED, Pump
from txaio_anyio._timers import AnyioTimers
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
    from types import TracebackType
    from typing import Self, TypeVar, TypeVarTuple

    from txaio_anyio._loop import Loop

    Args = TypeVarTuple("Args")
    T = TypeVar("T")

NOT_YET = (
    "this AnyIO backend does not run yet: use it inside"
    " `async with AnyioBackend() as backend`, or let txaio_anyio.run(main) make one"
)


class AnyioBackend(AnyioTimers, AnyioLogging):
    """Everything a library needs, inside an ``async with`` block of any AnyIO program.

    What nobody else takes goes to ``on_error(text, exception)``, by default to the
    logger ``txaio.anyio`` of the standard library; an exception raised there ends
    the block, and comes out of it.
    At the end of the block coroutines that still run are cancelled and clean up;
    after *grace* seconds each of their awaits raises, unless inside `uncancelled`.
    A coroutine that is cancelled while it awaits AnyIO's own functions sees AnyIO's
    own exception there, and at each such await after it.
    With *debug*, on in Python's development mode, use of it in another thread raises.

    Raises `TypeError` if *grace* is no number, and `ValueError` if it is NaN or below
    zero.
    """

    def __new__(
        cls,
        on_error: Callable[[str, BaseException], object] | None = None,
        grace: float = GRACE,
        *,
        debug: bool | None = None,
    ) -> Self:
        """Make a backend that checks its thread if *debug* is on."""
        del on_error, grace
        kind = _CheckedAnyioBackend if debug_mode(debug) else AnyioBackend
        made: Self = super().__new__(
            cast("type[Self]", kind) if cls is AnyioBackend else cls
        )
        return made

    def __init__(
        self,
        on_error: Callable[[str, BaseException], object] | None = None,
        grace: float = GRACE,
        *,
        debug: bool | None = None,
    ) -> None:
        """Be ready for ``async with``."""
        del debug
        self._grace = check_grace(grace)
        self._on_error = on_error or _log_error
        self._thread = get_ident()
        self._entered = False
        self._pump = self._now = self._make_future = cast("Any", Unavailable(NOT_YET))

    @property
    def name(self) -> str:
        return "anyio"

    def _report(self, text: str, exception: BaseException) -> None:
        try:
            self._on_error(text, exception)
        except BaseException as error:  # noqa: BLE001 - `async with` raises it
            self._pump.fail(error)

    async def __aenter__(self) -> Self:
        if self._entered:
            raise RuntimeError("an AnyIO backend runs once: make another")
        self._entered = True
        loop = _running_loop()
        group = anyio.create_task_group()
        await group.__aenter__()
        self._pump = pump = Pump(loop, group, self._report)
        self._now = loop.now
        self._make_future = partial(AnyioFuture, pump)
        self._thread = get_ident()
        group.start_soon(pump.run, name="txaio")
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        pump = self._pump
        group = pump.group
        pump.close()
        for task in tuple(pump.tasks):
            task.cancel()
        self._sweep_later()
        try:
            # Given the error of the block, it would wrap it into a group.
            await group.__aexit__(None, None, None)
        except BaseExceptionGroup as errors:
            pump.failure = pump.failure or alone(errors)
        finally:
            self._now = self._make_future = cast("Any", Unavailable(ENDED))
        if pump.failure is not None and pump.failure is not error:
            _raise(pump.failure, error)

    def _sweep_later(self) -> None:
        self._arm(max(self._grace, LEAST_GRACE), self._sweep)

    def _sweep(self) -> None:
        for task in tuple(self._pump.tasks):
            task.hurry()
        self._sweep_later()


class _CheckedAnyioBackend(ThreadChecked, AnyioBackend):
    """The backend in debug mode."""


def _log_error(text: str, exception: BaseException) -> None:
    logging.getLogger("txaio.anyio").error("%s", text, exc_info=exception)


def _raise(failure: BaseException, error: BaseException | None) -> NoReturn:
    """Raise what ended the block, together with the *error* of its body."""
    if isinstance(error, Exception) and isinstance(failure, Exception):
        msg = "the block failed, and so did what its backend ran"
        raise ExceptionGroup(msg, [error, failure]) from None
    context = failure.__context__
    try:
        raise failure
    finally:
        # Not the cancellation of the block, which tells nothing.
        failure.__context__ = context
        del failure, error, context


def _running_loop() -> Loop:
    if anyio.get_cancelled_exc_class() is asyncio.CancelledError:
        return AsyncioLoop()
    from txaio_anyio._trio import TrioLoop  # noqa: PLC0415 - it may be missing

    return TrioLoop()


def _refuse_to_nest() -> None:
    try:
        anyio.get_cancelled_exc_class()
    except RuntimeError:  # No loop runs in this thread.
        return
    raise RuntimeError(
        "a loop runs in this thread already: use `async with AnyioBackend() as backend`"
        " in it"
    )


def run(  # noqa: PLR0913 - by their names
    main: Callable[[AnyioBackend, *Args], Awaitable[T]],
    *args: *Args,
    backend: str = "asyncio",
    backend_options: dict[str, Any] | None = None,
    on_error: Callable[[str, BaseException], object] | None = None,
    grace: float = GRACE,
    debug: bool | None = None,
) -> T:
    """Run ``main(txa, *args)`` on a new loop and return its value.

    Its exception is raised as it is.
    Coroutines that still run at its end are cancelled and clean up.
    *backend* and *backend_options* are those of `anyio.run`: ``"asyncio"`` (on uvloop
    with ``{"use_uvloop": True}``) or ``"trio"``.
    *on_error*, *grace* and *debug* are those of `AnyioBackend`.

    Raises `TypeError` if *main* is no coroutine function or *grace* is no number,
    and `ValueError` if *grace* is NaN or below zero.
    """
    check_grace(grace)
    _refuse_to_nest()

    async def live() -> T:
        async with AnyioBackend(on_error, grace, debug=debug) as txa:
            return await start_main(main, txa, args)

    if backend == "trio" and backend_options:
        # Before 4.14, AnyIO hands no options on to Trio.
        from txaio_anyio._trio import run_trio  # noqa: PLC0415 - it may be missing

        return run_trio(live, backend_options)
    return anyio.run(live, backend=backend, backend_options=backend_options)
