"""The backend on asyncio and uvloop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from txaio_asyncio._driver import AsyncioDriver
from txaio_common import AsyncGenerators, Backend, EndedDriver, checked, end_tasks
from txaio_interfaces import IFailedFuture, IFuture


ENDED = (
    "this asyncio backend has ended with its loop:"
    " use it inside main(), or make another in a running loop"
)


class AsyncioBackend(Backend):
    """Everything a library needs, on one asyncio loop.

    Made without *loop* it belongs to the loop that is running.
    With *debug*, on in a loop's debug mode and in Python's development mode,
    use of it in another thread raises.

    Raises `RuntimeError` if no loop is running and none is given.
    """

    CancelledError: ClassVar[type[BaseException]] = AsyncioDriver.cancelled_error
    InvalidStateError: ClassVar[type[Exception]] = AsyncioDriver.invalid_state_error

    native: AsyncioDriver
    """The driver, without the checks of debug mode."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        debug: bool | None = None,
    ) -> None:
        """Belong to *loop*."""
        loop = loop or _running_loop()
        if debug is None and loop.get_debug():
            debug = True
        self.native = AsyncioDriver(loop)
        super().__init__(checked(self.native, debug))

    def __repr__(self) -> str:
        """Return that of the loop as well."""
        return f"<{type(self).__name__} on {self.native.loop!r}>"

    if TYPE_CHECKING:
        # Called at run time, it would take a tenth of what a future does.
        def create_future(
            self,
            result: Any = ...,
            error: Exception | IFailedFuture | None = ...,
            canceller: Callable[[Any], object] | None = None,
        ) -> asyncio.Future[Any]: ...

    def resolve(self, future: IFuture[Any], result: Any = None) -> None:
        # What the driver does, without its frame: a tenth of what a future costs here.
        if type(future) is not asyncio.Future or self.driver is not self.native:
            super().resolve(future, result)
            return
        try:
            future.set_result(result)
        except asyncio.InvalidStateError:
            self.native.resolve(future, result)  # It says what is wrong, if anything.

    async def end(self, grace: float, generators: AsyncGenerators) -> None:
        """End with the loop, which `run` does: cancel the coroutines that run.

        After *grace* seconds each of their awaits raises, unless in `uncancelled`.
        Then *generators* are closed.
        """
        try:
            refuse = self.refuse_thread_calls
            await end_tasks(self.native, grace, generators, refuse)
        finally:
            generators.uninstall()
            self.use(EndedDriver(self.native, ENDED))


def _running_loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        msg = (
            "no asyncio loop is running in this thread: make AsyncioBackend() inside"
            " one, give it loop=, or let txaio_asyncio.run(main) make both"
        )
        raise RuntimeError(msg) from None
