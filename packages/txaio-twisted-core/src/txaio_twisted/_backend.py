"""The backend on Twisted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary, WeakSet

from twisted.internet.defer import DeferredList

from txaio_common import GRACE, Backend, EndedDriver, check_grace, checked, end_tasks
from txaio_interfaces import IFailedFuture
from txaio_twisted._driver import TwistedDriver
from txaio_twisted._future import TwistedFuture
from txaio_twisted._queue import MAX_CALLBACKS_PER_TURN
from txaio_twisted._task import TwistedTask


ENDED = (
    "this Twisted backend has ended with its reactor: use it inside main(),"
    " or make another on a reactor that runs"
)


class TwistedBackend(Backend):
    """Everything a library needs, on one reactor.

    Made without *reactor* it takes the global one, which may be running or not yet.
    Coroutines that still run when the reactor stops are cancelled and clean up;
    after *grace* seconds each of their awaits raises, unless inside `uncancelled`.
    With *debug*, on in Python's development mode, use of it in another thread raises.
    """

    CancelledError: ClassVar[type[BaseException]] = TwistedDriver.cancelled_error
    InvalidStateError: ClassVar[type[Exception]] = TwistedDriver.invalid_state_error
    driver_class: ClassVar[type[TwistedDriver]] = TwistedDriver

    native: TwistedDriver
    """The driver, without the checks of debug mode."""

    def __init__(
        self, reactor: Any = None, *, grace: float = GRACE, debug: bool | None = None
    ) -> None:
        """Belong to *reactor*."""
        self._grace = check_grace(grace)
        reactor = global_reactor() if reactor is None else reactor
        self.native = self.driver_class(reactor)
        super().__init__(checked(self.native, debug))
        _follow_shutdown(reactor, self)

    def __repr__(self) -> str:
        """Return that of the reactor as well."""
        return f"<{type(self).__name__} on {self.native.reactor!r}>"

    if TYPE_CHECKING:
        # Called at run time, it would take a tenth of what a future does.
        def create_future(
            self,
            result: Any = ...,
            error: Exception | IFailedFuture | None = ...,
            canceller: Callable[[Any], object] | None = None,
        ) -> TwistedFuture: ...

    def end(self) -> TwistedTask:
        """Cancel the coroutines that run; return a future of their end."""
        return self.native.spawn(self._end_tasks(), is_own=True)

    async def _end_tasks(self) -> None:
        # What is due by now is still made; what that adds may never end.
        for _turn in range(0, len(self.native.queue.callbacks), MAX_CALLBACKS_PER_TURN):
            await self.sleep(0)
        generators, refuse = self.native.watch_generators(), self.refuse_thread_calls
        await end_tasks(self.native, self._grace, generators, refuse)

    def close(self) -> None:
        """Be unusable: the reactor has stopped."""
        self.native.watch_generators().uninstall()
        self.use(EndedDriver(self.native, ENDED))


def global_reactor() -> Any:
    """Return the reactor of the process."""
    from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

    return reactor


class Shutdown:
    """Ends the backends of a reactor with it, by one pair of triggers for all.

    It must not keep them alive: a program may make one whenever it needs one.
    """

    def __init__(self, reactor: Any) -> None:
        """Add the triggers to *reactor*."""
        self.backends: WeakSet[TwistedBackend] = WeakSet()
        self.is_over = False
        reactor.addSystemEventTrigger("before", "shutdown", self._before)
        reactor.addSystemEventTrigger("after", "shutdown", self._after)

    def _before(self) -> Any:
        return DeferredList([backend.end() for backend in self.backends])

    def _after(self) -> None:
        self.is_over = True
        for backend in tuple(self.backends):
            backend.close()


SHUTDOWNS: WeakKeyDictionary[Any, Shutdown] = WeakKeyDictionary()
"""For each reactor of the process, what ends its backends."""


def _follow_shutdown(reactor: Any, backend: TwistedBackend) -> None:
    if hasattr(reactor, "addSystemEventTrigger"):  # A clock in a test has none.
        if reactor not in SHUTDOWNS or SHUTDOWNS[reactor].is_over:
            SHUTDOWNS[reactor] = Shutdown(reactor)
        SHUTDOWNS[reactor].backends.add(backend)
