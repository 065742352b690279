"""Results that become available later."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Generator, Iterable
from typing import (
    Any,
    ClassVar,
    Literal,
    ParamSpec,
    Protocol,
    TypeGuard,
    TypeVar,
    overload,
)

from txaio_interfaces._failures import IFailedFuture
from txaio_interfaces._scopes import IMoveOnScope, IScope


P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class IFuture(Protocol[T_co]):
    """A result that is pending, or permanently settled with a value or a failure.

    It is the backend's native object: an `asyncio.Future`, a Twisted `Deferred`
    or an instance of the AnyIO backend's own class.
    Await it any number of times, or pass it to the methods of `IFutures`.

    This is a protocol, which native futures satisfy without inheriting from it.
    To check an object at run time, use `IFutures.is_future`.
    """

    @abstractmethod
    def __await__(self) -> Generator[Any, Any, T_co]:
        """Wait until the future is settled; return its value or raise its exception."""

    @abstractmethod
    def cancel(self) -> object:
        """Request that the future be cancelled.

        Prefer `IFutures.cancel`, which behaves the same on every backend.
        """


class IFutures(ABC):
    """Create, settle, follow and cancel futures."""

    CancelledError: ClassVar[type[BaseException]]
    """The exception that errbacks and awaiters of a cancelled future get."""

    InvalidStateError: ClassVar[type[Exception]]
    """Raised by `resolve` and `reject` if the future is already settled.

    And by `result` if it is not.
    """

    @abstractmethod
    def create_future(
        self,
        result: Any = ...,
        error: Exception | IFailedFuture | None = ...,
        canceller: Callable[[Any], object] | None = None,
    ) -> IFuture[Any]:
        """Return a pending future, or one settled with *result* or *error*.

        *canceller* is called once, with the future, if the future is cancelled while
        pending; it cannot change the outcome, and an exception it raises is reported.
        A coroutine function is reported, too, as nothing would run its coroutine.
        If *error* is None, the exception being handled is used.

        Raises `ValueError` if *result* and *error* are both given,
        `TypeError` as `reject` does.
        """

    @abstractmethod
    def create_future_success(self, result: T) -> IFuture[T]:
        """Return a future that is settled with *result*."""

    @abstractmethod
    def create_future_error(
        self, error: Exception | IFailedFuture | None = None
    ) -> IFuture[Any]:
        """Return a future that has failed with *error*, as if by `reject`."""

    @overload
    @abstractmethod
    def as_future(
        self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]: ...

    @overload
    @abstractmethod
    def as_future(
        self, fn: Callable[P, Awaitable[T] | T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]: ...

    @overload
    @abstractmethod
    def as_future(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]: ...

    @abstractmethod
    def as_future(
        self, fn: Callable[P, Any], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[Any]:
        """Call *fn* with the arguments and return its outcome as a future.

        A value settles the future, an exception fails it; a future that *fn* returns
        is passed through.
        A coroutine (or another awaitable) is run in a copy of the caller's context,
        and keeps running even if no reference to the future is kept.
        Whether it has taken its first step when this returns is unspecified.
        `KeyboardInterrupt` and `SystemExit` propagate; they do not become failures.

        Raises `TypeError` if *fn* is an async generator function, or a coroutine
        object: pass the function itself, without calling it.
        """

    @abstractmethod
    def is_future(self, obj: object) -> TypeGuard[IFuture[Any]]:
        """Return True if *obj* is a future that this backend accepts."""

    @abstractmethod
    def is_called(self, future: IFuture[Any]) -> bool:
        """Return True if *future* is settled.

        It then has a value, has failed or was cancelled.
        """

    @abstractmethod
    def result(self, future: IFuture[T]) -> T:
        """Return the value of *future*, which is settled, or raise its exception.

        The failure counts as retrieved and is not reported any more.

        Raises `InvalidStateError` if it is pending, and `CancelledError` if it was
        cancelled.
        """

    @abstractmethod
    def resolve(self, future: IFuture[Any], result: Any = None) -> None:
        """Settle *future* with *result*; does nothing if it was cancelled.

        Raises `InvalidStateError` if it is already settled, `RuntimeError` if it
        represents a running coroutine, whose return value settles it.
        """

    @abstractmethod
    def reject(
        self, future: IFuture[Any], error: Exception | IFailedFuture | None = None
    ) -> None:
        """Fail *future* with *error*, or with the exception being handled.

        Does nothing if *future* was cancelled.
        `StopIteration` and `GeneratorExit` cannot be raised in a coroutine:
        they are replaced by a `RuntimeError` whose cause they are.

        Raises `TypeError` if *error* is neither an `Exception` nor an `IFailedFuture`,
        `RuntimeError` if it is omitted and no exception is being handled
        (or if *future* represents a running coroutine),
        `InvalidStateError` if *future* is already settled.
        """

    @abstractmethod
    def cancel(self, future: IFuture[Any], msg: str | None = None) -> None:
        """Cancel *future*; *msg* becomes the message of its `CancelledError`.

        A plain future is settled immediately.
        In a coroutine, `CancelledError` is raised at its await; it cleans up, and its
        future is settled when it ends.
        Cancelling it again does not interrupt the clean-up.
        If *future* is already settled, this does nothing.
        """

    @abstractmethod
    def add_callbacks(
        self,
        future: IFuture[T],
        callback: Callable[[T], object] | None,
        errback: Callable[[IFailedFuture], object] | None,
    ) -> IFuture[T]:
        """Call *callback* with the value of *future*, or *errback* with its failure.

        Exactly one of the two is called, once, in the context of this call.
        Its return value is ignored, and an exception it raises is reported;
        every other callback receives the same outcome.
        A coroutine function is reported, too: to have it run, pass
        ``functools.partial(txa.as_future, fn)``.
        Whether it is called inside `resolve` or in a later iteration of the event loop
        is unspecified.
        Returns *future*.

        Raises `ValueError` if both are None.
        """

    @overload
    @abstractmethod
    def gather(
        self,
        futures: Iterable[Awaitable[T]],
        consume_exceptions: Literal[True] = True,
    ) -> IFuture[list[T | IFailedFuture]]: ...

    @overload
    @abstractmethod
    def gather(
        self, futures: Iterable[Awaitable[T]], consume_exceptions: Literal[False]
    ) -> IFuture[list[T]]: ...

    @overload
    @abstractmethod
    def gather(
        self, futures: Iterable[Awaitable[T]], consume_exceptions: bool
    ) -> IFuture[list[T | IFailedFuture]]: ...

    @abstractmethod
    def gather(
        self, futures: Iterable[Awaitable[T]], consume_exceptions: bool = True
    ) -> IFuture[list[T]] | IFuture[list[T | IFailedFuture]]:
        """Return a future of the list of results, in the order of *futures*.

        Coroutine objects are accepted, too.
        If *consume_exceptions* is true, the list has the `IFailedFuture` of a failed
        member in its place.
        If it is false, the first error fails the returned future immediately;
        the other members continue, and their later failures are not reported.
        Cancelling the returned future cancels the members that are pending; it is
        settled when the last of them has ended.

        Raises `TypeError` if a member cannot be awaited, or if *futures* is a future.
        """

    @abstractmethod
    def shield(self, future: Awaitable[T]) -> IFuture[T]:
        """Return a future that follows *future* and can be cancelled without it.

        A coroutine is accepted, too, and is run.
        """

    @abstractmethod
    def timeout(self, future: Awaitable[T], seconds: float) -> IFuture[T]:
        """Return a future that follows *future* for at most *seconds*.

        After that time *future* is cancelled; when it has ended, the returned future
        fails with `TimeoutError`, or has the value or the error that *future* has made
        of its cancellation.
        Cancelling the returned future cancels *future*, and waits for it likewise.
        A coroutine is accepted, too; to limit the time of a part of one, use
        `fail_after`.

        Raises `ValueError` if *seconds* is NaN, `TypeError` if it is not a number.
        """

    @abstractmethod
    def fail_after(self, seconds: float) -> IScope:
        """Return a scope whose body may take *seconds*, or it raises `TimeoutError`.

        ::

            async with txa.fail_after(5):
                connection = await connect()

        The error comes when the body has ended, with its cancellation: see `IScope`.

        Raises `TypeError` if *seconds* is not a number, and `ValueError` if it is NaN.
        To enter the scope raises `RuntimeError` where nothing could cancel the
        coroutine, on Twisted in those that Twisted itself drives.
        """

    @abstractmethod
    def move_on_after(self, seconds: float) -> IMoveOnScope:
        """Return a scope whose body may take *seconds*, and is left after that.

        No error is raised; `IScope.expired` says whether it took longer.

        Raises what `fail_after` raises.
        """

    @abstractmethod
    async def uncancelled(
        self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Await ``fn(*args, **kwargs)`` to its end, even if the caller is cancelled.

        Intended for clean-up in a ``finally`` clause.
        A cancellation that arrives in the meantime is raised at the caller's next
        await.
        """
