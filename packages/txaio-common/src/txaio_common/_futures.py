"""What follows from the primitives of a driver's futures."""

from __future__ import annotations

from types import CoroutineType
from typing import Any

from txaio_common._checks import is_awaitable, not_a_future
from txaio_common._driver import Driver
from txaio_common._failures import raisable
from txaio_interfaces import IFailedFuture, IFuture


def follow(driver: Driver, awaitable: Any) -> IFuture[Any]:
    """Return the future that *awaitable* is, or one that follows it."""
    if isinstance(awaitable, driver.own_type):
        future: IFuture[Any] = awaitable
        return future
    if type(awaitable) is CoroutineType:
        return driver.spawn(awaitable)
    if not is_awaitable(awaitable):
        raise not_a_future(awaitable, driver.future_noun)
    return driver.adopt(awaitable)


def fail(
    driver: Driver,
    future: Any,
    exception: BaseException,
    failure: IFailedFuture | None = None,
) -> None:
    """Fail *future* with *exception*, which came in *failure* if there is one.

    With `Driver.cancelled_error` it is cancelled.
    """
    if isinstance(exception, driver.cancelled_error):
        if driver.is_settled(future):
            driver.resolve(future, None)  # This raises, unless it was cancelled.
        else:
            driver.cancel(future, *exception.args[:1])
        return
    raised = raisable(exception)
    if failure is None or raised is not exception:
        failure = driver.wrap(raised)
    driver.reject(future, failure)


def failed_future(driver: Driver, exception: BaseException) -> IFuture[Any]:
    """Return a future that has failed with *exception*.

    In a frame of its own: the traceback keeps its caller's, with what is local there.
    """
    future = driver.create_future()
    fail(driver, future, exception)
    return future


def copy_outcome(driver: Driver, source: IFuture[Any], target: IFuture[Any]) -> None:
    """Settle *target* as *source*, which is settled, was."""
    failure = driver.failure(source)
    if failure is None:
        driver.resolve(target, driver.peek(source))
    else:
        fail(driver, target, failure.value, failure)
