"""The backend on Twisted."""

from __future__ import annotations

from collections import deque
from functools import partial
from threading import current_thread, get_ident, main_thread
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakKeyDictionary, ref

from twisted.internet.error import (
    ReactorAlreadyRunning,
    ReactorNotRestartable,
)
from twisted.logger import Logger

from txaio_common import (
    GRACE,
    LEAST_GRACE,
    ThreadChecked,
    Unavailable,
    check_grace,
    debug_mode,
    start_main,
)
from txaio_twisted._failures import failure_of
from txaio_twisted._life import Life
from txaio_twisted._logging import TwistedLogging
from txaio_twisted._native import TwistedFuture
from txaio_twisted._queue import AT_ONCE
from txaio_twisted._timers import TwistedTimers, clock_of


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Self, TypeVarTuple

    from txaio_twisted._coroutines import Runner

    Args = TypeVarTuple("Args")

T = TypeVar("T")

# As an attribute of a class it would be named after the class.
_LOG = Logger("txaio.twisted")


class TwistedBackend(TwistedTimers, TwistedLogging):
    """Everything a library needs, on one reactor.

    Made without *reactor* it takes the global one, which may be running or not yet.
    Coroutines that still run when the reactor stops are cancelled and clean up;
    after *grace* seconds each of their awaits raises, unless inside `uncancelled`.
    With *debug*, on in Python's development mode, use of it in another thread raises.
    """

    def __new__(
        cls, reactor: Any = None, *, grace: float = GRACE, debug: bool | None = None
    ) -> Self:
        """Make a backend that checks its thread if *debug* is on."""
        del reactor, grace
        kind = _CheckedTwistedBackend if debug_mode(debug) else TwistedBackend
        made: Self = super().__new__(
            cast("type[Self]", kind) if cls is TwistedBackend else cls
        )
        return made

    def __init__(
        self, reactor: Any = None, *, grace: float = GRACE, debug: bool | None = None
    ) -> None:
        """Belong to *reactor*."""
        del debug
        self._grace = check_grace(grace)
        self._reactor = reactor = _global_reactor() if reactor is None else reactor
        self._thread = get_ident()
        self._now = clock_of(reactor)
        self._make_future = TwistedFuture
        self._queue = deque()
        self._soon = deque()
        self._from_threads = deque()
        self._draining = False
        self._nesting = 0
        self._runners = set()
        self._sheltered = set()
        self._current = None
        self._adopted = WeakKeyDictionary()
        self._exit: Callable[[BaseException], None] | None = None
        _follow_shutdown(reactor, self)

    @property
    def name(self) -> str:
        return "twisted"

    def _report(self, text: str, exception: BaseException) -> None:
        _LOG.failure("{text}", failure_of(exception), text=text)

    def _leave(self, error: BaseException) -> None:
        if self._exit is None:
            raise error
        self._exit(error)

    def _drain_later(self) -> None:
        self._call_soon(self._drain)

    def _end(self) -> TwistedFuture:
        """Cancel the coroutines that still run, and let them clean up."""
        return self._start(self._wind_down(), self._sheltered)

    async def _wind_down(self) -> None:
        pause = max(self._grace, LEAST_GRACE)
        # What is due by now is still made; what that adds may never end.
        for _turn in range(0, len(self._queue), AT_ONCE):
            await self.sleep(0)
        while self._runners:
            running = tuple(self._runners)
            for runner in running:
                runner.cancel()
            ended = self.gather([self._ending(runner) for runner in running])
            try:
                await self.timeout(ended, pause)
            except TimeoutError:
                pause = LEAST_GRACE
                for runner in self._runners.intersection(running):
                    runner.interrupt()

    def _ending(self, runner: Runner) -> TwistedFuture:
        """Return what is settled when *runner* ends; this does not look at it."""
        ended = self._new_future(None)
        if runner.future is None:
            self.resolve(ended)
        else:
            self._on_settled(runner.future, lambda _future: self.resolve(ended))
        return ended

    def _close(self) -> None:
        unavailable = Unavailable(
            "this Twisted backend has ended with its reactor: use it inside main(),"
            " or make another on a reactor that runs"
        )
        self._reactor = self._now = self._make_future = cast("Any", unavailable)


class _CheckedTwistedBackend(ThreadChecked, TwistedBackend):
    """The backend in debug mode."""


def _global_reactor() -> Any:
    from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

    return reactor


def _follow_shutdown(reactor: Any, backend: TwistedBackend) -> None:
    """Have *backend* end with *reactor*, which must not keep it alive."""
    weakly = ref(backend)

    def before() -> Any:
        alive = weakly()
        return None if alive is None else alive._end()

    def after() -> None:
        alive = weakly()
        if alive is not None:
            alive._close()

    if hasattr(reactor, "addSystemEventTrigger"):  # A clock in a test has none.
        reactor.addSystemEventTrigger("before", "shutdown", before)
        reactor.addSystemEventTrigger("after", "shutdown", after)


def run(
    main: Callable[[TwistedBackend, *Args], Awaitable[T]],
    *args: *Args,
    reactor: Any = None,
    grace: float = GRACE,
    debug: bool | None = None,
) -> T:
    """Run ``main(backend, *args)`` on *reactor*, or the global one; return its value.

    Its exception is raised as it is.
    Coroutines that still run at its end are cancelled and clean up.
    A reactor that has stopped cannot be run again.
    *grace* and *debug* are those of `TwistedBackend`.

    Raises `TypeError` if *main* is no coroutine function.
    """
    reactor = _global_reactor() if reactor is None else reactor
    if getattr(reactor, "running", False):
        # A backend would leave its triggers there.
        raise ReactorAlreadyRunning(_WHY_NOT[ReactorAlreadyRunning])
    backend = TwistedBackend(reactor, grace=grace, debug=debug)
    life: Life[T] = Life(backend, reactor)
    backend._exit = life.leave
    start = partial(backend.as_future, start_main, main, backend, args)
    # callWhenRunning would fire before an asyncioreactor's loop runs.
    call = reactor.callLater(0, backend._guard, partial(life.begin, start))
    try:
        reactor.run(installSignalHandlers=current_thread() is main_thread())
    except (ReactorAlreadyRunning, ReactorNotRestartable) as error:
        call.cancel()
        raise type(error)(_WHY_NOT[type(error)]) from None
    return life.result()


_WHY_NOT = {
    ReactorAlreadyRunning: "the reactor runs already: make TwistedBackend() in it",
    ReactorNotRestartable: (
        "a reactor runs once: a program has one run(main), and tests give each its own"
        " reactor, run(main, reactor=SelectReactor())"
    ),
}
