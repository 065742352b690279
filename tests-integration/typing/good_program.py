"""A library and an application: type checkers must report no errors.

`assert_type` checks the type that they infer for an expression.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar, assert_type

import trio

import txaio_anyio
import txaio_asyncio
import txaio_twisted
from txaio_interfaces import LogLevel, log_levels


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from txaio_interfaces import (
        IBackend,
        IBatchedTimer,
        IDelayedCall,
        IFailedFuture,
        IFuture,
        ILogger,
        LogFormat,
    )

T = TypeVar("T")


async def double(number: int) -> int:
    """Be a coroutine function."""
    return 2 * number


def halve(number: int, *, digits: int = 0) -> float:
    """Be a function that takes a keyword."""
    return round(number / 2, digits)


class Greeter:
    """A class of a library, which takes a backend as an argument."""

    def __init__(self, txa: IBackend) -> None:
        self._txa = txa
        self._log: ILogger = txa.make_logger()
        self._timer: IBatchedTimer = txa.make_batched_timer(0.5, chunk_size=10)
        self._call: IDelayedCall | None = None

    def greet(self, name: str, delay: float) -> None:
        """Make a call later."""
        self._call = self._timer.call_later(delay, self._log.info, "hello", name=name)

    def leave(self) -> None:
        """Cancel the call."""
        if self._call is not None:
            assert_type(self._call.reset(1), bool)
            self._call.cancel()

    def on_failure(self, failure: IFailedFuture) -> str:
        """Be an errback."""
        assert_type(failure.value, BaseException)
        self._log.failure("no greeting", failure=failure)
        assert_type(self._log.warning("{count} left", count=1), None)
        assert_type(self._log.exception("no greeting", log_failure=failure), None)
        assert_type(self._log.error("no greeting", exc_info=failure.value), None)
        return self._txa.failure_message(failure)


async def futures(txa: IBackend) -> None:
    """Make futures in all ways."""
    assert_type(txa.as_future(double, 1), "IFuture[int]")
    assert_type(await txa.as_future(double, number=1), int)
    assert_type(await txa.as_future(halve, 1, digits=2), float)
    assert_type(await txa.create_future_success(txa.name), str)
    pending: IFuture[bytes] = txa.create_future(canceller=lambda _future: None)
    txa.resolve(pending, b"")
    assert_type(await pending, bytes)
    assert_type(await txa.shield(pending), bytes)
    assert_type(await txa.timeout(pending, 1.5), bytes)
    assert_type(await txa.uncancelled(double, 1), int)
    assert_type(await txa.run_in_thread(halve, 1, digits=1), float)
    assert_type(await txa.sleep(0), None)
    assert_type(await limited(txa), str)
    assert_type(txa.create_future_error(ValueError("no")), "IFuture[Any]")


async def limited(txa: IBackend) -> str:
    """Use scopes; after `move_on_after` comes code that is reached."""
    async with txa.move_on_after(1.5) as scope:
        assert_type(scope.reset(1), bool)
        return await txa.create_future_success(txa.name)
    assert_type(scope.expired, bool)
    scope.cancel()
    async with txa.fail_after(1.5):
        return await txa.create_future_success(txa.name)


async def retry(
    txa: IBackend, fn: Callable[[], Awaitable[T] | T], attempts: int = 5
) -> T:
    """Call *fn* until it succeeds: it returns a value, or what gives one."""
    for _ in range(attempts - 1):
        try:
            return await txa.as_future(fn)  # ty: ignore[invalid-explicit-return]
        except Exception:  # noqa: BLE001 - whatever it is
            await txa.sleep(0.1)
    # ty takes T and the awaitable together for what is returned.
    return await txa.as_future(fn)  # ty: ignore[invalid-explicit-return]


async def retried(txa: IBackend, either: Callable[[], Awaitable[int] | int]) -> None:
    """Call functions of all kinds."""
    assert_type(await retry(txa, either), int)
    assert_type(await retry(txa, lambda: halve(1)), float)
    # mypy needs to be told what it is.
    doubled: int = await retry(txa, lambda: double(1))
    assert_type(doubled, int)
    assert_type(await txa.as_future(either), int)


async def narrowed(txa: IBackend, value: object) -> object:
    """Tell a future from another value."""
    if txa.is_future(value):
        assert_type(value, "IFuture[Any]")
        return await value
    return value


async def gathered(txa: IBackend) -> None:
    """Wait for several futures."""
    numbers = [txa.as_future(double, number) for number in range(3)]
    assert_type(await txa.gather(numbers), "list[int | IFailedFuture]")
    assert_type(await txa.gather(numbers, consume_exceptions=False), list[int])
    assert_type(await txa.gather([double(1)], consume_exceptions=False), list[int])


async def concrete(
    txa: txaio_asyncio.AsyncioBackend
    | txaio_twisted.TwistedBackend
    | txaio_anyio.AnyioBackend,
) -> None:
    """Be a program that is written for the concrete backends."""
    assert_type(await txa.as_future(double, 1), int)
    assert_type(await txa.as_future(halve, 1, digits=2), float)
    numbers = [txa.as_future(double, number) for number in range(3)]
    assert_type(await txa.gather(numbers, consume_exceptions=False), list[int])
    assert_type(await txa.shield(numbers[0]), int)
    assert_type(await txa.timeout(numbers[0], 1.5), int)
    assert_type(await txa.uncancelled(double, 1), int)
    assert_type(await txa.run_in_thread(halve, 1), float)
    assert_type(txa.add_callbacks(numbers[0], print, None), "IFuture[int]")
    assert_type(txa.is_called(numbers[0]), bool)
    assert_type(txa.result(numbers[0]), int)
    assert_type(txa.call_at(txa.time() + 1, double, number=1).reset(1), bool)
    txa.report(ValueError("no"), "while it was tested")


def native(
    on_asyncio: txaio_asyncio.AsyncioBackend,
    on_twisted: txaio_twisted.TwistedBackend,
    on_anyio: txaio_anyio.AnyioBackend,
) -> None:
    """Use what only the futures of the framework have."""
    on_asyncio.create_future().add_done_callback(print)
    on_twisted.create_future(result=1).addCallback(print)
    assert_type(on_asyncio.create_future(), "asyncio.Future[Any]")
    assert_type(on_twisted.create_future(), txaio_twisted.TwistedFuture)
    assert_type(on_anyio.create_future(canceller=print), txaio_anyio.AnyioFuture)


async def callbacks(txa: IBackend) -> None:
    """Add callbacks and await a future."""
    greeter = Greeter(txa)
    future = txa.as_future(double, 1)
    same = txa.add_callbacks(future, lambda number: number + 1, greeter.on_failure)
    assert_type(same, "IFuture[int]")
    txa.add_callbacks(future, print, None)
    txa.cancel(future, msg="enough")
    try:
        await future
    except txa.CancelledError:
        txa.make_logger("any.name").info("cancelled {what}", what=future)


def levels(txa: IBackend, level: LogLevel, style: LogFormat) -> list[LogLevel]:
    """Set each level in turn."""
    txa.start_logging(level=level, format=style)
    for each in log_levels:
        txa.set_global_log_level(each)
        txa.set_log_level("a.b", each)
        assert_type(txa.make_logger().is_enabled_for(each), bool)
    txa.set_log_level("a.b", None)
    assert_type(txa.get_global_log_level(), LogLevel)
    return log_levels


async def main(txa: IBackend, name: str) -> int:
    """Be the application, which uses only the interface."""
    Greeter(txa).greet(name, 0.1)
    await callbacks(txa)
    return 1


async def with_own_backend(name: str) -> int:
    """Make a backend inside a running AnyIO program."""
    async with txaio_anyio.AnyioBackend(grace=1.0) as txa:
        return await main(txa, name)


async def on_running_loop(name: str) -> int:
    """Make a backend on a running asyncio loop."""
    return await main(txaio_asyncio.AsyncioBackend(), name)


def start() -> list[int]:
    """Run the application on every backend."""
    assert_type(
        txaio_asyncio.run(main, "you", loop_factory=asyncio.new_event_loop), int
    )
    assert_type(txaio_twisted.run(main, "you", debug=True), int)
    assert_type(txaio_anyio.run(main, "you", backend="trio"), int)
    return [asyncio.run(on_running_loop("you")), trio.run(with_own_backend, "you")]


def made_by_hand(reactor: Any) -> list[IBackend]:
    """Make a backend for a loop that runs already."""
    loop = asyncio.new_event_loop()
    return [
        txaio_asyncio.AsyncioBackend(loop),
        txaio_twisted.TwistedBackend(reactor),
    ]
