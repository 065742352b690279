"""The functions of the module that are methods of the selected backend.

Each is declared once, here, with its types and its docstring, and has no body:
`_forward` replaces it with a function that calls the method of the same name.
`txaio`, `txaio.aio` and `txaio.tx` re-export all of them.

These functions look up the backend at each call.
That is why they can be imported before a backend is selected, as in
``from txaio import create_future``, and work once one is.
But a call that looks up the backend takes up to four times as long as a call of the
method: so when a backend is selected, `txaio` rebinds its own names, once, to the
methods (see `Selection.follow`).
`txaio.aio` and `txaio.tx` bind theirs to the methods of their backends when they are
imported.
"""

# The functions have no bodies, though they return something.
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import wraps
from types import TracebackType
from typing import Any, Literal, ParamSpec, TypeGuard, TypeVar, cast, overload

from txaio._selection import SELECTION
from txaio_common import UNSET
from txaio_interfaces import IBatchedTimer, IDelayedCall, IFailedFuture, IFuture


F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class NativeFuture(IFuture[T_co]):
    """A future with all attributes that the framework's own futures have."""

    def __getattr__(self, name: str) -> Any:
        """Return an attribute that only the framework's futures have."""


def _forward(declaration: F) -> F:
    """Return a function that calls the backend's method of the name declared.

    It has the signature and the docstring of *declaration*, which is never called.
    """
    name = declaration.__name__

    @wraps(declaration)
    def forward(*args: Any, **kwargs: Any) -> Any:
        return getattr(SELECTION.backend, name)(*args, **kwargs)

    return cast("F", forward)


@_forward
def create_future(
    result: Any = UNSET,
    error: Exception | IFailedFuture | None = UNSET,
    canceller: Callable[[Any], object] | None = None,
) -> NativeFuture[Any]:
    """Return a pending future, or one settled with *result* or *error*.

    It is the native future: an `asyncio.Future`, a Twisted `Deferred` or that of the
    AnyIO backend.
    """


@_forward
def create_future_success(result: T) -> NativeFuture[T]:
    """Return a future that is settled with *result*."""


@_forward
def create_future_error(
    error: Exception | IFailedFuture | None = None,
) -> NativeFuture[Any]:
    """Return a future that has failed with *error*, or the exception being handled."""


@overload
def as_future(
    fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
) -> NativeFuture[T]: ...


@overload
def as_future(
    fn: Callable[P, Awaitable[T] | T], /, *args: P.args, **kwargs: P.kwargs
) -> NativeFuture[T]: ...


@overload
def as_future(
    fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
) -> NativeFuture[T]: ...


@_forward
def as_future(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call *fn* and return a future of its result."""


@_forward
def is_future(obj: object) -> TypeGuard[NativeFuture[Any]]:
    """Tell whether *obj* is a future that the other functions accept."""


@_forward
def is_called(future: IFuture[Any]) -> bool:
    """Tell whether *future* is settled: it has a value, failed or was cancelled."""


@_forward
def resolve(future: IFuture[Any], result: Any = None) -> None:
    """Settle *future* with *result*; does nothing if it was cancelled."""


@_forward
def reject(
    future: IFuture[Any], error: Exception | IFailedFuture | None = None
) -> None:
    """Fail *future* with *error*, or with the exception being handled."""


@_forward
def cancel(future: IFuture[Any], msg: str | None = None) -> None:
    """Cancel *future*; *msg* becomes the text of its `CancelledError`."""


@_forward
def add_callbacks(
    future: IFuture[T],
    callback: Callable[[T], object] | None,
    errback: Callable[[IFailedFuture], object] | None,
) -> NativeFuture[T]:
    """Call *callback* with the value of *future*, or *errback* with its failure."""


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


@_forward
def gather(
    futures: Iterable[Awaitable[Any]], consume_exceptions: bool = True
) -> NativeFuture[Any]:
    """Return a future of the list of the results, in the order of *futures*."""


@_forward
def call_later(
    delay: float, func: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs
) -> IDelayedCall:
    """Call *func* with the arguments *delay* seconds from now."""


@_forward
def sleep(delay: float) -> NativeFuture[None]:
    """Return a future that is settled *delay* seconds from now."""


@_forward
def make_batched_timer(bucket_seconds: float, chunk_size: int = 100) -> IBatchedTimer:
    """Return a timer whose calls are made in buckets of *bucket_seconds*."""


@_forward
def create_failure(exception: BaseException | None = None) -> IFailedFuture:
    """Wrap *exception*, or the one being handled, together with its traceback."""


@_forward
def failure_message(fail: IFailedFuture | BaseException) -> str:
    """Return ``"Type: text"`` of *fail* on one line; never raises."""


@_forward
def failure_traceback(fail: IFailedFuture | BaseException) -> TracebackType | None:
    """Return the traceback object of *fail*, or None if it has none."""


@_forward
def failure_format_traceback(fail: IFailedFuture | BaseException) -> str:
    """Return the traceback of *fail* as Python prints it; never raises."""


__all__ = [
    "add_callbacks",
    "as_future",
    "call_later",
    "cancel",
    "create_failure",
    "create_future",
    "create_future_error",
    "create_future_success",
    "failure_format_traceback",
    "failure_message",
    "failure_traceback",
    "gather",
    "is_called",
    "is_future",
    "make_batched_timer",
    "reject",
    "resolve",
    "sleep",
]
