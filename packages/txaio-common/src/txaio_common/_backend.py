"""The backend: every method that a library sees, over a driver."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractContextManager
from contextvars import copy_context
from functools import partial
from inspect import isasyncgen
from os import PathLike
from threading import RLock
from types import CoroutineType, TracebackType
from typing import IO, Any, Literal, ParamSpec, TypeGuard, TypeVar, overload

from txaio_common import _logging
from txaio_common._batched import BatchedTimer
from txaio_common._checked_driver import CheckedBatchedTimer, CheckedCall
from txaio_common._checks import (
    call_canceller,
    check_batches,
    check_callable,
    check_coroutine_function,
    check_delay,
    discard_result,
    is_awaitable,
    not_a_future,
    reject_called_function,
)
from txaio_common._combinators import gather, timeout
from txaio_common._driver import Driver
from txaio_common._failures import (
    check_exception,
    current_exception,
    exception_of,
    format_traceback,
    message_of,
    reported_exception,
    traceback_of,
    value_of,
)
from txaio_common._futures import fail, failed_future, follow
from txaio_common._main import ThreadCall
from txaio_common._outcome import UNSET
from txaio_common._scopes import Scope
from txaio_common._shield import shield
from txaio_common._timers import DelayedCall, sleep
from txaio_interfaces import (
    IBackend,
    IBatchedTimer,
    IDelayedCall,
    IFailedFuture,
    IFuture,
    IMoveOnScope,
    IScope,
    LogFormat,
    LogLevel,
)


P = ParamSpec("P")
T = TypeVar("T")


class Backend(IBackend):
    """Everything a library needs, on the loop of a driver.

    A subclass makes the driver, and names the exceptions that are its driver's.
    """

    driver: Driver
    """What does the work; given by `use`."""

    def __init__(self, driver: Driver) -> None:
        """Use *driver*."""
        # A signal handler may interrupt a call of `call_from_thread`, and make one.
        self._thread_calls = RLock()
        self._refuses_thread_calls = False
        self.use(driver)

    def use(self, driver: Driver) -> None:
        """Use *driver* from now on: at the end, an `EndedDriver`."""
        self.driver = driver
        # Bound here, as looking them up takes as long as the rest of these methods.
        self._own_type = driver.own_type
        self._create_future = driver.create_future
        self._listen = driver.listen
        self._call_back = driver.call_back
        self._call_either = driver.call_either
        self._resolve_own = driver.resolve_own

    def refuse_thread_calls(self) -> None:
        """Have `call_from_thread` raise from now on: the calls would not be made."""
        with self._thread_calls:
            self._refuses_thread_calls = True

    @property
    def name(self) -> str:
        return self.driver.name

    # Futures

    def create_future(
        self,
        result: Any = UNSET,
        error: Exception | IFailedFuture | None = UNSET,
        canceller: Callable[[Any], object] | None = None,
    ) -> IFuture[Any]:
        if result is UNSET and error is UNSET:
            if canceller is None:
                return self._create_future()
            check_callable(canceller, "canceller")
            future = self.driver.create_future()
            self.driver.set_canceller(future, partial(call_canceller, canceller))
            return future
        if canceller is not None:
            check_callable(canceller, "canceller")
        if error is UNSET:
            return self.create_future_success(result)
        if result is UNSET:
            return self.create_future_error(error)
        raise ValueError("create_future takes a result or an error, not both")

    def create_future_success(self, result: T) -> IFuture[T]:
        future = self._create_future()
        self._resolve_own(future, result)
        return future

    def create_future_error(
        self, error: Exception | IFailedFuture | None = None
    ) -> IFuture[Any]:
        future = self.driver.create_future()
        self.reject(future, error)
        return future

    @overload
    def as_future(
        self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]: ...

    @overload
    def as_future(
        self, fn: Callable[P, Awaitable[T] | T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]: ...

    @overload
    def as_future(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]: ...

    def as_future(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        driver = self.driver
        if driver.check is not None:
            driver.check()
        try:
            value = fn(*args, **kwargs)
        except (Exception, driver.cancelled_error) as exception:  # noqa: BLE001 - kept
            reject_called_function(fn)
            return failed_future(driver, exception)
        if type(value) is CoroutineType:
            return driver.spawn(value)
        if isasyncgen(value):
            msg = (
                f"as_future got an async generator from {fn!r}:"
                " was `await` meant where it says `yield`?"
            )
            raise TypeError(msg)
        if is_awaitable(value):
            return driver.adopt(value)
        return self.create_future_success(value)

    def is_future(self, obj: object) -> TypeGuard[IFuture[Any]]:
        return isinstance(obj, self.driver.future_type)

    def _check_future(self, value: object) -> None:
        """Raise `TypeError` unless *value* is a future."""
        if not isinstance(value, self.driver.future_type):
            raise not_a_future(value, self.driver.future_noun)

    def is_called(self, future: IFuture[Any]) -> bool:
        if type(future) is not self._own_type:
            self._check_future(future)
        return self.driver.is_settled(future)

    def result(self, future: IFuture[T]) -> T:
        if type(future) is not self._own_type:
            self._check_future(future)
        try:
            value: T = self.driver.result(future)
        finally:
            del future  # See `txaio_common.Outcome`.
        return value

    def resolve(self, future: IFuture[Any], result: Any = None) -> None:
        if type(future) is self._own_type:
            self._resolve_own(future, result)
        else:
            self._check_future(future)
            self.driver.resolve(future, result)

    def reject(
        self, future: IFuture[Any], error: Exception | IFailedFuture | None = None
    ) -> None:
        driver = self.driver
        if type(future) is not self._own_type:
            self._check_future(future)
        if isinstance(error, driver.cancelled_error):
            fail(driver, future, error)
        elif type(error) is driver.failure_type:
            failure: Any = error
            fail(driver, future, failure.value, failure)
        else:
            fail(driver, future, exception_of(error))

    def cancel(self, future: IFuture[Any], msg: str | None = None) -> None:
        if type(future) is not self._own_type:
            self._check_future(future)
        self.driver.cancel(future, msg)
        del future  # The coroutine may fail in here: see `txaio_common.Outcome`.

    def add_callbacks(
        self,
        future: IFuture[T],
        callback: Callable[[T], object] | None,
        errback: Callable[[IFailedFuture], object] | None,
    ) -> IFuture[T]:
        if type(future) is not self._own_type:
            self._check_future(future)
        if errback is not None:
            self._listen(future, partial(self._call_either, callback, errback))
        elif callback is not None:
            self._listen(future, partial(self._call_back, callback))
        else:
            raise ValueError("add_callbacks needs a callback, an errback or both")
        return future

    @overload
    def gather(
        self, futures: Iterable[Awaitable[T]], consume_exceptions: Literal[True] = True
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
        return gather(self.driver, futures, consume_exceptions=consume_exceptions)

    def shield(self, future: Awaitable[T]) -> IFuture[T]:
        return shield(self.driver, follow(self.driver, future))

    def timeout(self, future: Awaitable[T], seconds: float) -> IFuture[T]:
        delay = check_delay(seconds, "seconds")
        return timeout(self.driver, follow(self.driver, future), delay)

    def fail_after(self, seconds: float) -> IScope:
        return Scope(self, check_delay(seconds, "seconds"), fails=True)

    def move_on_after(self, seconds: float) -> IMoveOnScope:
        return Scope(self, check_delay(seconds, "seconds"), fails=False)

    def uncancelled(
        self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, T]:
        check_coroutine_function(fn, "uncancelled")
        return self.driver.uncancelled(partial(fn, *args, **kwargs))

    # Timers and threads

    def time(self) -> float:
        return self.driver.now()

    def call_later(
        self,
        delay: float,
        func: Callable[P, object],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> IDelayedCall:
        seconds = check_delay(delay)
        check_callable(func, "func")
        if kwargs:
            func = partial(func, **kwargs)
        check = self.driver.check
        if check is not None:
            check()  # An infinite delay does not reach the driver.
        call = DelayedCall(self, copy_context(), func, args)
        call.arm(seconds)
        return call if check is None else CheckedCall(call, check)

    def call_at(
        self,
        when: float,
        func: Callable[P, object],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> IDelayedCall:
        moment = check_delay(when, "when")
        return self.call_later(moment - self.driver.now(), func, *args, **kwargs)

    def sleep(self, delay: float) -> IFuture[None]:
        return sleep(self.driver, check_delay(delay))

    def make_batched_timer(
        self, bucket_seconds: float, chunk_size: int = 100
    ) -> IBatchedTimer:
        width = check_batches(bucket_seconds, chunk_size)
        timer = BatchedTimer(self, width, chunk_size)
        check = self.driver.check
        if check is None:
            return timer
        check()
        return CheckedBatchedTimer(timer, check)

    def call_from_thread(
        self, fn: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> None:
        check_callable(fn, "fn")
        fix = "call_from_thread(txa.as_future, fn, …)"
        call = partial(discard_result, fn, fix, *args, **kwargs)
        with self._thread_calls:
            if self._refuses_thread_calls and not self.driver.has_ended:
                msg = f"this {self.name} backend is ending: fn would not be called"
                raise RuntimeError(msg)
            self.driver.call_from_thread(call)

    def run_in_thread(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> IFuture[T]:
        driver = self.driver
        call = ThreadCall(driver, fn, args, kwargs)
        future = driver.run_in_thread(call)
        call.serve(future)
        return future

    # Failures

    def create_failure(self, exception: BaseException | None = None) -> IFailedFuture:
        if exception is None:
            exception = current_exception()
        return self.driver.wrap(check_exception(exception))

    def report(self, error: IFailedFuture | BaseException, text: str = "") -> None:
        if not isinstance(text, str):
            raise TypeError(f"text must be a str, not {type(text).__name__!r}")
        self.driver.report(text or "an error was reported", reported_exception(error))

    def failure_message(self, fail: IFailedFuture | BaseException) -> str:
        return message_of(value_of(fail))

    def failure_traceback(
        self, fail: IFailedFuture | BaseException
    ) -> TracebackType | None:
        return traceback_of(fail)

    def failure_format_traceback(self, fail: IFailedFuture | BaseException) -> str:
        return format_traceback(value_of(fail), traceback_of(fail))

    # Logging

    def make_logger(self, namespace: str | None = None, /) -> _logging.Logger:
        if namespace is None:
            # The logger is named after the caller, which only a frame can tell.
            frame = sys._getframe(1)  # noqa: SLF001 - see above
            namespace = _logging.name_of_caller(frame)
        return _logging.make_logger(namespace, self.driver.emitter)

    def start_logging(
        self,
        out: IO[str] | IO[bytes] | str | PathLike[str] | None = UNSET,
        level: LogLevel = "info",
        format: LogFormat = "text",  # noqa: A002 - the name that callers know
    ) -> None:
        _logging.start_logging(self.driver.emitter, out, level, format)

    def stop_logging(self) -> None:
        self.driver.emitter.write_to(None)

    def set_global_log_level(self, level: LogLevel) -> None:
        _logging.LEVELS.set_global(level)

    def get_global_log_level(self) -> LogLevel:
        return _logging.LEVELS.global_level

    def set_log_level(self, prefix: str, level: LogLevel | None) -> None:
        _logging.LEVELS.set_prefix(prefix, level)

    def add_log_categories(self, categories: Mapping[str, str]) -> None:
        _logging.add_log_categories(categories)

    def log_context(self, /, **fields: Any) -> AbstractContextManager[None]:
        return _logging.log_context(fields)
