"""asyncio's tasks under AnyIO, which other code may cancel at any time."""

from __future__ import annotations

import asyncio
import inspect
import weakref
from typing import TYPE_CHECKING, Any
from weakref import ref

import anyio
import pytest
import trio

import txaio_anyio


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_anyio import AnyioBackend


def test_natively_cancelled_before_it_starts(reported: list[Any]) -> None:
    """The future is cancelled, the coroutine closed, and the backend can end."""
    begun: list[str] = []

    async def work() -> None:
        begun.append("work")

    async def main(txa: AnyioBackend) -> None:
        coroutine = work()
        future = txa.as_future(lambda: coroutine)
        [native] = (it for it in asyncio.all_tasks() if it.get_name().endswith("work"))
        assert native.cancel("enough")
        assert native.cancel()
        with pytest.raises(txa.CancelledError, match="enough"):
            await future
        assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED
        await txa.sleep(0)
        assert not native.cancel()

    txaio_anyio.run(main, on_error=lambda _text, error: reported.append(error))
    assert begun == reported == []


def test_exit_in_a_native_callback_that_has_started_a_coroutine() -> None:
    """The program ends: asyncio cancels all tasks, and waits for them."""

    async def work() -> None:
        pytest.fail("it has begun")

    async def main(txa: AnyioBackend) -> None:
        def start_and_exit() -> None:
            txa.as_future(work)
            raise SystemExit(3)

        asyncio.get_running_loop().call_soon(start_and_exit)
        await txa.create_future()

    with pytest.raises(SystemExit, match="3"):
        txaio_anyio.run(main)


def test_native_task_that_a_deadline_ends(
    collect_dropped: Callable[[], None],
) -> None:
    """Its error does not keep it, by the frames of its scope."""

    async def limited(txa: AnyioBackend) -> None:
        async with txa.fail_after(0.01):
            await asyncio.sleep(60)

    async def main(txa: AnyioBackend) -> ref[asyncio.Task[None]]:
        task = asyncio.ensure_future(limited(txa))
        await asyncio.wait([task])
        assert isinstance(task.exception(), TimeoutError)
        return ref(task)

    gone = txaio_anyio.run(main)
    collect_dropped()
    assert gone() is None


def test_waits_that_are_cut_short_leave_nothing() -> None:
    """A future that many have given up waiting for does not keep their places."""

    async def wait(future: Any) -> None:
        await future

    async def main(txa: AnyioBackend) -> None:
        gate = txa.create_future()
        stubborn: Any = txa.as_future(txa.uncancelled, lambda: gate)
        waiting = [asyncio.ensure_future(wait(stubborn)) for _ in range(10)]
        await txa.sleep(0.01)
        # The first makes them wait until the future has ended, the second does not.
        for _ in range(2):
            for task in waiting:
                task.cancel()
            await txa.sleep(0.01)
        places = len(stubborn._parked)
        txa.resolve(gate, None)
        assert all(task.cancelled() for task in waiting)
        assert places == 0

    txaio_anyio.run(main)


def test_cancelled_as_the_future_is_settled() -> None:
    """Those of its waiters that are not cancelled see the outcome."""

    async def wait(future: Any) -> int:
        value: int = await future
        return value

    async def main(txa: AnyioBackend) -> None:
        for is_first in (True, False):
            future: Any = txa.create_future()
            waiting = [asyncio.ensure_future(wait(future)) for _ in range(4)]
            await txa.sleep(0.01)
            if is_first:
                txa.resolve(future, 1)
            for task in waiting[::2]:
                task.cancel()
            if not is_first:
                txa.resolve(future, 1)
            got = await asyncio.gather(*waiting, return_exceptions=True)
            assert got[1::2] == [1, 1]
            assert [type(error) for error in got[::2]] == [asyncio.CancelledError] * 2
            assert not future._parked

    txaio_anyio.run(main)


@pytest.mark.parametrize("in_scope", [False, True])
def test_native_task_that_has_waited_is_released(
    run: Any, loop: str, in_scope: bool, collect_dropped: Callable[[], None]
) -> None:
    """A backend keeps no native task that has ended."""
    gone: list[weakref.ref[Any]] = []
    current = {"asyncio": asyncio.current_task, "trio": trio.lowlevel.current_task}

    async def wait(txa: AnyioBackend) -> None:
        gone.append(weakref.ref(current[loop]()))
        if in_scope:
            async with txa.move_on_after(1000):
                await anyio.sleep(1)
        else:
            await txa.sleep(1)

    async def main(txa: AnyioBackend) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(wait, txa)
        await txa.sleep(1)
        collect_dropped()
        assert [reference() for reference in gone] == [None]

    run(main)


def test_ended_coroutine_is_released(
    run: Any, collect_dropped: Callable[[], None]
) -> None:
    """What keeps its future keeps neither the coroutine nor its native task."""

    async def work(txa: AnyioBackend) -> str:
        await txa.sleep(0)
        return "value"

    async def main(txa: AnyioBackend) -> None:
        coroutines = [work(txa)]
        gone = weakref.ref(coroutines[0])
        future = txa.as_future(coroutines.pop)
        await txa.sleep(1)
        collect_dropped()
        assert gone() is None
        assert await future == "value"

    run(main)


def test_cancelled_as_the_backend_ends() -> None:
    """What waits for a future that nothing settles any more is cancelled at once."""

    async def wait(future: Any) -> None:
        await future

    async def main(outer: AnyioBackend) -> None:
        gate = outer.create_future()
        stubborn = outer.as_future(outer.uncancelled, lambda: gate)
        async with txaio_anyio.AnyioBackend() as inner:
            waiting = asyncio.ensure_future(wait(inner.gather([stubborn])))
            await inner.sleep(0.01)
        waiting.cancel()
        await asyncio.wait([waiting], timeout=1)
        assert waiting.cancelled()
        outer.resolve(gate)

    txaio_anyio.run(main)


@pytest.mark.parametrize("awaits", ["native", "future", "coroutine"])
def test_text_of_a_native_cancellation(awaits: str) -> None:
    """X13: It is the text of the coroutine's future, too."""
    natives: list[Any] = []

    async def work(txa: AnyioBackend) -> None:
        natives.append(asyncio.current_task())
        if awaits == "native":
            await asyncio.sleep(1000)
        elif awaits == "future":
            await txa.create_future()
        else:
            await txa.as_future(txa.create_future)

    async def main(txa: AnyioBackend) -> None:
        future = txa.as_future(work, txa)
        await txa.sleep(0.01)
        natives[0].cancel("why")
        with pytest.raises(txa.CancelledError, match="why"):
            await future

    txaio_anyio.run(main)
