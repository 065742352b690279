"""Async generators of native tasks, and of backends that were made by hand."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio

import txaio_anyio


if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator


def test_generator_of_a_native_task(run: Any) -> None:
    """L4: What a task of a group in main has left is closed before the end."""
    events: list[str] = []
    kept: list[Any] = []

    async def numbers(txa: Any) -> AsyncGenerator[int, None]:
        try:
            yield 1
        finally:
            await txa.sleep(1)
            events.append("closed")

    async def begin(txa: Any) -> None:
        kept.append(numbers(txa))
        await anext(kept[0])

    async def main(txa: Any) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(begin, txa)

    run(main)
    assert events == ["closed"]


def test_generator_of_a_task_of_asyncio_that_runs_at_the_end() -> None:
    """L4: asyncio cancels the task, and so leaves its context managers in order."""
    events: list[str] = []
    tasks: list[Any] = []

    @asynccontextmanager
    async def connection() -> AsyncIterator[None]:
        try:
            yield
        finally:
            events.append("closed")

    async def native(begun: asyncio.Event) -> None:
        async with connection():
            try:
                begun.set()
                await asyncio.sleep(60)
            finally:
                events.append("task cleaned up")

    async def main(_txa: Any) -> None:
        begun = asyncio.Event()
        tasks.append(asyncio.create_task(native(begun)))
        await begun.wait()

    txaio_anyio.run(main)
    assert events == ["task cleaned up", "closed"]


def test_hooks_inside_a_block_of_ones_own(run_natively: Any) -> None:
    """The loop belongs to the program, and so do its hooks."""

    async def main() -> None:
        hooks = sys.get_asyncgen_hooks()
        async with txaio_anyio.AnyioBackend() as txa:
            assert sys.get_asyncgen_hooks() == hooks
            await txa.sleep(0)
            assert sys.get_asyncgen_hooks() == hooks
        assert sys.get_asyncgen_hooks() == hooks

    run_natively(main)
