"""Tasks that asyncio makes, and coroutines that no task runs, beside the backend's."""

from __future__ import annotations

import asyncio

import pytest

import txaio_asyncio


async def wait(future):
    """Await it."""
    return await future


def test_text_of_a_native_task():
    """X13: Each of its awaiters sees the text, as that of a coroutine."""

    async def main(txa):
        task = asyncio.ensure_future(wait(txa.create_future()))
        waiting = [txa.as_future(wait, task) for _ in range(2)]
        await txa.sleep(0.01)
        txa.cancel(task, "why")
        return await txa.gather(waiting)

    assert [str(each.value) for each in txaio_asyncio.run(main)] == ["why", "why"]


def test_text_of_a_native_task_after_a_deadline():
    """X13: Each awaiter sees the text, though a deadline has passed before."""
    scopes = []

    async def clean_up(txa):
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, 0.02)

    async def work(txa):
        async with txa.move_on_after(1000) as scope:
            scopes.append(scope)
            await txa.as_future(clean_up, txa)

    async def main(txa):
        task = asyncio.ensure_future(work(txa))
        waiting = [txa.as_future(wait, task) for _ in range(2)]
        await txa.sleep(0.01)
        scopes[0].cancel()
        await txa.sleep(0)
        txa.cancel(task, "why")
        return await txa.gather(waiting)

    assert [str(each.value) for each in txaio_asyncio.run(main)] == ["why", "why"]


def test_native_task_that_fails_as_it_is_cancelled():
    """X4: Its awaiter sees the error, and nothing is reported."""
    reports = []

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            raise LookupError

    async def main(txa):
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, context: reports.append(context))
        task = asyncio.ensure_future(work())
        await txa.sleep(0.01)
        txa.cancel(task, "why")
        with pytest.raises(LookupError):
            await task

    txaio_asyncio.run(main)
    assert reports == []


def test_native_task_that_does_not_end():
    """L1: After the grace period, its awaiter is interrupted, and with it the task."""
    events = []

    async def work():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            events.append("cancelled")
        try:
            await asyncio.Event().wait()
        finally:
            events.append("interrupted")

    async def main(txa):
        txa.as_future(wait, asyncio.ensure_future(work()))
        await txa.sleep(0.01)

    txaio_asyncio.run(main, grace=0.05)
    assert events == ["cancelled", "interrupted"]


@pytest.mark.parametrize("fails", [False, True])
def test_uncancelled_without_a_task(fails):
    """X9: A coroutine that something else runs awaits the function's outcome."""

    async def work(txa):
        await txa.sleep(0.01)
        if fails:
            raise LookupError
        return "value"

    async def main(txa):
        coroutine = txa.uncancelled(work, txa).__await__()
        done = txa.create_future()

        def step():
            try:
                coroutine.send(None).add_done_callback(lambda _: step())
            except LookupError:
                txa.resolve(done, "failed")
            except StopIteration as stop:
                txa.resolve(done, stop.value)

        txa.call_later(0, step)
        return await done

    assert txaio_asyncio.run(main) == ("failed" if fails else "value")
