"""The driver on Twisted."""

from __future__ import annotations

from asyncio import isfuture
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextvars import copy_context
from functools import partial
from typing import Any, ClassVar, TypeVar
from weakref import WeakKeyDictionary

from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure

from txaio_common import (
    Emitter,
    FutureDriver,
    Handle,
    Statistics,
    as_coroutine,
    hide_frames_of,
    shield,
)
from txaio_twisted._emitter import EventEmitter
from txaio_twisted._failures import failure_of
from txaio_twisted._future import (
    TwistedFuture,
    TwistedOwner,
    settle_from_deferred,
)
from txaio_twisted._generators import TwistedGenerators
from txaio_twisted._queue import CallbackQueue, GuardedCall, report
from txaio_twisted._task import CURRENT_TASK, TwistedTask
from txaio_twisted._wall_clock import WallClock, clock_of, is_wall_clock


T = TypeVar("T")

MAX_NESTED_STARTS = 20
"""The number of nested starts up to which a coroutine runs without the queue."""


class TwistedDriver(FutureDriver):
    """The primitives, on one reactor; native Deferreds are followed."""

    name = "twisted"
    future_type: type[Any] = Deferred
    own_type: type[Any] = TwistedFuture
    future_noun = "a Deferred"
    failure_type: type[Any] = Failure
    cancelled_error: type[BaseException] = TwistedFuture.cancelled_error
    invalid_state_error: type[Exception] = TwistedFuture.invalid_state_error
    emitter: Emitter = EventEmitter()

    reactor: Any
    queue: CallbackQueue
    generators: TwistedGenerators | None = None
    """What closes async generators; None before there is a coroutine."""
    now: Any = None
    create_future: Any = None
    resolve_own: Any = staticmethod(TwistedFuture.resolve)
    report: Any = staticmethod(report)

    future_class: ClassVar[type[TwistedFuture]] = TwistedFuture
    owner_class: ClassVar[type[TwistedOwner]] = TwistedOwner
    task_class: ClassVar[type[TwistedTask]] = TwistedTask

    def __init__(self, reactor: Any) -> None:
        """Work on *reactor*."""
        self.reactor = reactor
        self.queue = CallbackQueue(reactor)
        self.now = clock_of(reactor)
        if is_wall_clock(reactor):
            clock = WallClock(reactor, self.queue)
            self.queue.call_later = clock.call_later
            self.queue.check_clock = clock.check
        self.create_future = partial(self.future_class, self.queue)
        self._from_threads: deque[Callable[[], object]] = deque()
        self._tasks: set[TwistedTask] = set()
        self._own_tasks: set[TwistedTask] = set()
        self._adopted: WeakKeyDictionary[Deferred[Any], TwistedFuture]
        self._adopted = WeakKeyDictionary()

    def watch_generators(self) -> TwistedGenerators:
        """Return what closes async generators, from now on in each step."""
        if self.generators is None:
            self.generators = TwistedGenerators(self, self.queue, self.reactor)
            self.queue.step_hooks = self.generators.hooks
        return self.generators

    def call_soon(self, fn: Callable[[], object], /) -> Handle:
        # The reactor does not keep the order of calls that are due together.
        return self.queue.call_soon(fn)

    def call_at(self, when: float, fn: Callable[[], object], /) -> Handle:
        # callLater refuses negative delays.
        return self.queue.call_later(max(0.0, when - self.now()), fn)

    def call_later(self, delay: float, fn: Callable[[], object], /) -> Handle:
        return self.queue.call_later(delay, fn)

    def call_soon_unordered(self, fn: Callable[[], object], /) -> None:
        self.reactor.callLater(0, fn)

    def call_from_thread(self, fn: Callable[[], object], /) -> None:
        # An asyncioreactor does not keep the order of calls from threads.
        call_from_thread = self.reactor.callFromThread
        run: Any = copy_context().run
        self._from_threads.append(partial(run, fn))
        call_from_thread(GuardedCall(self.queue, self._call_next_from_thread))

    def _call_next_from_thread(self) -> None:
        self._from_threads.popleft()()

    def run_in_thread(self, fn: Callable[[], Any], /) -> TwistedFuture:
        reactor = self.reactor
        run: Any = copy_context().run
        pool = reactor.getThreadPool()
        return self.adopt(deferToThreadPool(reactor, pool, run, fn))

    def wrap(self, exception: BaseException, /) -> Any:
        return failure_of(exception)

    def set_canceller(self, future: Any, canceller: Callable[[Any], object], /) -> None:
        run: Any = copy_context().run
        future.set_canceller(partial(run, canceller), canceller)

    def create_owner(
        self,
        owned: Sequence[Any],
        cancel_owned: Callable[[str | None], bool],
        /,
    ) -> TwistedOwner:
        owner = self.owner_class(self.queue)
        owner.owned = owned
        owner.cancel_owned = cancel_owned
        return owner

    def resolve(self, future: Any, value: Any, /) -> None:
        if isinstance(future, TwistedFuture):
            future.resolve(value)
        else:
            future.callback(value)

    def reject(self, future: Any, failure: Any, /) -> None:
        future.errback(failure)

    def cancel(self, future: Any, message: str | None = None, /) -> None:
        if isinstance(future, TwistedFuture):
            future.cancel(message)
        else:
            future.cancel()
        del future  # See `txaio_common.Outcome`.

    def is_settled(self, future: Any, /) -> bool:
        return future.called  # type: ignore[no-any-return]

    def listen(self, future: Any, fn: Callable[[Any], object], /) -> None:
        if not isinstance(future, TwistedFuture):
            future = self.follow(future)
        future.listen(fn)

    def result(self, future: Any, /) -> Any:
        if not isinstance(future, TwistedFuture):
            future = self.follow(future)
        outcome = future.outcome
        try:
            if outcome is not None and outcome.is_cancellation:
                raise future.raised(outcome.failure)
            return super().result(future)
        finally:
            del future, outcome  # See `txaio_common.Outcome`.

    def spawn(
        self, coroutine: Coroutine[Any, Any, Any], /, *, is_own: bool = False
    ) -> TwistedTask:
        """Run *coroutine*; if it *is_own*, the end does not cancel it."""
        registry = self._own_tasks if is_own else self._tasks
        queue = self.queue
        if self.generators is None:
            self.watch_generators()
        task = self.task_class(queue, coroutine, registry)
        try:
            if queue.starting < MAX_NESTED_STARTS:
                queue.starting += 1
                try:
                    queue.run(None, task.steps.step, None)
                finally:
                    queue.starting -= 1
            else:
                queue.call(task.steps.step, None)
            return task
        finally:
            # The traceback of a first step that failed keeps this frame.
            del task

    def adopt(self, awaitable: Any, /) -> TwistedFuture:
        if isinstance(awaitable, TwistedFuture):
            return awaitable
        return self.follow(awaitable)

    def follow(self, awaitable: Any) -> TwistedFuture:
        """Return a future that is settled with the result of the native chain."""
        if isfuture(awaitable):
            awaitable = Deferred.fromFuture(awaitable)
        if not isinstance(awaitable, Deferred):
            return self.spawn(as_coroutine(awaitable))
        future = self._adopted.get(awaitable)
        if future is None:
            self._adopted[awaitable] = future = self.create_future()
            future.follow(awaitable, settle_from_deferred, future)
        return future

    async def uncancelled(self, call: Callable[[], Awaitable[T]], /) -> T:
        task = await self.current_task()
        if task is None:
            return await self._uncancelled_elsewhere(call)
        task.enter_shield()
        try:
            return await call()
        finally:
            task.leave_shield()
            del task  # See `txaio_common.Outcome`.

    async def _uncancelled_elsewhere(self, call: Callable[[], Awaitable[T]]) -> T:
        """Do the same for a coroutine that Twisted drives, in a task of our own.

        Nothing can be raised at the next await of such a coroutine: it is raised here.
        """
        inner = self.spawn(self.uncancelled(call))
        interruption: defer.CancelledError | None = None
        while not inner.called:
            try:
                await shield(self, inner)
            except defer.CancelledError as error:
                interruption = error  # Unless it is that of `inner`, raised below.
        value: T = await inner
        if interruption is not None:
            raise interruption
        return value

    async def current_task(self) -> TwistedTask | None:
        return await CURRENT_TASK

    def due(self, handle: Any, /) -> float | None:
        if hasattr(handle, "getTime"):  # The reactor's own.
            return float(self.now() + handle.getTime() - handle.seconds())
        return super().due(handle)

    def statistics(self) -> Statistics:
        return Statistics(tasks=tuple(self._tasks))


hide_frames_of(TwistedDriver.statistics)
