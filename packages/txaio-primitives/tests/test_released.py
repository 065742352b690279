"""What has ended is freed without the cyclic collector."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from weakref import ref

import pytest

from pytest_txaio import collect_dropped
from txaio_primitives import Background, Periodic, Shared, TaskGroup


class Boom(Exception):
    """The exception that the tests raise."""


@pytest.fixture(autouse=True)
def without_collector() -> Iterator[None]:
    """The collector is off meanwhile."""
    was_enabled = gc.isenabled()
    gc.disable()
    yield
    if was_enabled:
        gc.enable()


async def fail(txaio):
    """Fail after a second."""
    await txaio.sleep(1)
    raise Boom


async def task_group(txaio):
    """Return a reference to a group that has ended."""
    async with TaskGroup(txaio) as group:
        group.start_soon(txaio.sleep, 1)
    return ref(group)


async def failed_task_group(txaio):
    """Return a reference to a group in which a task has failed."""
    group = TaskGroup(txaio)
    with suppress(ExceptionGroup):
        async with group:
            group.start_soon(fail, txaio)
    return ref(group)


async def background(txaio):
    """Return a reference to one that is closed."""
    tasks = Background(txaio)
    tasks.start_soon(txaio.sleep, 1)
    await tasks.close()
    return ref(tasks)


async def periodic(txaio):
    """Return a reference to one that was stopped."""
    calls = Periodic(txaio, 1, partial(txaio.sleep, 0))
    await txaio.sleep(1.5)
    await calls.stop()
    return ref(calls)


async def shared(txaio):
    """Return a reference to one whose run has failed, for two callers."""
    call = Shared(txaio, fail)
    await txaio.gather([call(txaio), call(txaio)])
    return ref(call)


@pytest.mark.txaio(clock="virtual")
@pytest.mark.parametrize(
    "make", [task_group, failed_task_group, background, periodic, shared]
)
async def test_is_no_cycle(txaio, make):
    """Nothing refers to it in a cycle."""
    gone = await make(txaio)
    await txaio.sleep(1)
    collect_dropped()
    assert gone() is None
