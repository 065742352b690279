"""The traceback of a failed future, however often it was awaited before."""

from __future__ import annotations

import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import Boom, raise_boom, raised


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from txaio_interfaces import IBackend, IFailedFuture, IFuture

    Fail = Callable[[IBackend], IFuture[Any]]
    Retrieve = Callable[[IBackend, IFuture[Any]], Awaitable[BaseException]]


def a_coroutine(txa: IBackend) -> IFuture[Any]:
    """Return a future whose coroutine fails."""

    async def fail() -> None:
        await txa.sleep(0)
        raise_boom()

    return txa.as_future(fail)


def a_generator(txa: IBackend) -> IFuture[Any]:
    """Return a future whose coroutine awaits an async generator that fails."""

    async def numbers() -> Any:
        yield 1
        await txa.sleep(0)
        raise_boom()

    async def fail() -> None:
        generator = numbers()
        await anext(generator)
        await anext(generator)

    return txa.as_future(fail)


def a_function(txa: IBackend) -> IFuture[Any]:
    """Return a future whose function fails."""
    return txa.as_future(raise_boom)


def a_thread(txa: IBackend) -> IFuture[Any]:
    """Return a future whose function fails in a thread."""
    return txa.run_in_thread(raise_boom)


def an_exception(txa: IBackend) -> IFuture[Any]:
    """Return a future that is rejected with an exception."""
    future: IFuture[Any] = txa.create_future()
    txa.call_later(0, txa.reject, future, raised())
    return future


def a_failure(txa: IBackend) -> IFuture[Any]:
    """Return a future that is rejected with a failure."""
    future: IFuture[Any] = txa.create_future()
    txa.reject(future, txa.create_failure(raised()))
    return future


def the_current_exception(txa: IBackend) -> IFuture[Any]:
    """Return a future that is rejected with the exception being handled."""
    future: IFuture[Any] = txa.create_future()
    try:
        raise_boom()
    except Boom:
        txa.reject(future)
    return future


def a_gather(txa: IBackend) -> IFuture[Any]:
    """Return a gather that fails."""
    return txa.gather([a_coroutine(txa)], consume_exceptions=False)


def a_shield(txa: IBackend) -> IFuture[Any]:
    """Return a shield that fails."""
    return txa.shield(a_coroutine(txa))


def a_timeout(txa: IBackend) -> IFuture[Any]:
    """Return a timeout that fails."""
    return txa.timeout(a_coroutine(txa), 1000)


FAIL = [
    a_coroutine,
    a_generator,
    a_function,
    a_thread,
    an_exception,
    a_failure,
    the_current_exception,
    a_gather,
    a_shield,
    a_timeout,
]
FAIL_IN_FEW_WAYS = [a_coroutine, a_thread, a_failure]


async def raised_by(future: IFuture[Any]) -> BaseException:
    """Return what *future*, awaited, raises."""
    with pytest.raises(Boom) as caught:
        await future
    return caught.value


async def errback_of(txa: IBackend, future: IFuture[Any]) -> IFailedFuture:
    """Return what an errback is passed, without awaiting *future*."""
    failures: list[IFailedFuture] = []
    txa.add_callbacks(future, None, failures.append)
    while not failures:
        await txa.sleep(0)
    return failures[0]


async def by_result(txa: IBackend, future: IFuture[Any]) -> BaseException:
    """Return what `result` raises."""
    return raised(lambda: txa.result(future))


async def by_failure(txa: IBackend, future: IFuture[Any]) -> BaseException:
    """Return the exception with the traceback of the failure in an errback."""
    failure = await errback_of(txa, future)
    return failure.value.with_traceback(txa.failure_traceback(failure))


async def by_value(txa: IBackend, future: IFuture[Any]) -> BaseException:
    """Return the exception of the failure, raised once more."""
    failure = await errback_of(txa, future)

    def raise_again() -> None:
        raise failure.value

    return raised(raise_again)


async def by_gather(txa: IBackend, future: IFuture[Any]) -> BaseException:
    """Return the exception with the traceback of the failure of a member."""
    [failure] = await txa.gather([future])
    return failure.value.with_traceback(txa.failure_traceback(failure))


async def by_failing_gather(txa: IBackend, future: IFuture[Any]) -> BaseException:
    """Return what a gather raises."""
    return await raised_by(txa.gather([future], consume_exceptions=False))


