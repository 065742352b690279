"""as_future: the result of any function as a future."""

from __future__ import annotations

import gc
import inspect
import weakref
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]


async def test_value(txa: IBackend) -> None:
    """A1: The return value of a function becomes the value of a settled future."""
    future = txa.as_future(lambda: "value")
    assert txa.is_future(future)
    assert txa.is_called(future)
    assert await future == "value"


async def test_exception(txa: IBackend) -> None:
    """A1: The exception of a function becomes the failure of the future."""
    boom = Boom()

    def fail() -> None:
        raise boom

    future = txa.as_future(fail)
    with pytest.raises(Boom) as caught:
        await future
    assert caught.value is boom


async def test_arguments(txa: IBackend) -> None:
    """A1: Arguments of any name are passed on."""
    names = {"fn": 1, "self": 2, "args": 3, "kwargs": 4, "func": 5, "context": 6}

    def show(*args: Any, **kwargs: Any) -> Any:
        return args, kwargs

    async def show_later(*args: Any, **kwargs: Any) -> Any:
        return args, kwargs

    assert await txa.as_future(show, 1, 2, **names) == ((1, 2), names)
    assert await txa.as_future(show_later, 1, 2, **names) == ((1, 2), names)


@pytest.mark.parametrize("settled", [True, False], ids=["settled", "pending"])
async def test_future(txa: IBackend, settled: bool) -> None:
    """A1: If a function returns a future, the result follows it."""
    inner = txa.create_future_success("value") if settled else txa.create_future()
    future = txa.as_future(lambda: inner)
    assert txa.is_future(future)
    assert txa.is_called(future) == settled
    if not settled:
        txa.resolve(inner, "value")
    assert await future == "value"


async def test_failed_future(txa: IBackend) -> None:
    """A1: If a function returns a failed future, the result fails."""
    boom = Boom()
    with pytest.raises(Boom) as caught:
        await txa.as_future(txa.create_future_error, boom)
    assert caught.value is boom


async def test_coroutine(txa: IBackend, unit: float) -> None:
    """A1: A coroutine is run, and its value becomes the future's."""

    async def work(value: str) -> str:
        await txa.sleep(unit)
        return value

    future = txa.as_future(work, "value")
    assert txa.is_future(future)
    assert not txa.is_called(future)
    assert await future == "value"


async def test_failing_coroutine(txa: IBackend) -> None:
    """A1: The exception of a coroutine becomes the future's."""

    async def fail() -> None:
        await txa.sleep(0)
        raise boom

    boom = Boom()
    future = txa.as_future(fail)
    with pytest.raises(Boom) as caught:
        await future
    assert caught.value is boom


async def test_coroutine_that_returns_an_exception(txa: IBackend) -> None:
    """A1: An exception, a failure or a future that a coroutine returns is a value."""
    failure = txa.create_failure(Boom())
    inner = txa.create_future_success("inner")

    async def give(value: Any) -> Any:
        return value

    for value in (Boom(), failure, inner):
        assert await txa.as_future(give, value) is value


async def test_async_generator_function(txa: IBackend) -> None:
    """A2: An async generator function is refused, with a hint at `await`."""

    async def generate() -> AsyncGenerator[int]:
        yield 1

    with pytest.raises(TypeError, match="await"):
        txa.as_future(generate)


async def test_async_generator_object(txa: IBackend) -> None:
    """A2: So is a plain function that returns an async generator."""

    async def generate() -> AsyncGenerator[int]:
        yield 1

    with pytest.raises(TypeError, match="await"):
        txa.as_future(lambda: generate())  # noqa: PLW0108 - that is the case


@pytest.mark.parametrize("called", [False, True], ids=["future", "coroutine"])
async def test_result_instead_of_a_function(txa: IBackend, called: bool) -> None:
    """A2: A future or a coroutine instead of a function: `TypeError` at once.

    A coroutine is closed, so that Python does not warn that it was never awaited.
    """

    async def fetch() -> None:
        pass

    result: Any = fetch() if called else txa.create_future_success(1)
    with pytest.raises(TypeError, match="pass the function itself") as caught:
        txa.as_future(result)
    assert caught.value.__suppress_context__
    assert not called or inspect.getcoroutinestate(result) == inspect.CORO_CLOSED


async def test_wrong_call(txa: IBackend) -> None:
    """A2: Wrong arguments make the future fail, like any other error."""

    def nothing() -> None:
        pass

    async def nothing_later() -> None:
        pass

    wrong: list[Any] = [nothing, nothing_later]
    for fn in wrong:
        future = txa.as_future(fn, "one too many")
        with pytest.raises(TypeError, match="nothing"):
            await future


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
async def test_exit_of_a_function(txa: IBackend, kind: type[BaseException]) -> None:
    """A3: `KeyboardInterrupt` and `SystemExit` are raised at once."""

    def leave() -> None:
        raise kind

    with pytest.raises(kind):
        txa.as_future(leave)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_exit_of_a_coroutine(
    run: Callable[..., Any], unit: float, reported: Reported, kind: type[BaseException]
) -> None:
    """A3: Raised in a coroutine, they end the run, and `main` cleans up."""
    went_on: list[bool] = []
    cleaned_up: list[bool] = []

    async def leave() -> None:
        raise kind

    async def main(txa: IBackend) -> None:
        txa.as_future(leave)
        try:
            await txa.sleep(unit)
            went_on.append(True)
        finally:
            await txa.uncancelled(txa.sleep, 0)
            cleaned_up.append(True)

    with pytest.raises(kind):
        run(main)
    assert went_on == []
    assert cleaned_up == [True]
    # asyncio also reports that the exception of the task was never retrieved.
    gc.collect()
    assert {type(error) for error in reported()} <= {kind}


async def test_finished_coroutine_is_released(txa: IBackend, unit: float) -> None:
    """A1: Neither the backend nor the future keeps what it was given or awaited."""
    gone: list[weakref.ref[Any]] = []

    class Argument:
        """An object to which weak references can be made."""

    async def work(argument: Argument) -> None:
        sleeping = txa.sleep(unit)
        gone.extend([weakref.ref(argument), weakref.ref(sleeping)])
        await sleeping

    future = txa.as_future(work, Argument())
    await future
    await pause(txa, unit)
    collect_dropped()
    assert [each() for each in gone] == [None, None]
    assert txa.is_called(future)


async def test_coroutine_that_was_awaited_before(txa: IBackend) -> None:
    """A1: The future fails with Python's `RuntimeError`."""

    async def work() -> None:
        """Do nothing."""

    coroutine = work()
    await coroutine
    with pytest.raises(RuntimeError, match="already awaited"):
        await txa.as_future(lambda: coroutine)
