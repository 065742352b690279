"""asyncio's tasks under AnyIO, which other code may cancel at any time."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

import pytest

import txaio_anyio


if TYPE_CHECKING:
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