async def by_shield(txa: IBackend, future: IFuture[Any]) -> BaseException:
    """Return what a shield raises."""
    return await raised_by(txa.shield(future))


async def by_timeout(txa: IBackend, future: IFuture[Any]) -> BaseException:
    """Return what a timeout raises."""
    return await raised_by(txa.timeout(future, 1000))


async def by_rejecting(txa: IBackend, future: IFuture[Any]) -> BaseException:
    """Return what a future raises that is rejected with the same failure."""
    failure = await errback_of(txa, future)
    return await raised_by(txa.create_future_error(failure))


RETRIEVE = [
    by_result,
    by_failure,
    by_value,
    by_gather,
    by_failing_gather,
    by_shield,
    by_timeout,
    by_rejecting,
]


def frames_of(error: BaseException) -> list[str]:
    """Return the names of the functions in the traceback of *error*."""
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


@pytest.mark.parametrize("retrieve", RETRIEVE, ids=lambda fn: fn.__name__)
@pytest.mark.parametrize("fail", FAIL, ids=lambda fn: fn.__name__)
async def test_traceback_after_two_awaits(
    txa: IBackend, fail: Fail, retrieve: Retrieve
) -> None:
    """F7: It still ends where the error arose."""
    future = fail(txa)
    await raised_by(future)
    await raised_by(future)
    assert frames_of(await retrieve(txa, future))[-1] == "raise_boom"


@pytest.mark.parametrize("retrieve", RETRIEVE, ids=lambda fn: fn.__name__)
@pytest.mark.parametrize("fail", FAIL_IN_FEW_WAYS, ids=lambda fn: fn.__name__)
async def test_traceback_of_a_first_await(
    txa: IBackend, fail: Fail, retrieve: Retrieve
) -> None:
    """F7: Whatever was asked for the outcome before, it ends where the error arose."""
    future = fail(txa)
    while not txa.is_called(future):
        await txa.sleep(0)
    await retrieve(txa, future)
    await retrieve(txa, future)
    assert frames_of(await raised_by(future))[-1] == "raise_boom"


@pytest.mark.parametrize("retrieve", RETRIEVE, ids=lambda fn: fn.__name__)
@pytest.mark.parametrize("fail", FAIL_IN_FEW_WAYS, ids=lambda fn: fn.__name__)
async def test_traceback_retrieved_many_times(
    txa: IBackend, fail: Fail, retrieve: Retrieve
) -> None:
    """F7: It does not grow, however often the future is awaited, or asked."""
    future = fail(txa)
    awaited, seen = [], []
    for _ in range(20):
        awaited.append(len(frames_of(await raised_by(future))))
        seen.append(len(frames_of(await retrieve(txa, future))))
    assert len(set(awaited[2:])) == 1
    assert len(set(seen[2:])) == 1


async def test_report_of_a_failure_after_two_awaits(
    txa: IBackend, unit: float, reported: Callable[[], list[BaseException]]
) -> None:
    """R7: What is reported still has the line at which the error arose."""
    future = a_failure(txa)
    await raised_by(future)
    await raised_by(future)
    txa.report(await errback_of(txa, future))
    await pause(txa, unit)
    [error] = reported()
    assert frames_of(error)[-1] == "raise_boom"


async def test_traceback_after_two_coroutines(
    txa: IBackend,
) -> None:
    """F7: An errback that is called after two coroutines have seen it has the line."""
    future = a_coroutine(txa)

    async def wait() -> None:
        with suppress(Boom):
            await future

    await txa.gather([wait(), wait()])
    failure = await errback_of(txa, future)
    assert "in raise_boom" in txa.failure_format_traceback(failure)


async def test_failure_that_was_not_raised_before(txa: IBackend) -> None:
    """E3: It has no traceback, wherever the future was awaited before."""
    future = txa.create_future_error(Boom())
    await raised_by(future)
    await raised_by(future)
    assert txa.failure_traceback(await errback_of(txa, future)) is None


@pytest.mark.parametrize("fail", FAIL_IN_FEW_WAYS, ids=lambda fn: fn.__name__)
async def test_errback_while_the_error_is_handled(txa: IBackend, fail: Fail) -> None:
    """F7: An errback leaves the traceback of an exception that is handled as it is."""
    future = fail(txa)
    error = await raised_by(future)
    before = frames_of(error)
    await errback_of(txa, future)
    assert frames_of(error) == before
    assert len(before) > 1
