"""Use in the wrong thread, and functions that a thread cannot run."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import Awaitable, Boom, coroutine_function


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IBatchedTimer, IDelayedCall

another: Callable[[Any], Any] = Awaitable
OFF_THREAD: dict[str, Callable[[IBackend, Any], object]] = {
    "call_later": lambda txa, _future: txa.call_later(0, print),
    "call_later, never": lambda txa, _future: txa.call_later(float("inf"), print),
    "call_at": lambda txa, _future: txa.call_at(0, print),
    "call_at, never": lambda txa, _future: txa.call_at(float("inf"), print),
    "sleep": lambda txa, _future: txa.sleep(0),
    "resolve": lambda txa, future: txa.resolve(future),
    "reject": lambda txa, future: txa.reject(future, Boom()),
    "reject with a failure": lambda txa, future: txa.reject(
        future, txa.create_failure(Boom())
    ),
    "cancel": lambda txa, future: txa.cancel(future),
    "add_callbacks": lambda txa, future: txa.add_callbacks(future, print, print),
    "as_future": lambda txa, _future: txa.as_future(int),
    "create_future": lambda txa, _future: txa.create_future(),
    "gather": lambda txa, future: txa.gather([future]),
    "shield": lambda txa, future: txa.shield(future),
    "timeout": lambda txa, future: txa.timeout(future, 1),
    "batched": lambda txa, _future: txa.make_batched_timer(1).call_later(1, print),
    "scope": lambda txa, _future: txa.fail_after(1).__aenter__().send(None),
    "timeout of another": lambda txa, future: txa.timeout(another(future), 1),
    "run_in_thread": lambda txa, _future: txa.run_in_thread(int),
}


@pytest.mark.parametrize("use", OFF_THREAD.values(), ids=OFF_THREAD)
def test_use_in_another_thread(
    run: Callable[..., Any], use: Callable[[IBackend, Any], object]
) -> None:
    """T7: In debug mode, use in another thread raises an error with the fix."""

    async def main(txa: IBackend) -> None:
        future = txa.create_future()
        with pytest.raises(RuntimeError, match="call_from_thread"):
            await txa.run_in_thread(use, txa, future)
        assert not txa.is_called(future)

    run(main, debug=True)


def test_call_from_a_thread_in_debug_mode(run: Callable[..., Any], unit: float) -> None:
    """T7: `call_from_thread` works in debug mode, too."""

    async def main(txa: IBackend) -> str:
        future = txa.create_future()

        def work() -> None:
            txa.call_from_thread(txa.call_later, unit, txa.resolve, future, "value")

        await txa.run_in_thread(work)
        value: str = await future
        return value

    assert run(main, debug=True) == "value"


def test_scope_used_in_another_thread(run: Callable[..., Any], unit: float) -> None:
    """T7: So do the methods of a scope, which go on as it was."""

    async def main(txa: IBackend) -> str:
        async with txa.fail_after(float("inf")) as scope:
            for use, args in ((scope.cancel, ()), (scope.reset, (unit,))):
                with pytest.raises(RuntimeError, match="call_from_thread"):
                    await txa.run_in_thread(use, *args)
            await txa.sleep(2 * unit)
        async with txa.move_on_after(3 * unit) as scope:
            with pytest.raises(RuntimeError, match="call_from_thread"):
                await txa.run_in_thread(scope.reset, 100 * unit)
            await txa.sleep(20 * unit)
        return "expired" if scope.expired else "not"

    assert run(main, debug=True) == "expired"


OFF_THREAD_TIMERS: dict[str, Callable[[IDelayedCall, IBatchedTimer], object]] = {
    "cancel": lambda call, _timer: call.cancel(),
    "reset": lambda call, _timer: call.reset(1000),
    "call_later": lambda _call, timer: timer.call_later(0, print),
}


@pytest.mark.parametrize("batched", [False, True], ids=["plain", "batched"])
@pytest.mark.parametrize("use", OFF_THREAD_TIMERS.values(), ids=OFF_THREAD_TIMERS)
def test_timer_used_in_another_thread(
    run: Callable[..., Any],
    unit: float,
    use: Callable[[IDelayedCall, IBatchedTimer], object],
    batched: bool,
) -> None:
    """T7: So do timers from the loop's thread; pending calls are made."""

    async def main(txa: IBackend) -> list[str]:
        made: list[str] = []
        timer = txa.make_batched_timer(unit)
        make = timer.call_later if batched else txa.call_later
        call = make(unit, made.append, "made")
        with pytest.raises(RuntimeError, match="call_from_thread"):
            await txa.run_in_thread(use, call, timer)
        await pause(txa, 4 * unit)
        return made

    assert run(main, debug=True) == ["made"]


@pytest.mark.parametrize("batched", [False, True], ids=["plain", "batched"])
def test_timer_used_in_the_loops_own_thread(
    run: Callable[..., Any], unit: float, batched: bool
) -> None:
    """T7: In the loop's thread debug mode changes nothing."""

    async def main(txa: IBackend) -> list[str]:
        made: list[str] = []
        timer = txa.make_batched_timer(unit)
        make = timer.call_later if batched else txa.call_later
        make(unit, made.append, "cancelled").cancel()
        call = make(50 * unit, made.append, "moved")
        assert call.reset(unit) is True
        await pause(txa, 4 * unit)
        assert call.reset(unit) is False
        return made

    assert run(main, debug=True) == ["moved"]


class Service:
    """An object whose `__call__` is a coroutine function."""

    async def __call__(self) -> None:
        """Do nothing."""


COROUTINE_FUNCTIONS: dict[str, Any] = {
    "function": coroutine_function,
    "partial": partial(coroutine_function),
    "object": Service(),
}


@pytest.mark.parametrize("fn", COROUTINE_FUNCTIONS.values(), ids=COROUTINE_FUNCTIONS)
async def test_thread_for_a_coroutine_function(txa: IBackend, fn: Any) -> None:
    """H2: A coroutine function: `TypeError` at once names what runs it."""
    with pytest.raises(TypeError, match=r"is a coroutine function.* as_future\(fn"):
        txa.run_in_thread(fn)


@pytest.mark.parametrize("fn", [None, 42])
async def test_thread_for_what_cannot_be_called(txa: IBackend, fn: Any) -> None:
    """H1, H2: An argument that is not callable: `TypeError` names it at once."""
    with pytest.raises(TypeError, match=r"^fn must be callable"):
        txa.run_in_thread(fn)
    with pytest.raises(TypeError, match=r"^fn must be callable"):
        txa.call_from_thread(fn)


def test_several_in_another_thread(run: Callable[..., Any]) -> None:
    """T7: Coroutines that are not run are closed, wherever they stand."""

    async def main(txa: IBackend) -> None:
        members: list[Any] = [txa.create_future(), coroutine_function()]
        with pytest.raises(RuntimeError, match="call_from_thread"):
            await txa.run_in_thread(txa.gather, members)
        assert inspect.getcoroutinestate(members[1]) == inspect.CORO_CLOSED
        assert not txa.is_called(members[0])

    run(main, debug=True)


async def test_exit_in_a_thread(txa: IBackend) -> None:
    """H2: `SystemExit` in a thread makes the future fail, and does not end the run."""
    left = SystemExit(3)

    def leave() -> None:
        raise left

    with pytest.raises(SystemExit) as caught:
        await txa.run_in_thread(leave)
    assert caught.value is left
    assert await txa.run_in_thread(int, "7") == 7
