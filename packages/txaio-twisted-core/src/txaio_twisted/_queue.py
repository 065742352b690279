"""The order in which a backend on Twisted calls functions.

Twisted calls the callbacks of a Deferred inside `callback`, so that chains of futures
recurse, and it keeps no order among calls that are due together.  So a backend has two
queues of its own:

- Callbacks of futures, and steps of coroutines, are called as soon as what is being
  called now has returned, one after the other: the queue is drained where something is
  put into it, unless it is being drained already.  After `MAX_CALLBACKS_PER_TURN` the
  rest waits for the reactor's next turn.
- `call_soon` is for coming turns of the reactor: what is called there and calls
  `call_soon` again is called in the turn after.

A reactor logs `SystemExit` and goes on; so everything that it calls for a backend is
guarded, and `exit` is called with an exception that ends the program.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Any

from twisted.logger import Logger

from txaio_common import Handle
from txaio_twisted._failures import failure_of


# As an attribute of a class it would be named after the class.
_LOG = Logger("txaio.twisted")

MAX_CALLBACKS_PER_TURN = 5000
"""How many callbacks and steps are made before the reactor's next turn."""


def report(text: str, exception: BaseException, /) -> None:
    """Log *exception* as a critical event, as Twisted does with unhandled errors."""
    _LOG.failure("{text}", failure_of(exception), text=text)


class SoonCall:
    """A call that is due in a coming turn, unless it is cancelled."""

    __slots__ = ("fn",)

    def __init__(self, fn: Callable[[], object]) -> None:
        """Hold *fn*."""
        self.fn: Callable[[], object] | None = fn

    def cancel(self) -> None:
        """Drop the call."""
        self.fn = None


class GuardedCall:
    """A call that the reactor makes; what ends the program ends `run` from there."""

    __slots__ = ("_queue", "fn")

    def __init__(self, queue: CallbackQueue, fn: Callable[[], object]) -> None:
        """Hold *fn*."""
        self._queue = queue
        self.fn = fn

    def __call__(self) -> None:
        """Make the call."""
        try:
            self.fn()
        except (KeyboardInterrupt, SystemExit) as error:
            self._queue.leave(error)


class CallbackQueue:
    """Calls functions in order and without recursion."""

    def __init__(self, reactor: Any) -> None:
        """Use the turns of *reactor*."""
        self._reactor = reactor
        self.callbacks: deque[tuple[Context | None, Callable[[Any], object], Any]]
        self.callbacks = deque()
        """The calls that `drain` makes: each with its context, if any, and argument."""
        self._draining = False
        self.starting = 0
        """How many coroutines take their first step, one inside the other."""
        self.step_hooks: tuple[Callable[..., Any], Callable[..., Any]] | None = None
        """What each step of a coroutine passes to `sys.set_asyncgen_hooks`, if any."""
        self._soon: deque[SoonCall] = deque()
        self.turn: Any = None
        """The reactor's delayed call for the next turn, or that of the last one."""
        self.exit: Callable[[BaseException], object] | None = None
        """Ends `run` with an exception; None if there is no `run` to end."""
        self.call_later: Callable[[float, Callable[[], object]], Handle]
        self.call_later = self._call_later
        """Calls a function after a number of seconds; see `_wall_clock`."""
        self.check_clock: Callable[[], object] | None = None
        """Called now and then, if the reactor's clock may be set."""

    def _call_later(self, delay: float, fn: Callable[[], object], /) -> Handle:
        handle: Handle = self._reactor.callLater(delay, GuardedCall(self, fn))
        return handle

    @property
    def is_calling(self) -> bool:
        """Whether a callback, or a step of a coroutine, is being called."""
        return self._draining or self.starting > 0

    def call(
        self,
        fn: Callable[[Any], object],
        argument: object,
        context: Context | None = None,
    ) -> None:
        """Call ``fn(argument)``, in *context* if given, after what waits already."""
        self.callbacks.append((context, fn, argument))
        self.drain()

    def drain(self) -> None:
        """Make the calls that wait, unless that is going on."""
        if self._draining:
            return
        if self.check_clock is not None:
            self.check_clock()
        self._draining = True
        callbacks = self.callbacks
        try:
            for _ in range(MAX_CALLBACKS_PER_TURN):
                if not callbacks:
                    break
                self.run(*callbacks.popleft())
        finally:
            self._draining = False
            if callbacks:
                self.call_soon(self.drain)

    def hold(self, fn: Callable[[], object]) -> None:
        """Call *fn*, and only when it has returned the calls that it adds."""
        if self._draining:
            fn()
            return
        self._draining = True
        try:
            fn()
        finally:
            self._draining = False
            self.drain()

    def run(
        self,
        context: Context | None,
        fn: Callable[[Any], object],
        argument: object,
    ) -> None:
        """Call ``fn(argument)``, in *context* if given; report what it raises."""
        try:
            if context is None:
                fn(argument)
            else:
                context.run(fn, argument)
        except (KeyboardInterrupt, SystemExit) as error:
            self.leave(error)
        except BaseException as error:  # noqa: BLE001 - cancellations, too
            report("error in a callback", error)

    def leave(self, error: BaseException) -> None:
        """End `run` with *error*, or raise it if there is no `run` to end."""
        if self.exit is None:
            raise error
        self.exit(error)

    def call_soon(self, fn: Callable[[], object], /) -> SoonCall:
        """Call *fn* in a coming turn of the reactor, in the order of these calls."""
        if not self._soon:
            self._arrange_turn()
        call = SoonCall(fn)
        self._soon.append(call)
        return call

    def _arrange_turn(self) -> None:
        self.turn = self._reactor.callLater(0, GuardedCall(self, self._run_soon))

    def _run_soon(self) -> None:
        # What these calls add is for the turn after, and has that arranged.
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
