"""Results that come later."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Generator, Iterable
from typing import Any, ClassVar, Literal, ParamSpec, Protocol, TypeVar, overload

from txaio_interfaces._failures import IFailedFuture


P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class IFuture(Protocol[T_co]):
    """A result that is pending, or settled for good with a value or a failure.

    It is the backend's native object: an `asyncio.Future`, a Twisted `Deferred`
    or the AnyIO backend's own.
    Await it, as often as you like, or hand it to the methods of `IFutures`.

    This is a protocol, which native futures satisfy without inheriting from it;
    at run time, ask `IFutures.is_future`.
    """

    @abstractmethod
    def __await__(self) -> Generator[Any, Any, T_co]:
        """Wait until the future is settled; give its value or raise its exception."""

    @abstractmethod
    def cancel(self) -> object:
        """Ask the future to end; prefer `IFutures.cancel`, the same everywhere."""


class IFutures(ABC):
    """Make futures, settle them, follow them, cancel them."""

    CancelledError: ClassVar[type[BaseException]]
    """What errbacks and awaiters of a cancelled future see."""

    InvalidStateError: ClassVar[type[Exception]]
    """Raised by `resolve` and `reject` on a future that is settled already."""

    @abstractmethod
    def create_future(
        self,
        result: Any = ...,
        error: Exception | IFailedFuture | None = ...,
        canceller: Callable[[Any], object] | None = None,
    ) -> IFuture[Any]:
        """Return a pending future, or one settled with *result* or *error*.

        *canceller* is called once, with the future, if it is cancelled while pending;
        it cannot change the outcome, and what it raises is reported.
        With *error* None the exception being handled is taken.

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
        """Return a future that has failed with *error*, as `reject` takes it."""

    @overload
    @abstractmethod
    def as_future(
        self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
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
        """Call *fn* with the arguments and return whatever comes of it as a future.

        A value settles it, an exception fails it, a future is handed on.
        A coroutine (or another awaitable) is run in a copy of the caller's context,
        and goes on even if nobody keeps the future.
        `KeyboardInterrupt` and `SystemExit` are raised, not turned into failures.

        Raises `TypeError` if *fn* is an async generator function, or a coroutine:
        the function is handed over, and not called.
        """

    @abstractmethod
    def is_future(self, obj: object) -> bool:
        """Tell whether *obj* is a future that this backend takes."""

    @abstractmethod
    def is_called(self, future: IFuture[Any]) -> bool:
        """Tell whether *future* is settled: it has a value, failed or was cancelled."""

    @abstractmethod
    def resolve(self, future: IFuture[Any], result: Any = None) -> None:
        """Settle *future* with *result*; does nothing if it was cancelled.

        Raises `InvalidStateError` if it is settled already, `RuntimeError` if it
        stands for a running coroutine, whose return value settles it.
        """

    @abstractmethod
    def reject(
        self, future: IFuture[Any], error: Exception | IFailedFuture | None = None
    ) -> None:
        """Fail *future* with *error*, or with the exception being handled.

        A `StopIteration` cannot be raised from a coroutine
        and arrives as a `RuntimeError` with it as its cause.
        Does nothing if *future* was cancelled.

        Raises `TypeError` if *error* is neither an `Exception` nor an `IFailedFuture`,
        `RuntimeError` if it is left out and no exception is being handled
        (or *future* stands for a running coroutine),
        `InvalidStateError` if *future* is settled already.
        """

    @abstractmethod
    def cancel(self, future: IFuture[Any], msg: str | None = None) -> None:
        """Cancel *future*; *msg* becomes the text of its `CancelledError`.

        A plain future is settled at once.
        A coroutine sees `CancelledError` at its await, cleans up, and settles its
        future when it ends; cancelling it again does not interrupt the clean-up.
        A settled future stays as it is.
        """

    @abstractmethod
    def add_callbacks(
        self,
        future: IFuture[T],
        callback: Callable[[T], object] | None,
        errback: Callable[[IFailedFuture], object] | None,
    ) -> IFuture[T]:
        """Call *callback* with the value of *future*, or *errback* with its failure.

        Exactly one is called, once, in the context of this call.
        What it returns is ignored, what it raises is reported;
        every other callback sees the same outcome.
        Whether it is called inside `resolve` or in a later turn is unspecified.
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
        """Return a future of the list of the results, in the order of *futures*.

        Coroutine objects are taken, too.
        With *consume_exceptions* the place of a failed member holds its
        `IFailedFuture`; without, the first error fails the whole at once,
        while the other members go on and their later failures make no noise.
        Cancelling it cancels the members that are pending.

        Raises `TypeError` if a member cannot be awaited, or if *futures* is a future.
        """

    @abstractmethod
    def shield(self, future: Awaitable[T]) -> IFuture[T]:
        """Return a future that follows *future* and may be cancelled without it.

        A coroutine is taken, too, and run.
        """

    @abstractmethod
    def timeout(self, future: Awaitable[T], seconds: float) -> IFuture[T]:
        """Return a future that follows *future*, or a coroutine, for *seconds*.

        After that *future* is cancelled, and it fails with `TimeoutError`:
        once the canceller of *future* was called, but before clean-up is done.
        Cancelling it cancels *future*.

        Raises `ValueError` if *seconds* is NaN, `TypeError` if it is no number.
        """

    @abstractmethod
    async def uncancelled(
        self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Await ``fn(*args, **kwargs)`` to its end, though the caller is cancelled.

        Meant for clean-up in a ``finally`` clause.
        A cancellation that arrives meanwhile is raised at the caller's next await.
        """
