"""What follows from the primitives of a backend's futures, the same on each."""

from __future__ import annotations

from abc import abstractmethod
from inspect import isasyncgen, isawaitable, iscoroutine
from types import CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any, ClassVar

from txaio_common._checks import check_callable, check_delay
from txaio_common._failures import Failures, exception_of, raisable
from txaio_common._followers import Shield, Timeout
from txaio_common._gather import UNSET, GatherAll, GatherUntilFailure


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable
    from typing import Literal, ParamSpec, TypeVar, overload

    from txaio_interfaces import IFailedFuture, IFuture

    P = ParamSpec("P")
    T = TypeVar("T")


class Futures(Failures):
    """Futures of any backend, over the primitives that are abstract here."""

    _a_future: ClassVar[str] = "a future of this backend"
    """What an error calls a future of this backend's."""

    @abstractmethod
    def _new_future(self, canceller: Callable[[Any], object] | None) -> IFuture[Any]:
        """Return a pending future."""

    @abstractmethod
    def _reject(self, future: IFuture[Any], exception: Exception) -> None:
        """Fail *future* with *exception*, which is ready to be raised."""

    @abstractmethod
    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> IFuture[Any]:
        """Run *coroutine*, in a copy of this context, and return its future."""

    @abstractmethod
    def _adopt(self, awaitable: Awaitable[Any]) -> IFuture[Any]:
        """Return a future of this backend that follows *awaitable*, not a coroutine."""

    @abstractmethod
    def _on_settled(
        self, future: IFuture[Any], fn: Callable[[IFuture[Any]], object]
    ) -> None:
        """Call ``fn(future)`` once it is settled; this does not count as looking."""

    @abstractmethod
    def _failure(self, future: IFuture[Any]) -> IFailedFuture | None:
        """Return the failure of a settled *future*, and count it as looked at."""

    @abstractmethod
    def _outcome(self, future: IFuture[Any]) -> Any:
        """Return the value of *future*, or its failure, looked at; UNSET if pending."""

    def create_future(
        self,
        result: Any = UNSET,
        error: Exception | IFailedFuture | None = UNSET,
        canceller: Callable[[Any], object] | None = None,
    ) -> IFuture[Any]:
        if canceller is not None:
            check_callable(canceller, "canceller")
        if result is UNSET and error is UNSET:
            return self._new_future(canceller)
        if result is not UNSET and error is not UNSET:
            msg = "create_future takes a result or an error, not both"
            raise ValueError(msg)
        future = self._new_future(None)
        if error is UNSET:
            self.resolve(future, result)
        else:
            self.reject(future, error)
        return future

    def create_future_success(self, result: T) -> IFuture[T]:
        future = self._new_future(None)
        self.resolve(future, result)
        return future

    def create_future_error(
        self, error: Exception | IFailedFuture | None = None
    ) -> IFuture[Any]:
        future = self._new_future(None)
        self.reject(future, error)
        return future

    if TYPE_CHECKING:

        @overload
        def as_future(
            self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
        ) -> IFuture[T]: ...

        @overload
        def as_future(
            self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
        ) -> IFuture[T]: ...

    def as_future(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        try:
            value = fn(*args, **kwargs)
        except (Exception, self.CancelledError) as exception:  # noqa: BLE001 - kept
            _refuse_awaitable(fn)
            return self._failed(exception)
        if type(value) is CoroutineType:
            return self._spawn(value)
        if isasyncgen(value):
            msg = (
                f"as_future got an async generator from {fn!r}:"
                " was `await` meant where it says `yield`?"
            )
            raise TypeError(msg)
        if is_awaitable(value):
            return self._ensure(value)
        return self.create_future_success(value)

    def reject(
        self, future: IFuture[Any], error: Exception | IFailedFuture | None = None
    ) -> None:
        if isinstance(error, self.CancelledError):
            self._settle_failed(future, error)
        else:
            self._settle_failed(future, exception_of(error))

    if TYPE_CHECKING:

        @overload
        def gather(
            self,
            futures: Iterable[Awaitable[T]],
            consume_exceptions: Literal[True] = True,
        ) -> IFuture[list[T | IFailedFuture]]: ...

        @overload
        def gather(
            self, futures: Iterable[Awaitable[T]], consume_exceptions: Literal[False]
        ) -> IFuture[list[T]]: ...

        @overload
        def gather(
            self, futures: Iterable[Awaitable[T]], consume_exceptions: bool
        ) -> IFuture[list[T | IFailedFuture]]: ...

    def gather(
        self, futures: Iterable[Awaitable[Any]], consume_exceptions: bool = True
    ) -> Any:
        if is_awaitable(futures):
            # Of futures that can be iterated over, some never come to an end.
            msg = "futures must be several, in a list say: gather([future])"
            raise TypeError(msg)
        members = list(futures)
        for member in members:
            # Asked here first, it costs half as much.
            if not hasattr(type(member), "__await__") and not is_awaitable(member):
                raise TypeError(
                    "futures must hold futures and coroutines,"
                    f" not {type(member).__name__!r}: as_future(fn) makes one of what"
                    " fn returns"
                )
        kind = GatherAll if consume_exceptions else GatherUntilFailure
        return kind(self, [self._ensure(member) for member in members]).future

    def shield(self, future: Awaitable[T]) -> IFuture[T]:
        return Shield(self, self._ensure(future)).future

    def timeout(self, future: Awaitable[T], seconds: float) -> IFuture[T]:
        return Timeout(
            self, self._ensure(future), check_delay(seconds, "seconds")
        ).future

    def _ensure(self, awaitable: Awaitable[Any]) -> IFuture[Any]:
        """Return the future that *awaitable* is, or one that follows it."""
        if type(awaitable) is CoroutineType:
            return self._spawn(awaitable)
        if self.is_future(awaitable):
            return awaitable  # type: ignore[return-value]
        if not is_awaitable(awaitable):
            raise self._no_future(awaitable)
        return self._adopt(awaitable)

    def _no_future(self, value: object) -> TypeError:
        """Return what to raise where *value* stands in the place of a future."""
        text = f"future must be {self._a_future}, not {type(value).__name__!r}"
        if iscoroutine(value):
            text += ": as_future(fn) makes one of a coroutine function"
        return TypeError(text)

    def _follow(self, source: IFuture[Any], target: IFuture[Any]) -> None:
        """Settle *target* as *source*, which is settled, was."""
        failure = self._failure(source)
        if failure is None:
            self.resolve(target, self._outcome(source))
        else:
            self._settle_failed(target, failure.value)

    def _failed(self, exception: BaseException) -> IFuture[Any]:
        """Return a failed future, in no frame that the traceback keeps."""
        future = self._new_future(None)
        self._settle_failed(future, exception)
        return future

    def _settle_failed(self, future: IFuture[Any], exception: BaseException) -> None:
        if not isinstance(exception, self.CancelledError):
            self._reject(future, raisable(exception))
        elif self.is_called(future):
            self.resolve(future)  # It says what is wrong, unless it was cancelled.
        else:
            self.cancel(future, *exception.args[:1])


def is_awaitable(value: object) -> bool:
    """Tell whether ``await value`` can work; what it does is asked of the type."""
    kind = type(value)
    if hasattr(kind, "__await__"):
        return True
    # What `types.coroutine` makes of a generator function says so in its code.
    return kind is GeneratorType and isawaitable(value)


def _refuse_awaitable(fn: object) -> None:
    if is_awaitable(fn) and not callable(fn):
        if iscoroutine(fn):
            fn.close()
        raise TypeError(
            "fn is handed over and not called: as_future(fn, 1), not as_future(fn(1))"
        )


async def wait_for(awaitable: Awaitable[T]) -> T:
    """Be a coroutine, where one is needed, that awaits *awaitable*."""
    return await awaitable


async def call_and_wait(fn: Callable[..., Awaitable[T]], args: Any, kwargs: Any) -> T:
    """Be a coroutine that calls *fn* when it starts."""
    return await fn(*args, **kwargs)
