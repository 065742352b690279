"""`run`, which runs a reactor and a backend on it."""

from __future__ import annotations

import signal as signals
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from signal import SIGINT, getsignal, signal
from threading import current_thread, main_thread
from typing import Any, Generic, TypeVar, TypeVarTuple, cast

from twisted.internet.error import (
    ReactorAlreadyRunning,
    ReactorNotRestartable,
    ReactorNotRunning,
)

from txaio_common import GRACE, start_main
from txaio_twisted._backend import TwistedBackend, global_reactor
from txaio_twisted._failures import CancelledError
from txaio_twisted._queue import GuardedCall


Args = TypeVarTuple("Args")
T = TypeVar("T")

SIGNALS = [
    getattr(signals, name)
    for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGCHLD")
    if hasattr(signals, name)
]
"""The signals for which a reactor sets a handler, as far as the platform has them."""

_HINTS = {
    ReactorAlreadyRunning: "the reactor runs already: make TwistedBackend() in it",
    ReactorNotRestartable: (
        "a reactor runs once: a program has one run(main), and tests give each its own"
        " reactor, run(main, reactor=SelectReactor())"
    ),
}


class MainRun(Generic[T]):
    """One run of a reactor, from the start of `main` to its outcome."""

    def __init__(self, backend: TwistedBackend, reactor: Any) -> None:
        """Run on *reactor*."""
        self._backend = backend
        self._reactor = reactor
        self._has_outcome = False
        self._value: Any = None
        self._error: BaseException | None = None

    def begin(self, start: Callable[[], Any]) -> None:
        """Call *start*, which returns a future, and stop the reactor after it."""
        # Here, as the loop of an asyncioreactor sets its own when it starts.
        self._backend.native.watch_generators().install()
        self._backend.native.spawn(self._run(start), is_own=True)

    async def _run(self, start: Callable[[], Any]) -> None:
        try:
            self._set_outcome(None, await start())
        except GeneratorExit:
            raise  # The reactor has stopped before the end, and this was dropped.
        except BaseException as caught:  # noqa: BLE001 - `result` raises it
            self._set_outcome(caught)
        try:
            await self._backend.end()
        finally:
            self._stop_reactor()

    def stop(self, error: BaseException) -> None:
        """Stop the reactor, and end with *error* if `main` has not ended."""
        self._set_outcome(error)
        self._stop_reactor()

    def _set_outcome(self, error: BaseException | None, value: Any = None) -> None:
        # A signal may stop the reactor as soon as `main` has ended.
        if not self._has_outcome:
            self._has_outcome = True
            self._value, self._error = value, error

    def _stop_reactor(self) -> None:
        with suppress(ReactorNotRunning):
            self._reactor.stop()

    def result(self) -> T:
        """Return what `main` returned, or raise what ended it."""
        if not self._has_outcome:
            raise RuntimeError("the reactor was stopped before main had ended")
        error, self._error = self._error, None
        interrupted = getattr(self._reactor, "_exitSignal", None) == SIGINT
        try:
            if isinstance(error, CancelledError) and interrupted:
                raise KeyboardInterrupt from None
            if error is not None:
                raise error
        finally:
            del error  # See `txaio_common.Outcome`.
        return cast("T", self._value)


@contextmanager
def signal_handlers_kept() -> Generator[bool]:
    """Give back the handlers of signals that a reactor sets, and leaves behind.

    They can be set, and so are set by a reactor, in the main thread only: that is what
    the context manager tells.
    """
    may_be_set = current_thread() is main_thread()
    handlers = {each: getsignal(each) for each in SIGNALS} if may_be_set else {}
    try:
        yield may_be_set
    finally:
        for number, handler in handlers.items():
            if handler is not None:  # None: it was not set by Python.
                signal(number, handler)


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

    Raises `TypeError` if *main* is not a coroutine function.
    """
    reactor = global_reactor() if reactor is None else reactor
    if getattr(reactor, "running", False):
        # A backend would leave its triggers there.
        raise ReactorAlreadyRunning(_HINTS[ReactorAlreadyRunning])
    backend = TwistedBackend(reactor, grace=grace, debug=debug)
    main_run: MainRun[T] = MainRun(backend, reactor)
    queue = backend.native.queue
    queue.exit = main_run.stop
    start = partial(backend.as_future, start_main, main, backend, args)
    # callWhenRunning would fire before an asyncioreactor's loop runs.
    call = reactor.callLater(0, GuardedCall(queue, partial(main_run.begin, start)))
    try:
        with signal_handlers_kept() as may_be_set:
            reactor.run(installSignalHandlers=may_be_set)
    except (ReactorAlreadyRunning, ReactorNotRestartable) as error:
        call.cancel()
        raise type(error)(_HINTS[type(error)]) from None
    finally:
        backend.native.watch_generators().uninstall()
    return main_run.result()
