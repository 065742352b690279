"""Futures: what awaiters get, and which outcomes are refused."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import (
    Boom,
    raise_boom,
)


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend


async def test_many_awaiters(txa: IBackend, unit: float) -> None:
    """F6: Early and late awaiters all get the value, also repeatedly."""

    async def wait() -> Any:
        return await future, await future

    future = txa.create_future()
    early = [txa.as_future(wait) for _ in range(3)]
    await pause(txa, unit)
    value = object()
    txa.resolve(future, value)
    late = [txa.as_future(wait) for _ in range(3)]
    assert await txa.gather(early + late) == [(value, value)] * 6
    assert await future is value
    assert await future is value


async def test_many_awaiters_of_a_failure(txa: IBackend, unit: float) -> None:
    """F6: All awaiters of a failed future get its exception."""

    async def wait() -> Boom:
        with pytest.raises(Boom) as caught:
            await future
        return caught.value

    future = txa.create_future()
    early = [txa.as_future(wait) for _ in range(3)]
    await pause(txa, unit)
    boom = Boom()
    txa.reject(future, boom)
    late = [txa.as_future(wait) for _ in range(3)]
    assert await txa.gather(early + late) == [boom] * 6


async def depth_of_traceback(future: Any) -> int:
    """Await a failed future and count the frames of what it raises."""
    with pytest.raises(Boom) as caught:
        await future
    return len(traceback.extract_tb(caught.value.__traceback__))


async def test_traceback_does_not_grow(txa: IBackend) -> None:
    """F7: Each time the failure is awaited, its traceback is no longer than before."""
    future = txa.create_future()
    try:
        raise_boom()
    except Boom:
        txa.reject(future)
    depths = [await depth_of_traceback(future) for _ in range(5)]
    assert max(depths) == depths[0]


async def test_traceback_of_a_coroutine_does_not_grow(txa: IBackend) -> None:
    """F7: The same is true of a coroutine that failed."""

    async def fail() -> None:
        raise_boom()

    future = txa.as_future(fail)
    depths = [await depth_of_traceback(future) for _ in range(5)]
    assert max(depths) == depths[0]


async def test_many_awaiters_do_not_share_a_traceback(txa: IBackend) -> None:
    """F7: Several awaiters at the same time do not lengthen it either."""
    future = txa.create_future()
    waiting = [txa.as_future(depth_of_traceback, future) for _ in range(5)]
    txa.reject(future, Boom())
    depths = await txa.gather(waiting, consume_exceptions=False)
    assert max(depths) == depths[0]


@pytest.mark.parametrize(
    "make",
    [
        lambda txa, stop: txa.create_future_error(stop),
        lambda txa, stop: txa.create_future(error=txa.create_failure(stop)),
        lambda txa, stop: txa.as_future(next, iter(())) if stop is None else None,
    ],
    ids=["error", "failure", "call"],
)
async def test_stop_iteration(
    txa: IBackend, make: Callable[[IBackend, StopIteration | None], Any]
) -> None:
    """F8: A `StopIteration` becomes the cause of a `RuntimeError`."""
    stop = StopIteration("over")
    with pytest.raises(RuntimeError) as caught:
        await (make(txa, stop) or make(txa, None))
    cause = caught.value.__cause__
    assert cause is stop or (type(cause) is StopIteration and not cause.args)


async def test_stop_iteration_in_an_errback(txa: IBackend, unit: float) -> None:
    """F8: An errback gets the same `RuntimeError` as an awaiter."""
    seen: list[BaseException] = []
    future = txa.create_future()
    txa.add_callbacks(future, None, lambda failure: seen.append(failure.value))
    stop = StopIteration()
    txa.reject(future, stop)
    await pause(txa, unit)
    assert [type(error) for error in seen] == [RuntimeError]
    assert seen[0].__cause__ is stop


async def test_result_and_error(txa: IBackend) -> None:
    """F9: A result and an error together: `ValueError` names both."""
    with pytest.raises(ValueError, match=r"result.*error"):
        txa.create_future(result=1, error=Boom())
    with pytest.raises(ValueError, match=r"result.*error"):
        txa.create_future(result=None, error=Boom())


@pytest.mark.parametrize(
    "error",
    ["text", 42, Boom, SystemExit(), KeyboardInterrupt()],
    ids=lambda value: type(value).__name__,
)
async def test_reject_with_no_exception(txa: IBackend, error: Any) -> None:
    """F9: An error that is not an exception: `TypeError` names the accepted types."""
    future = txa.create_future()
    with pytest.raises(TypeError, match=r"Exception.*IFailedFuture"):
        txa.reject(future, error)
    with pytest.raises(TypeError, match=r"Exception.*IFailedFuture"):
        txa.create_future_error(error)
    assert not txa.is_called(future)
    txa.resolve(future)
