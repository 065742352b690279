"""What a backend leaves behind."""

from __future__ import annotations

import asyncio
import gc
import weakref
from functools import partial
from typing import Any

import pytest

import txaio_anyio
from txaio_anyio import AnyioBackend


class Argument:
    """An object to which weak references can be made."""


def cancel_own_tasks() -> None:
    """Cancel the tasks of asyncio that the backend has for itself."""
    for task in asyncio.all_tasks():
        if task.get_name() == "txaio":
            task.cancel()


def test_calls_that_were_not_made_are_released(
    run_natively: Any, collect_dropped: Any
) -> None:
    """A reference to the backend does not keep them."""

    async def main() -> None:
        argument = Argument()
        gone = weakref.ref(argument)
        async with AnyioBackend() as txa:
            txa.call_later(1000, partial(id, argument))
            txa.call_later(1001, id, argument)
        del argument
        gc.collect()  # A call and its handle refer to each other.
        collect_dropped()
        assert gone() is None
        assert txa.name == "anyio"

    run_natively(main)


def test_what_is_no_future(run_natively: Any) -> None:
    """The error says which futures the backend has."""

    async def main() -> None:
        no_future: Any = 1
        async with AnyioBackend() as txa:
            with pytest.raises(TypeError, match="an AnyIO future"):
                txa.resolve(no_future, None)

    run_natively(main)


def test_no_alarm_is_left() -> None:
    """The loop of asyncio need not wake up for a backend that has ended."""
    alarms: list[asyncio.TimerHandle] = []

    async def main() -> None:
        loop: Any = asyncio.get_running_loop()
        call_at = loop.call_at

        def keep(*args: Any) -> asyncio.TimerHandle:
            alarms.append(call_at(*args))
            return alarms[-1]

        loop.call_at = keep
        async with AnyioBackend() as txa:
            for delay in (1000, 500):
                txa.call_later(delay, print)
                await txa.run_in_thread(int)
        del loop.call_at

    asyncio.run(main())
    assert len(alarms) == 2
    assert all(alarm.cancelled() for alarm in alarms)


def test_scheduler_is_cancelled() -> None:
    """As asyncio can cancel any task: the block ends."""

    async def main(txa: AnyioBackend) -> None:
        await txa.sleep(0)
        cancel_own_tasks()
        await txa.create_future()

    with pytest.raises(asyncio.CancelledError):
        txaio_anyio.run(main)


def test_end_is_cancelled() -> None:
    """What cancels coroutines at the end is cancelled itself: they still clean up."""
    events: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(0.01)
            cancel_own_tasks()
            await txa.sleep(0.01)
            events.append("cleaned up")

    async def main(txa: AnyioBackend) -> None:
        txa.as_future(work, txa)
        await txa.sleep(0)

    with pytest.raises(asyncio.CancelledError):
        txaio_anyio.run(main)
    assert events == ["cleaned up"]


def test_last_callbacks(run: Any) -> None:
    """L1: All that come of what has happened before the end are called."""
    called: list[int] = []

    def hop(txa: AnyioBackend, left: int) -> None:
        called.append(left)
        if left:
            future = txa.create_future_success(None)
            txa.add_callbacks(future, lambda _value: hop(txa, left - 1), None)

    async def main(txa: AnyioBackend) -> None:
        hop(txa, 20)

    run(main)
    assert called == [*range(20, -1, -1)]
