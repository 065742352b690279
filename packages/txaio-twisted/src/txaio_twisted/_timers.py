"""Timers that are the reactor's own."""

from __future__ import annotations

import time
from collections import deque
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.internet.threads import deferToThreadPool
from twisted.python.runtime import seconds

from txaio_common import NativeCall, Timers, check_callable, in_thread
from txaio_twisted._futures import TwistedFutures


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec, TypeVar

    from txaio_interfaces import IFuture

    P = ParamSpec("P")
    T = TypeVar("T")


class SoonCall:
    """A call that is due in a coming turn, unless it is cancelled."""

    __slots__ = ("fn",)

    def __init__(self, fn: Callable[[], object]) -> None:
        """Hold *fn*."""
        self.fn: Callable[[], object] | None = fn

    def cancel(self) -> None:
        """Drop the call."""
        self.fn = None


class TwistedTimers(TwistedFutures, Timers):
    """The primitives, on `callLater`."""

    _reactor: Any
    _soon: deque[SoonCall]
    _from_threads: deque[Callable[[], object]]

    def _call_soon(self, fn: Callable[[], object]) -> NativeCall:
        # The reactor does not keep the order of calls that are due together.
        if not self._soon:
            self._arrange_turn()
        call = SoonCall(fn)
        self._soon.append(call)
        return call

    def _arrange_turn(self) -> None:
        self._reactor.callLater(0, self._guard, self._run_soon)

    def _tidy_soon(self, fn: Callable[[], object]) -> None:
        self._reactor.callLater(0, fn)

    def _call_after(self, delay: float, fn: Callable[[], object]) -> NativeCall:
        native: NativeCall = self._reactor.callLater(delay, self._guard, fn)
        return native

    def _run_soon(self) -> None:
        # What these calls add is for the next turn, and has it arranged.
        due, self._soon = self._soon, deque()
        try:
            while due:
                fn = due.popleft().fn
                if fn is not None:
                    fn()
        finally:
            if due:
                if not self._soon:
                    self._arrange_turn()
                self._soon.extendleft(reversed(due))

    def _guard(self, fn: Callable[[], object]) -> None:
        """Call *fn*; a reactor would log `SystemExit` and go on."""
        try:
            fn()
        except (KeyboardInterrupt, SystemExit) as error:
            self._leave(error)

    def call_from_thread(
        self, fn: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> None:
        check_callable(fn, "fn")
        # An asyncioreactor does not keep the order of calls from threads.
        call_from_thread = self._reactor.callFromThread
        call = partial(fn, *args, **kwargs)
        self._from_threads.append(partial(copy_context().run, call))
        call_from_thread(self._guard, self._run_from_thread)

    def _run_from_thread(self) -> None:
        self._from_threads.popleft()()

    def run_in_thread(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]:
        reactor = self._reactor
        work = in_thread(copy_context(), fn, args, kwargs)
        return self._adopt(deferToThreadPool(reactor, reactor.getThreadPool(), work))


def clock_of(reactor: Any) -> Callable[[], float]:
    """Return the clock of *reactor*, or a monotonic one if that is the wall's."""
    return time.monotonic if reactor.seconds is seconds else reactor.seconds
