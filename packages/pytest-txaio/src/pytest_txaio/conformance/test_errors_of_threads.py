"""What a function raises in a thread, whatever it is, and the future of that."""

from __future__ import annotations

import asyncio
import concurrent.futures
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause, until
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend


class Other(BaseException):
    """One that is no `Exception`, and not known to any loop."""


def failing_with(error: BaseException) -> Callable[[], None]:
    """Return a function that raises *error*."""

    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    "kind",
    [
        Boom,
        Other,
        KeyboardInterrupt,
        SystemExit,
        StopAsyncIteration,
        TimeoutError,
        asyncio.InvalidStateError,
        concurrent.futures.CancelledError,
        concurrent.futures.InvalidStateError,
    ],
    ids=lambda kind: f"{kind.__module__}.{kind.__name__}",
)
async def test_exception_of_a_thread(
    txa: IBackend, unit: float, kind: Callable[[str], BaseException]
) -> None:
    """H2: Each awaiter, errback and `result` has the very exception."""
    error = kind("text")
    future = txa.run_in_thread(failing_with(error))
    seen: list[Any] = []
    txa.add_callbacks(future, None, lambda failure: seen.append(failure.value))

    async def wait() -> None:
        try:
            await future
        except BaseException as raised:  # noqa: BLE001 - whatever it is
            seen.append(raised)

    for _ in range(2):
        await wait()
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - whatever it is
        txa.result(future)
    await pause(txa, unit)
    assert [caught.value, *seen] == [error] * 4


async def test_cancellation_raised_in_a_thread(txa: IBackend) -> None:
    """H2: The future is cancelled, with that text."""
    future = txa.run_in_thread(failing_with(txa.CancelledError("why")))
    for _ in range(2):
        with pytest.raises(txa.CancelledError, match=r"^why$"):
            await future


async def test_dropped_cancellation_of_a_thread(
    txa: IBackend, unit: float, reported: Callable[[], list[BaseException]]
) -> None:
    """H2: The future is cancelled, which is no error to be reported."""
    future = txa.run_in_thread(failing_with(txa.CancelledError("why", 1)))
    await until(txa, partial(txa.is_called, future), unit)
    del future
    collect_dropped()
    await pause(txa, unit)
    assert reported() == []


async def test_generator_exit_of_a_thread(txa: IBackend) -> None:
    """H2: It becomes the cause of a `RuntimeError`, also where coroutines nest."""
    error = GeneratorExit("text")
    future = txa.run_in_thread(failing_with(error))
    seen: list[BaseException] = []

    async def wait() -> None:
        try:
            await future
        except BaseException as raised:
            seen.append(raised)
            await txa.sleep(0)
            raise

    for _ in range(2):
        with pytest.raises(RuntimeError) as caught:
            await wait()
        seen.append(caught.value)
    assert seen == [seen[0]] * 4
    assert seen[0].__cause__ is error
    assert "in fail" in txa.failure_format_traceback(seen[0])


async def test_failure_of_generator_exit(txa: IBackend) -> None:
    """F8: Nor is it raised where a future is awaited that was rejected with it."""
    error = GeneratorExit("text")
    future = txa.create_future_error(txa.create_failure(error))
    with pytest.raises(RuntimeError, match="GeneratorExit") as caught:
        await future
    assert caught.value.__cause__ is error
