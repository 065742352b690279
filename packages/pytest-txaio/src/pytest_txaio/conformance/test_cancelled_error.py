"""CancelledError: the exception that a cancellation raises, and its text."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from pytest_txaio import pause


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFailedFuture, IFuture


async def test_cancellation_is_no_exception(txa: IBackend) -> None:
    """X11: Its class is a `BaseException`, and no `Exception`."""
    assert issubclass(txa.CancelledError, BaseException)
    assert not issubclass(txa.CancelledError, Exception)


async def test_worker_that_catches_exceptions(txa: IBackend, unit: float) -> None:
    """X11: A loop that logs each `Exception` and goes on ends at the first cancel."""
    rounds: list[int] = []

    async def work() -> None:
        for number in range(10):
            rounds.append(number)
            try:
                await txa.sleep(20 * unit)
            except Exception:  # noqa: BLE001 - what this is about
                rounds.append(-1)

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert rounds == [0]


@pytest.mark.parametrize("how", ["before", "while", "coroutine", "gather", "timeout"])
async def test_except_exception_at_an_await(
    txa: IBackend, unit: float, how: str
) -> None:
    """X11: `except Exception` catches no cancellation of what is awaited."""
    cancelled: IFuture[object] = txa.create_future()

    def awaited() -> IFuture[object]:
        if how == "coroutine":
            return txa.as_future(lambda: cancelled)
        if how == "gather":
            return txa.gather([cancelled], consume_exceptions=False)
        return txa.timeout(cancelled, 60) if how == "timeout" else cancelled

    async def wait() -> str:
        try:
            await awaited()
        except Exception:  # noqa: BLE001 - what this is about
            return "a failure"
        except txa.CancelledError as error:
            return f"cancelled: {error}"
        return "a value"

    if how == "before":
        txa.cancel(cancelled, "why")
    future = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(cancelled, "why")
    assert await future == "cancelled: why"


async def test_result_of_what_was_cancelled(txa: IBackend) -> None:
    """X11: `result` raises it, and not an `Exception`."""
    future = txa.create_future()
    txa.cancel(future, "why")
    with pytest.raises(txa.CancelledError, match="why") as caught:
        txa.result(future)
    assert not isinstance(caught.value, Exception)


async def test_class_of_a_cancellation_in_a_failure(txa: IBackend, unit: float) -> None:
    """X11: For errbacks and members of a gather, it is an instance of the class."""
    failures: list[IFailedFuture] = []
    future = txa.create_future()
    txa.add_callbacks(future, None, failures.append)
    txa.cancel(future, "why")
    [member] = await txa.gather([future])
    await pause(txa, unit)
    failures.append(member)
    assert len(failures) == 2
    for failure in failures:
        assert isinstance(failure.value, txa.CancelledError)
        assert str(failure.value) == "why"


@pytest.mark.parametrize("is_async", [True, False])
async def test_coroutine_raises_a_cancellation(txa: IBackend, is_async: bool) -> None:
    """X11: Raised by a coroutine or a function, it cancels the future."""

    async def work() -> NoReturn:
        raise txa.CancelledError("why")

    def call() -> NoReturn:
        raise txa.CancelledError("why")

    future = txa.as_future(work if is_async else call)
    with pytest.raises(txa.CancelledError, match="why"):
        await future
    txa.cancel(future)  # It is settled; no error was reported.


def test_main_that_is_cancelled(run: Callable[..., Any]) -> None:
    """X11: `run` raises what ended main, and not another kind of exception."""

    async def main(txa: IBackend) -> None:
        kinds.append(txa.CancelledError)
        raise txa.CancelledError("why")

    kinds: list[type[BaseException]] = []
    with pytest.raises(BaseException, match="why") as caught:
        run(main)
    assert isinstance(caught.value, kinds[0])
    assert not isinstance(caught.value, Exception)


@pytest.mark.parametrize("kind", ["future", "coroutine", "thread"])
async def test_text_of_a_cancellation(txa: IBackend, unit: float, kind: str) -> None:
    """X13: Each errback and awaiter sees the text, the first one and later ones."""
    texts: list[str] = []

    async def work() -> None:
        await txa.create_future()

    async def wait() -> None:
        try:
            await future
        except txa.CancelledError as error:
            texts.append(str(error))

    may_end = threading.Event()
    if kind == "thread":
        future: IFuture[Any] = txa.run_in_thread(may_end.wait, 60)
    else:
        future = txa.as_future(work) if kind == "coroutine" else txa.create_future()
    waiting = [txa.as_future(wait) for _ in range(2)]
    for _ in range(2):
        txa.add_callbacks(future, None, lambda fail: texts.append(str(fail.value)))
    await pause(txa, unit)
    txa.cancel(future, "why")
    may_end.set()
    await txa.gather(waiting)
    await pause(txa, unit)
    for _ in range(2):
        await wait()
    txa.add_callbacks(future, None, lambda fail: texts.append(str(fail.value)))
    await pause(txa, unit)
    assert texts == ["why"] * 7


async def test_text_in_a_chain_of_coroutines(txa: IBackend, unit: float) -> None:
    """X13: It goes through all coroutines that await each other."""
    texts: list[str] = []

    async def wait(depth: int) -> None:
        awaited = txa.as_future(wait, depth - 1) if depth else txa.create_future()
        try:
            await awaited
        except txa.CancelledError as error:
            texts.append(str(error))
            raise

    future = txa.as_future(wait, 3)
    await pause(txa, unit)
    txa.cancel(future, "why")
    await txa.gather([future])
    with pytest.raises(txa.CancelledError, match="why"):
        await future
    assert texts == ["why"] * 4


@pytest.mark.parametrize("consume", [True, False])
async def test_text_seen_by_all_awaiters_of_an_awaiter(
    txa: IBackend, unit: float, consume: bool
) -> None:
    """X13: Of a coroutine that is cancelled by what it awaits, all see the text."""
    texts: list[str] = []

    async def inner() -> None:
        await txa.create_future()

    async def outer() -> None:
        await awaited

    async def wait() -> None:
        try:
            await txa.gather([future], consume_exceptions=consume)
            await future
        except txa.CancelledError as error:
            texts.append(str(error))

    awaited = txa.as_future(inner)
    future = txa.as_future(outer)
    awaiters = [txa.as_future(wait) for _ in range(2)]
    await pause(txa, unit)
    txa.cancel(awaited, "why")
    await txa.gather(awaiters)
    assert texts == ["why", "why"]


@pytest.mark.parametrize("args", [(), ("why",), ("why", "more")])
@pytest.mark.parametrize("how", ["reject", "raise", "raise before"])
async def test_text_of_a_raised_cancellation(
    txa: IBackend, unit: float, args: tuple[str, ...], how: str
) -> None:
    """X13: It is the first argument of an error that a coroutine or `reject` has.

    Its awaiters see that one, though they are cancelled as well, before or after.
    """
    error: Any = txa.CancelledError(*args)
    waiting: list[IFuture[None]] = []

    async def inner() -> None:
        try:
            await txa.sleep(unit)
        finally:
            raise error

    async def wait() -> None:
        await awaited

    awaited = txa.create_future() if how == "reject" else txa.as_future(inner)
    if how == "raise before":
        txa.add_callbacks(awaited, None, lambda _: txa.cancel(waiting[0], "late"))
    waiting += [txa.as_future(wait)]
    await pause(txa, unit / 2)
    if how == "reject":
        txa.reject(awaited, error)
        txa.cancel(waiting[0], "late")
    elif how == "raise":
        txa.cancel(waiting[0], "early")
    for future in (*waiting, awaited):
        with pytest.raises(txa.CancelledError) as caught:
            await future
        assert caught.value.args[:1] == args[:1]


@pytest.mark.parametrize("ask", ["result", "gather"])
async def test_text_of_what_has_just_ended(
    txa: IBackend, unit: float, ask: str
) -> None:
    """X13: A call that asks for the outcome at once takes the text from no other."""
    asked: list[bool] = []

    async def inner() -> None:
        await txa.create_future()

    async def outer() -> None:
        await awaited

    def look(_failure: object) -> None:
        # On asyncio, `outer` has been resumed by now, and its awaiters have not.
        asked.append(txa.is_called(future))
        if ask == "gather":
            txa.gather([future])
        elif asked == [True]:
            with suppress(txa.CancelledError):
                txa.result(future)

    awaited = txa.as_future(inner)
    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.add_callbacks(awaited, None, look)
    txa.cancel(future, "why")
    for _ in range(2):
        with pytest.raises(txa.CancelledError, match="why"):
            await future
    assert len(asked) == 1
