"""The functions as they are before a backend is selected.

They find the backend with each call: so they work later, too, for those who have
imported them before it was there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from txaio._selection import SELECTION
from txaio_common import UNSET


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from types import TracebackType
    from typing import Literal, ParamSpec, Protocol, TypeVar, overload

    from txaio_interfaces import IBatchedTimer, IDelayedCall, IFailedFuture, IFuture

    P = ParamSpec("P")
    T = TypeVar("T")
    T_co = TypeVar("T_co", covariant=True)

    class NativeFuture(IFuture[T_co], Protocol):
        """A future with all that the framework's own have."""

        def __getattr__(self, name: str) -> Any:
            """Return what only the application knows to be there."""


def _native(future: IFuture[T]) -> NativeFuture[T]:
    return cast("NativeFuture[T]", future)


def create_future(
    result: Any = UNSET,
    error: Exception | IFailedFuture | None = UNSET,
    canceller: Callable[[Any], object] | None = None,
) -> NativeFuture[Any]:
    """Return a pending future, or one settled with *result* or *error*.

    It is native: an `asyncio.Future`, a Twisted `Deferred` or the AnyIO backend's own.
    """
    return _native(SELECTION.backend.create_future(result, error, canceller))


def create_future_success(result: T) -> NativeFuture[T]:
    """Return a future that is settled with *result*."""
    return _native(SELECTION.backend.create_future_success(result))


def create_future_error(
    error: Exception | IFailedFuture | None = None,
) -> NativeFuture[Any]:
    """Return a future that has failed with *error*, or the exception being handled."""
    return _native(SELECTION.backend.create_future_error(error))


if TYPE_CHECKING:

    @overload
    def as_future(
        fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> NativeFuture[T]: ...

    @overload
    def as_future(
        fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> NativeFuture[T]: ...


def as_future(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call *fn* and return whatever comes of it as a future."""
    return SELECTION.backend.as_future(fn, *args, **kwargs)


def is_future(obj: object) -> bool:
    """Tell whether *obj* is a future that the other functions take."""
    return SELECTION.backend.is_future(obj)


def is_called(future: IFuture[Any]) -> bool:
    """Tell whether *future* is settled: it has a value, failed or was cancelled."""
    return SELECTION.backend.is_called(future)


def resolve(future: IFuture[Any], result: Any = None) -> None:
    """Settle *future* with *result*; does nothing if it was cancelled."""
    SELECTION.backend.resolve(future, result)


def reject(
    future: IFuture[Any], error: Exception | IFailedFuture | None = None
) -> None:
    """Fail *future* with *error*, or with the exception being handled."""
    SELECTION.backend.reject(future, error)


def cancel(future: IFuture[Any], msg: str | None = None) -> None:
    """Cancel *future*; *msg* becomes the text of its `CancelledError`."""
    SELECTION.backend.cancel(future, msg)


def add_callbacks(
    future: IFuture[T],
    callback: Callable[[T], object] | None,
    errback: Callable[[IFailedFuture], object] | None,
) -> NativeFuture[T]:
    """Call *callback* with the value of *future*, or *errback* with its failure."""
    return _native(SELECTION.backend.add_callbacks(future, callback, errback))


if TYPE_CHECKING:

    @overload
    def gather(
        futures: Iterable[Awaitable[T]], consume_exceptions: Literal[True] = True
    ) -> NativeFuture[list[T | IFailedFuture]]: ...

    @overload
    def gather(  # pyright: ignore[reportOverlappingOverload]
        futures: Iterable[Awaitable[T]], consume_exceptions: Literal[False]
    ) -> NativeFuture[list[T]]: ...

    @overload
    def gather(
        futures: Iterable[Awaitable[T]], consume_exceptions: bool
    ) -> NativeFuture[list[T | IFailedFuture]]: ...


def gather(
    futures: Iterable[Awaitable[Any]], consume_exceptions: bool = True
) -> NativeFuture[Any]:
    """Return a future of the list of the results, in the order of *futures*."""
    gathered: Any = SELECTION.backend.gather(futures, consume_exceptions)
    return _native(gathered)


def call_later(
    delay: float, func: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs
) -> IDelayedCall:
    """Call *func* with the arguments *delay* seconds from now."""
    return SELECTION.backend.call_later(delay, func, *args, **kwargs)


def sleep(delay: float) -> NativeFuture[None]:
    """Return a future that is settled *delay* seconds from now."""
    return _native(SELECTION.backend.sleep(delay))


def make_batched_timer(bucket_seconds: float, chunk_size: int = 100) -> IBatchedTimer:
    """Return a timer whose calls are made in buckets of *bucket_seconds*."""
    return SELECTION.backend.make_batched_timer(bucket_seconds, chunk_size)


def create_failure(exception: BaseException | None = None) -> IFailedFuture:
    """Wrap *exception*, or the one being handled, together with its traceback."""
    return SELECTION.backend.create_failure(exception)


def failure_message(fail: IFailedFuture | BaseException) -> str:
    """Return ``"Type: text"`` of *fail* on one line; never raises."""
    return SELECTION.backend.failure_message(fail)


def failure_traceback(fail: IFailedFuture | BaseException) -> TracebackType | None:
    """Return the traceback object of *fail*, or None if it has none."""
    return SELECTION.backend.failure_traceback(fail)


def failure_format_traceback(fail: IFailedFuture | BaseException) -> str:
    """Return the traceback of *fail* as Python prints it; never raises."""
    return SELECTION.backend.failure_format_traceback(fail)
