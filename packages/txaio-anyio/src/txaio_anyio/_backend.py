"""The backend on AnyIO."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

from txaio_anyio._driver import AnyioDriver
from txaio_anyio._future import AnyioFuture
from txaio_anyio._scheduler import ENDED
from txaio_common import (
    GRACE,
    Backend,
    EndedDriver,
    check_grace,
    check_handler,
    checked,
    explain_foreign_await,
)
from txaio_interfaces import IFailedFuture


NOT_YET = (
    "this AnyIO backend does not run yet: use it inside"
    " `async with AnyioBackend() as backend`, or let txaio_anyio.run(main) make one"
)


class AnyioBackend(Backend):
    """Everything a library needs, inside an ``async with`` block of any AnyIO program.

    Errors that nothing else handles go to ``on_error(text, exception)``, by default to
    the logger ``txaio.anyio`` of the standard library; an exception raised there ends
    the block, and comes out of it.
    At the end of the block coroutines that still run are cancelled and clean up;
    after *grace* seconds each of their awaits raises, unless inside `uncancelled`.
    A coroutine that is cancelled while it awaits AnyIO's own functions sees AnyIO's
    own exception there, and at each such await after it.
    With *debug*, on in Python's development mode, use of it in another thread raises.

    Raises `TypeError` if *grace* is not a number or *on_error* is not a plain function,
    and `ValueError` if *grace* is NaN or below zero.
    """

    CancelledError: ClassVar[type[BaseException]] = AnyioDriver.cancelled_error
    InvalidStateError: ClassVar[type[Exception]] = AnyioDriver.invalid_state_error

    native: AnyioDriver
    """The driver, without the checks of debug mode."""

    def __init__(
        self,
        on_error: Callable[[str, BaseException], object] | None = None,
        grace: float = GRACE,
        *,
        debug: bool | None = None,
    ) -> None:
        """Be ready for ``async with``."""
        self._grace = check_grace(grace)
        if on_error is not None:
            check_handler(on_error, "on_error")
        self._debug = debug
        self._entered = False
        self.native = AnyioDriver(on_error or _log_error)
        super().__init__(EndedDriver(self.native, NOT_YET))

    def __repr__(self) -> str:
        """Return the loop that AnyIO runs on as well, once it runs."""
        native = self.native
        where = "no loop yet" if native.now is None else native.scheduler.loop.name
        return f"<{type(self).__name__} on {where}>"

    if TYPE_CHECKING:
        # Called at run time, it would take a tenth of what a future does.
        def create_future(
            self,
            result: Any = ...,
            error: Exception | IFailedFuture | None = ...,
            canceller: Callable[[Any], object] | None = None,
        ) -> AnyioFuture: ...

    async def __aenter__(self) -> Self:
        if self._entered:
            raise RuntimeError("an AnyIO backend runs once: make another")
        self._entered = True
        await self.native.begin()
        self.use(checked(self.native, self._debug))
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        failure = None
        if error is not None:
            explain_foreign_await(error)
        try:
            failure = await self.native.end(self._grace, self.refuse_thread_calls)
        finally:
            self.use(EndedDriver(self.native, ENDED))
        if failure is not None and failure is not error:
            _raise(failure, error)


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
        del failure, error, context  # See `txaio_common.Outcome`.
