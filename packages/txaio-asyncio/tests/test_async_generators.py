"""Async generators of native tasks, which asyncio ends after the backend."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager

import txaio_asyncio


def test_generator_of_a_native_task_that_runs_at_the_end():
    """L4: asyncio cancels the task, and so leaves its context managers in order."""
    events = []

    @asynccontextmanager
    async def connection():
        try:
            yield
        finally:
            events.append("closed")

    async def native(begun):
        async with connection():
            try:
                begun.set()
                await asyncio.sleep(60)
            finally:
                events.append("task cleaned up")

    async def main(_txa):
        begun = asyncio.Event()
        main.task = asyncio.create_task(native(begun))
        await begun.wait()

    txaio_asyncio.run(main)
    assert events == ["task cleaned up", "closed"]


def test_generator_that_a_native_task_iterates_over_at_the_end():
    """L4: It cannot be closed meanwhile: it sees the cancellation of the task."""
    events, reports = [], []

    async def numbers():
        try:
            events.append("begun")
            await asyncio.sleep(60)
            yield 1
        finally:
            events.append("closed")

    async def native():
        async for _number in numbers():
            pass

    async def main(txa):
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: reports.append(context))
        main.task = asyncio.create_task(native())
        await txa.sleep(0)

    txaio_asyncio.run(main)
    assert events == ["begun", "closed"]
    assert reports == []


def test_generator_of_a_native_task_that_has_ended():
    """L4: It is closed before the backend ends, whatever task has begun it."""
    events, kept = [], []

    async def numbers(txa):
        try:
            yield 1
        finally:
            await txa.sleep(0.001)
            events.append("closed")

    async def main(txa):
        kept.append(numbers(txa))
        await asyncio.create_task(kept[0].__anext__())

    txaio_asyncio.run(main)
    assert events == ["closed"]


def test_generator_that_a_native_task_has_returned():
    """L4: That its task is remembered does not keep it."""
    events = []

    async def numbers(txa):
        try:
            yield 1
        finally:
            await txa.sleep(0)
            events.append("closed")

    async def begin(txa):
        generator = numbers(txa)
        await anext(generator)
        return generator

    async def main(txa):
        await asyncio.create_task(begin(txa))
        for _ in range(3):
            gc.collect()  # On PyPy each frees one object of a chain.
            await txa.sleep(0.01)
        events.append("main has ended")

    txaio_asyncio.run(main)
    assert events == ["closed", "main has ended"]
