"""Misuse, and error messages that name the fix."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import Mock

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom, nap


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]

SETTLE: dict[str, Callable[[IBackend, Any], object]] = {
    "resolve": lambda txa, future: txa.resolve(future, "value"),
    "reject": lambda txa, future: txa.reject(future, ValueError()),
}
USE: dict[str, Callable[[IBackend, Any], object]] = {
    **SETTLE,
    "is_called": lambda txa, future: txa.is_called(future),
    "result": lambda txa, future: txa.result(future),
    "cancel": lambda txa, future: txa.cancel(future),
    "add_callbacks": lambda txa, future: txa.add_callbacks(future, print, print),
}
AWAIT: dict[str, Callable[[IBackend, Any], object]] = {
    "shield": lambda txa, future: txa.shield(future),
    "timeout": lambda txa, future: txa.timeout(future, 1000),
}
NO_FUTURE: dict[str, Callable[[IBackend], Any]] = {
    "thread": lambda _txa: concurrent.futures.Future(),
    "asyncio": lambda _txa: asyncio.Future(loop=asyncio.new_event_loop()),
    "handle": lambda txa: txa.call_later(1000, print),
    "mock": lambda _txa: Mock(),
    "none": lambda _txa: None,
}
DELAY: dict[str, Callable[[IBackend, Any], object]] = {
    "sleep": lambda txa, delay: txa.sleep(delay),
    "call_later": lambda txa, delay: txa.call_later(delay, print),
    "timeout": lambda txa, delay: txa.timeout(txa.create_future_success(1), delay),
    "bucket": lambda txa, delay: txa.make_batched_timer(delay),
}


@pytest.mark.parametrize("settle", SETTLE.values(), ids=SETTLE)
async def test_future_of_a_coroutine_cannot_be_settled(
    txa: IBackend, settle: Callable[[IBackend, Any], object]
) -> None:
    """F5: The future of a running coroutine cannot be settled by the caller."""
    gate = txa.create_future()

    async def wait() -> str:
        value: str = await gate
        return value

    future = txa.as_future(wait)
    with pytest.raises(RuntimeError, match="settled by its return value"):
        settle(txa, future)
    txa.resolve(gate, "returned")
    assert await future == "returned"


async def test_settling_again_does_not_retrieve_the_failure(
    txa: IBackend, reported: Reported
) -> None:
    """F5: A second settling does not count as retrieving the failure."""
    boom = Boom()
    future = txa.create_future_error(boom)
    with pytest.raises(txa.InvalidStateError):
        txa.resolve(future)
    del future
    collect_dropped()
    assert reported() == [boom]


async def test_future_of_an_ended_coroutine_cannot_be_settled(txa: IBackend) -> None:
    """F5: It is as any settled future; one that was cancelled ignores it."""

    async def work() -> str:
        return "returned"

    future: Any = txa.as_future(work)
    assert await future == "returned"
    with pytest.raises(txa.InvalidStateError, match="is resolved already"):
        txa.resolve(future, "second")
    with pytest.raises(txa.InvalidStateError, match="is resolved already"):
        txa.reject(future, Boom())
    assert await future == "returned"
    cancelled = txa.as_future(nap, txa, 1000)
    txa.cancel(cancelled)
    with pytest.raises(txa.CancelledError):
        await cancelled
    txa.resolve(cancelled, "late")
    txa.reject(cancelled, Boom())
    with pytest.raises(txa.CancelledError):
        await cancelled


def state_of(value: Any) -> object:
    """Return what using *value* as a future would change."""
    if isinstance(value, Mock):
        return value.mock_calls
    return (value.cancelled(), value.done()) if hasattr(value, "done") else None


@pytest.mark.parametrize("make", NO_FUTURE.values(), ids=NO_FUTURE)
@pytest.mark.parametrize("use", USE.values(), ids=USE)
async def test_object_that_is_no_future(
    txa: IBackend,
    use: Callable[[IBackend, Any], object],
    make: Callable[[IBackend], Any],
) -> None:
    """F1: What `is_future` denies is refused, whatever its methods, and unchanged."""
    value = make(txa)
    loop = value.get_loop() if isinstance(value, asyncio.Future) else None
    if not txa.is_future(value):
        before = state_of(value)
        with pytest.raises(TypeError, match=r"^future must be "):
            use(txa, value)
        assert state_of(value) == before
    if loop is not None:
        loop.close()
    elif hasattr(value, "reset"):
        value.cancel()


@pytest.mark.parametrize("kind", ["thread", "handle", "mock", "none"])
@pytest.mark.parametrize("use", AWAIT.values(), ids=AWAIT)
async def test_object_that_cannot_be_awaited(
    txa: IBackend, use: Callable[[IBackend, Any], object], kind: str
) -> None:
    """F1: What takes any awaitable refuses the rest with the same error."""
    value = NO_FUTURE[kind](txa)
    before = state_of(value)
    with pytest.raises(TypeError, match=r"^future must be "):
        use(txa, value)
    assert state_of(value) == before
    if kind == "handle":
        value.cancel()


@pytest.mark.parametrize("use", USE.values(), ids=USE)
def test_no_future_in_debug_mode_and_after_the_end(
    run: Callable[..., Any], use: Callable[[IBackend, Any], object]
) -> None:
    """F1: The error is the same one whatever the state of the backend."""
    texts: list[str] = []
    backends: list[IBackend] = []

    def misuse(txa: IBackend) -> None:
        with pytest.raises(TypeError, match=r"^future must be ") as caught:
            use(txa, None)
        texts.append(str(caught.value))

    async def main(txa: IBackend) -> None:
        misuse(txa)
        backends.append(txa)

    run(main)
    run(main, debug=True)
    for txa in backends:
        misuse(txa)
    assert len(set(texts)) == 1


@pytest.mark.parametrize("use", DELAY.values(), ids=DELAY)
async def test_delay_of_a_wrong_type(
    txa: IBackend, use: Callable[[IBackend, Any], object]
) -> None:
    """T3: A delay that is not a number: `TypeError` names it."""
    with pytest.raises(TypeError, match="must be a number of seconds, not 'str'"):
        use(txa, "1")


async def test_timeout_settled_by_the_caller(txa: IBackend, unit: float) -> None:
    """X10: It keeps that outcome; its source is cancelled when the time is over."""
    source = txa.create_future()
    timed = txa.timeout(source, unit)
    txa.resolve(timed, "by hand")
    with pytest.raises(txa.CancelledError):
        await source
    assert await timed == "by hand"


def test_debug_mode_allows_everything_in_the_loops_thread(
    run: Callable[..., Any],
) -> None:
    """T7: Debug mode refuses use from other threads, and nothing else."""

    async def main(txa: IBackend) -> None:
        failed, cancelled = txa.create_future(), txa.create_future()
        shielded, timed = txa.shield(failed), txa.timeout(failed, 1000)
        txa.reject(failed, KeyError("x"))
        txa.cancel(cancelled)
        for follower in (shielded, timed):
            with pytest.raises(KeyError):
                await follower
        with pytest.raises(txa.CancelledError):
            await cancelled

    run(main, debug=True)


@pytest.mark.parametrize("wrapped", [True, False])
async def test_rejecting_with_a_cancellation(
    txa: IBackend, unit: float, wrapped: bool
) -> None:
    """X1: It cancels the future and calls its canceller; a settled one refuses."""
    called: list[Any] = []
    error: Any = txa.CancelledError("why")
    if wrapped:
        error = txa.create_failure(error)
    pending, ended = txa.create_future(canceller=called.append), txa.create_future(1)
    cancelled = txa.create_future()
    txa.cancel(cancelled)
    txa.reject(cancelled, error)
    txa.reject(pending, error)
    with pytest.raises(txa.InvalidStateError):
        txa.reject(ended, error)
    with pytest.raises(txa.CancelledError):
        await pending
    with pytest.raises(txa.CancelledError):
        await cancelled
    await pause(txa, unit)
    assert called == [pending]


async def test_canceller_that_cannot_be_called(txa: IBackend) -> None:
    """X1: A canceller that is not callable: `TypeError` names it at once."""
    with pytest.raises(TypeError, match="canceller must be callable, not 'int'"):
        txa.create_future(canceller=cast("Any", 5))
    with pytest.raises(TypeError, match="canceller must be callable, not 'int'"):
        txa.create_future(result=1, canceller=cast("Any", 5))
