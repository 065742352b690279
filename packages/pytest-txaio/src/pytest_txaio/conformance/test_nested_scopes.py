"""fail_after and move_on_after: scopes in each other, and other cancellations."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from pytest_txaio import pause


if TYPE_CHECKING:
    from txaio_interfaces import IBackend, IFuture


@pytest.mark.parametrize("inner", [1, 10])
@pytest.mark.parametrize("outer", [1, 10])
async def test_two_deadlines(
    txa: IBackend, unit: float, inner: int, outer: int
) -> None:
    """D3: The first that comes counts; the outer one goes through the inner one."""

    async def work() -> list[str]:
        events = []
        try:
            async with txa.fail_after(outer * unit):
                try:
                    async with txa.fail_after(inner * unit):
                        await txa.create_future()
                except TimeoutError:
                    events.append("inner")
                events.append("between")
                await txa.sleep(20 * unit)
        except TimeoutError:
            events.append("outer")
        await txa.sleep(unit)
        return events

    events = await txa.as_future(work)
    if outer < inner:
        assert events == ["outer"]
    elif outer > inner:
        assert events == ["inner", "between", "outer"]
    else:
        assert events in (["outer"], ["inner", "between", "outer"])


@pytest.mark.parametrize("kind", ["fail_after", "move_on_after"])
async def test_cancelled_from_outside(txa: IBackend, unit: float, kind: str) -> None:
    """D3: It goes through all scopes, and is no TimeoutError."""
    events: list[str] = []

    async def work() -> None:
        async with getattr(txa, kind)(50 * unit), getattr(txa, kind)(60 * unit):
            try:
                await txa.create_future()
            finally:
                events.append("body")
        events.append("swallowed")

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future, "why")
    with pytest.raises(txa.CancelledError, match="why"):
        await future
    assert events == ["body"]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("kind", ["fail_after", "move_on_after"])
async def test_cancelled_from_outside_as_it_expires(
    txa: IBackend, unit: float, kind: str, late: bool
) -> None:
    """D3: Cancelled before or after it expired, during the clean-up: not swallowed.

    D1: It has expired if its body has seen that.
    """
    events: list[str] = []
    scope = getattr(txa, kind)(2 * unit)

    async def work() -> None:
        async with scope:
            try:
                await txa.create_future()
            finally:
                await txa.uncancelled(txa.sleep, 3 * unit)
                events.append("cleaned up")
        events.append("swallowed")

    future = txa.as_future(work)
    await pause(txa, (3 if late else 1) * unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert events == ["cleaned up"]
    assert scope.expired is late


@pytest.mark.parametrize("in_callback", [False, True])
async def test_cancelled_from_outside_while_a_child_cleans_up(
    txa: IBackend, unit: float, in_callback: bool
) -> None:
    """D3: Nor is it swallowed if the child that it awaits has seen the deadline."""
    events: list[str] = []

    async def child() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(15 * unit)
            events.append("child")

    async def work() -> None:
        async with txa.move_on_after(unit):
            await txa.as_future(child)
        events.append("swallowed")

    future = txa.as_future(work)
    if in_callback:
        txa.call_later(2 * unit, txa.cancel, future)
    else:
        await pause(txa, 2 * unit)
        txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert events == ["child"]


async def test_outer_deadline_as_the_inner_one_cleans_up(
    txa: IBackend, unit: float
) -> None:
    """D3: The inner block then ends with the cancellation of the outer one."""

    async def work() -> list[str]:
        events = []
        async with txa.move_on_after(2 * unit) as outer:
            async with txa.move_on_after(unit) as inner:
                try:
                    await txa.create_future()
                finally:
                    await txa.uncancelled(txa.sleep, 3 * unit)
                    events.append("cleaned up")
            events.append("between")
        assert inner.expired
        assert outer.expired
        return events

    assert await txa.as_future(work) == ["cleaned up"]


async def test_again_after_an_expiry(txa: IBackend, unit: float) -> None:
    """D3: After it, other scopes expire, and the coroutine can be cancelled."""
    events: list[str] = []

    async def work() -> None:
        for _ in range(3):
            async with txa.move_on_after(unit):
                await txa.create_future()
            events.append("expired")
        try:
            await txa.create_future()
        except txa.CancelledError as error:
            events.append(str(error))
        async with txa.move_on_after(unit):
            await txa.create_future()
        events.append("expired")

    future = txa.as_future(work)
    await pause(txa, 15 * unit)
    txa.cancel(future, "why")
    await future
    assert events == ["expired"] * 3 + ["why", "expired"]


async def test_child_cleans_up_first(txa: IBackend, unit: float) -> None:
    """D4: What the body awaits, directly or in a gather, ends before the block."""
    events: list[str] = []

    async def child() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(unit)
            events.append("child")

    async def work(awaited: IFuture[object]) -> None:
        async with txa.move_on_after(unit):
            await awaited
        events.append("block")

    await txa.as_future(work, txa.as_future(child))
    await txa.as_future(work, txa.gather([child(), child()]))
    await txa.as_future(work, txa.timeout(child(), 100 * unit))
    assert events == ["child", "block", "child", "child", "block", "child", "block"]


class Pool:
    """Connections, handed over as the documentation shows it."""

    def __init__(self, txa: IBackend) -> None:
        """Have one connection, which is in use."""
        self._txa = txa
        self._waiting: list[IFuture[str]] = []
        self.free: list[str] = []

    async def acquire(self) -> str:
        """Wait for a connection."""
        waiter: IFuture[str] = self._txa.create_future()
        self._waiting.append(waiter)
        try:
            return await waiter
        except BaseException:
            with suppress(self._txa.CancelledError):
                self.release(self._txa.result(waiter))
            raise

    def release(self, connection: str) -> None:
        """Give it to the first that waits, if there is one."""
        while self._waiting:
            waiter = self._waiting.pop(0)
            if not self._txa.is_called(waiter):
                self._txa.resolve(waiter, connection)
                return
        self.free.append(connection)


@pytest.mark.parametrize("how", ["a scope", "cancel"])
@pytest.mark.parametrize("turns", range(8))
async def test_pool_loses_no_connection(
    txa: IBackend, unit: float, turns: int, how: str
) -> None:
    """D1, L5: Whenever it is cancelled, a connection is used or given back."""
    pool = Pool(txa)
    used: list[str] = []

    async def use() -> None:
        async with scope:
            connection = await pool.acquire()
            used.append(connection)
            try:
                await txa.sleep(unit)
            finally:
                used.remove(connection)
                pool.release(connection)

    async def later() -> None:
        for _ in range(turns):
            await txa.sleep(0)
        if how == "cancel":
            txa.cancel(using)
        else:
            scope.cancel()

    scope = txa.move_on_after(100 * unit)
    using = txa.as_future(use)
    await pause(txa, unit)
    cancelling = txa.as_future(later)
    pool.release("connection")
    await txa.gather([using, cancelling])
    assert used == []
    assert pool.free == ["connection"]
