"""What an event loop has to give, so that a `Backend` works on it.

A backend distribution is a driver, the futures that it makes, and `run`.  `Backend` has
every method that a library sees, once, for all loops, and asks a driver for the rest.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping, Sequence
from types import CoroutineType
from typing import Any, NamedTuple, Protocol, TypeVar

from txaio_common._cancel_scope import CancelScope
from txaio_common._checks import reject_unawaited_coroutine
from txaio_common._failures import FailedFuture
from txaio_common._logging import Emitter, RecordEmitter
from txaio_common._outcome import UNSET, FailedOutcome
from txaio_common._running import Running, coroutine_of
from txaio_interfaces import IFailedFuture, IFuture


T = TypeVar("T")

_PENDING = "the future is pending: await it, or use add_callbacks"


class Handle(Protocol):
    """A call that a loop was asked to make."""

    def cancel(self) -> object:
        """Cancel the call, which was not cancelled before.

        If cancellers run in a later turn than `Driver.cancel`, the call may have been
        made: then this does nothing.
        """


class Statistics(NamedTuple):
    """What runs on a driver, and what it waits for, as far as the driver knows."""

    tasks: tuple[IFuture[Any], ...] = ()
    """The futures of the coroutines that run."""
    timers: tuple[tuple[Callable[..., object], float], ...] = ()
    """The driver's own delayed calls, each with its time in seconds of `Driver.now`.

    Those that the framework keeps are not among them.
    """
    awaited: tuple[IFuture[Any], ...] = ()
    """The futures that coroutines wait for."""


class Driver(ABC):
    """The primitives of one event loop, in terms of its own futures.

    A `Backend` checks arguments before it calls a driver: *future* is an instance of
    `future_type`, *fn* takes no arguments unless they are named.  All methods are
    called in the loop's thread, but for `call_from_thread`, `now`, `report` and `wrap`,
    and those that only read state.

    Callbacks of `listen`, cancellers and the first step of a coroutine may run inside
    the method that leads to them: `listen` or `resolve`, `cancel`, `spawn`.  All other
    functions are called in a coming turn of the loop.
    """

    name: str
    """What `IBackend.name` returns."""

    future_type: type[Any]
    """What `IFutures.is_future` accepts: all futures of the event loop."""

    own_type: type[Any]
    """What `create_future` makes: `adopt` turns others into instances of it."""

    future_noun: str = "a future of this backend"
    """How an error names what should have been a future."""

    failure_type: type[Any] = FailedFuture
    """What `wrap` returns."""

    cancelled_error: type[BaseException]
    """Raised where a cancelled future is awaited."""

    invalid_state_error: type[Exception]
    """Raised by `resolve` and `reject` if the future is settled already."""

    emitter: Emitter = RecordEmitter(lambda: None)
    """Where log messages go.

    By default they go to the standard library's logging, without the names of tasks.
    """

    check: Callable[[], object] | None = None
    """Raises `RuntimeError` where this driver must not be used; None if it always may.

    A backend asks before it calls a user's function, and gives it to handles.
    """

    has_ended: bool = False
    """Whether the loop has ended: timers that it still has make no calls then."""

    to_cancel: deque[tuple[IFuture[Any], str | None]] | None = None
    """What `gather` and `timeout` still have to cancel, while they do that."""

    followers: MutableMapping[IFuture[Any], Any] | None = None
    """For each pending future those that `shield` has made of it."""

    # Time

    @abstractmethod
    def now(self) -> float:
        """Return the monotonic time, in seconds.

        Batched timers ask with each message: an attribute that is a function, say
        `time.monotonic` itself, saves half of the time.
        """

    @abstractmethod
    def call_soon(self, fn: Callable[[], object], /) -> Handle:
        """Call *fn* in a coming turn of the loop, in the order of these calls."""

    @abstractmethod
    def call_at(self, when: float, fn: Callable[[], object], /) -> Handle:
        """Call *fn* at *when*, a time of `now` that has not come and is finite.

        Never call it earlier: if the loop's timers are early, add what they are early
        by.
        """

    def call_later(self, delay: float, fn: Callable[[], object], /) -> Handle:
        """Call *fn* after *delay* seconds, which are finite and more than 0."""
        return self.call_at(self.now() + delay, fn)

    def call_soon_unordered(self, fn: Callable[[], object], /) -> None:
        """Call *fn*, which raises nothing, in a coming turn, in any order."""
        self.call_soon(fn)

    # Threads

    @abstractmethod
    def call_from_thread(self, fn: Callable[[], object], /) -> None:
        """Call *fn* in the loop's thread, in this context; used in any thread.

        It wakes a loop that sleeps. Calls from one thread keep their order, and what
        they raise goes to `report`.

        Raises `RuntimeError` if the loop has ended.
        """

    @abstractmethod
    def run_in_thread(self, fn: Callable[[], Any], /) -> IFuture[Any]:
        """Return a future of what *fn* returns or raises in a worker thread.

        It is called in a copy of this context, and raises no `StopIteration` and no
        `GeneratorExit`.
        `KeyboardInterrupt` and `SystemExit` are no more than its failure.
        """

    # Errors

    @abstractmethod
    def report(self, text: str, exception: BaseException, /) -> None:
        """Report an *exception* that nothing else handles, the framework's own way.

        *text* says where it was raised.
        """

    def wrap(self, exception: BaseException, /) -> IFailedFuture:
        """Return a failure that holds *exception* and the traceback that it has now."""
        return FailedFuture(exception)

    # Futures

    @abstractmethod
    def create_future(self) -> IFuture[Any]:
        """Return a pending future."""

    @abstractmethod
    def set_canceller(self, future: Any, canceller: Callable[[Any], object], /) -> None:
        """Call ``canceller(future)`` in this context if *future* is cancelled.

        It runs before the callbacks of `listen`, cannot change the outcome, and what it
        raises goes to `report`.  A new future is given at most one.
        """

    @abstractmethod
    def create_owner(
        self,
        owned: Sequence[IFuture[Any]],
        cancel_owned: Callable[[str | None], bool],
        /,
    ) -> IFuture[Any]:
        """Return a pending future that is to end after the futures that it *owned*.

        `cancel` of it, and of what awaits it, calls ``cancel_owned(message)``, which
        cancels those futures and tells whether they have ended.  If so, the future is
        settled as any other; if not, it stays pending, and is cancelled again later.
        """

    @abstractmethod
    def resolve(self, future: Any, value: Any, /) -> None:
        """Settle *future* with *value*; do nothing if it was cancelled.

        Raises `invalid_state_error` if it is settled otherwise, `RuntimeError` if it is
        the future of a coroutine that runs.
        """

    @property
    def resolve_own(self) -> Callable[[Any, Any], object]:
        """What does the same for a future whose type is `own_type`, maybe faster."""
        return self.resolve

    @abstractmethod
    def reject(self, future: Any, failure: Any, /) -> None:
        """Fail *future* with *failure*, which is of `failure_type`.

        Ignores a cancelled future and raises as `resolve` does.
        """

    @abstractmethod
    def cancel(self, future: Any, message: str | None = None, /) -> None:
        """Cancel *future*; *message* becomes the text of the `cancelled_error`.

        A plain future is settled at once. That of a coroutine is settled when the
        coroutine has ended: it sees the error at its await, after the future that it
        awaits has been cancelled and has ended. A settled future stays as it is.
        """

    @abstractmethod
    def is_settled(self, future: Any, /) -> bool:
        """Tell whether *future* has a value, has failed, or was cancelled."""

    @abstractmethod
    def listen(self, future: Any, fn: Callable[[Any], object], /) -> None:
        """Call ``fn(future)`` in this context, once it is settled.

        Callbacks are called in order. This does not count as retrieving a failure. What
        *fn* raises goes to `report`. *fn* may be given another future than this one
        that has the same outcome, and to which the other methods apply.
        """

    @abstractmethod
    def peek(self, future: Any, /) -> Any:
        """Return the value of a settled *future*, or UNSET if it has none.

        This does not count as retrieving a failure.
        """

    @abstractmethod
    def failure(self, future: Any, /) -> IFailedFuture | None:
        """Return the failure of a settled *future*, or None if it has a value.

        The failure counts as retrieved and is not reported any more.
        """

    def outcome(self, future: Any, /) -> Any:
        """Return the value of *future*, or its failure, retrieved; UNSET if pending."""
        if not self.is_settled(future):
            return UNSET
        failure = self.failure(future)
        return self.peek(future) if failure is None else failure

    def result(self, future: Any, /) -> Any:
        """Return the value of *future*, or raise its exception, which is retrieved.

        However often it is raised, its traceback does not grow.

        Raises `invalid_state_error` if *future* is pending.
        """
        if not self.is_settled(future):
            raise self.invalid_state_error(_PENDING)
        failure = self.failure(future)
        if failure is None:
            return self.peek(future)
        is_cancellation = isinstance(failure.value, self.cancelled_error)
        try:
            return FailedOutcome(failure, is_cancellation=is_cancellation).unwrap()
        finally:
            del future, failure  # See `txaio_common.Outcome`.

    def call_back(self, callback: Callable[[Any], object], future: Any, /) -> None:
        """Call *callback* with the value of *future*, if it has one.

        A failure does not count as retrieved.

        Raises `TypeError` if *callback* is a coroutine function: nothing awaits what it
        returns.
        """
        value = self.peek(future)
        if value is not UNSET:
            result = callback(value)
            if type(result) is CoroutineType:
                reject_unawaited_coroutine(result, callback)

    def call_either(
        self,
        callback: Callable[[Any], object] | None,
        errback: Callable[[IFailedFuture], object],
        future: Any,
        /,
    ) -> None:
        """Call *errback* with the failure of *future*, or *callback* with its value.

        Raises `TypeError` as `call_back` does.
        """
        failure = self.failure(future)
        fn: Any = callback if failure is None else errback
        if fn is not None:
            result = fn(self.peek(future) if failure is None else failure)
            if type(result) is CoroutineType:
                reject_unawaited_coroutine(result, fn)

    # Coroutines

    @abstractmethod
    def spawn(self, coroutine: Coroutine[Any, Any, Any], /) -> IFuture[Any]:
        """Run *coroutine* in a copy of this context, and return its future.

        It is kept while it runs, and closed if it cannot be run.
        """

    def adopt(self, awaitable: Any, /) -> IFuture[Any]:
        """Return a future that follows *awaitable*, or that it is.

        *awaitable* is not a coroutine: it is a future of the loop or any other object
        that can be awaited.
        """
        if isinstance(awaitable, self.future_type):
            future: IFuture[Any] = awaitable
            return future
        return self.spawn(as_coroutine(awaitable))

    @abstractmethod
    def uncancelled(
        self, call: Callable[[], Awaitable[T]], /
    ) -> Coroutine[Any, Any, T]:
        """Await ``call()`` to its end, even if the awaiting coroutine is cancelled.

        A cancellation that comes meanwhile is raised at that coroutine's next await.
        """

    @abstractmethod
    def create_scope(self) -> CancelScope:
        """Return what can cancel a block of the coroutine that enters it."""

    @abstractmethod
    def interrupt(self, future: Any, /) -> None:
        """Cancel the coroutine of *future*, one of `Statistics.tasks`, once more.

        This is how a backend ends coroutines whose clean-up takes too long: its await
        raises again, unless it is inside `uncancelled`.
        """

    @abstractmethod
    def statistics(self) -> Statistics:
        """Return what runs, for `end_tasks` and for tools that look for leftovers."""

    def due(self, handle: Any, /) -> float | None:
        """Return the time of `now` at which *handle* is due, for messages.

        Returns None if it is due soon, or does not know its time.
        """
        when = getattr(handle, "when", None)
        return None if when is None else when()

    def running(self) -> list[Running]:
        """Return the coroutines that run, for messages: see `txaio_common.running`.

        These are those of `Statistics.tasks`, if their futures have the attributes of
        `BaseTask`.
        """
        return [
            Running(coroutine_of(task), getattr(task, "awaited", None))
            for task in self.statistics().tasks
        ]


class HasDriver(Protocol):
    """A backend, whose driver is another one once its loop has ended."""

    @property
    def driver(self) -> Driver:
        """The driver to use now."""
        ...


async def as_coroutine(awaitable: Awaitable[T]) -> T:
    """Await *awaitable* in a coroutine, where a coroutine is needed."""
    return await awaitable
