"""Conditions."""

from __future__ import annotations

import pytest

from txaio_primitives import Condition, Lock, WouldBlock


@pytest.fixture
def condition(txaio):
    """A condition with a lock of its own."""
    return Condition(txaio)


@pytest.fixture
def woken():
    """The names of those that were notified."""
    return []


@pytest.fixture
def waiter(condition, woken):
    """A coroutine function that waits, and holds the lock after that."""

    async def waiter(name="waiter"):
        async with condition:
            await condition.wait()
            assert condition.locked()
            woken.append(name)

    return waiter


async def test_notify(condition, waiter, woken, loop):
    """So many go on as are notified, in the order in which they came."""
    for name in "abcd":
        await loop.start(waiter, name)
    for number, expected in ((1, "a"), (2, "abc"), (0, "abc"), (5, "abcd")):
        async with condition:
            condition.notify(number)
        await loop.settle()
        assert sorted(woken) == list(expected)
    assert not condition.locked()


async def test_notify_all(condition, waiter, woken, loop):
    """All go on, one after the other."""
    for name in "abc":
        await loop.start(waiter, name)
    async with condition:
        condition.notify_all()
        await loop.settle()
        assert woken == []
    await loop.settle()
    assert sorted(woken) == list("abc")


async def test_lock_is_free_meanwhile(condition, waiter, loop):
    """Others have the lock while one waits."""
    future = await loop.start(waiter)
    condition.acquire_nowait()
    with pytest.raises(WouldBlock):
        condition.acquire_nowait()
    condition.notify()
    condition.release()
    await future
    await condition.acquire()
    condition.release()


async def test_notified_as_the_lock_is_released(condition, txaio, loop):
    """One that gets the lock at that moment finds the waiter."""
    order = []

    async def first():
        await condition.wait()
        order.append("woken")
        condition.release()

    async def second():
        async with condition:
            order.append("notifies")
            condition.notify()

    await condition.acquire()
    notifying = await loop.start(second)
    # On Twisted a coroutine that is started there takes its first step at once, and so
    # does the other, inside `release`.
    txaio.call_later(0, txaio.as_future, first)
    await notifying
    await loop.settle()
    assert order == ["notifies", "woken"]


async def test_wait_for(condition, loop):
    """It waits until the predicate is true, and returns its value."""
    values = []

    async def waiter():
        async with condition:
            return await condition.wait_for(lambda: values[-1:])

    future = await loop.start(waiter)
    for value in ([], [1]):
        async with condition:
            values.extend(value)
            condition.notify_all()
        await loop.settle()
    assert await future == [1]
    assert await waiter() == [1]


class TestCancel:
    """Cancelled or not, the lock is held again."""

    async def test_while_it_waits(self, condition, loop):
        """It waits for the lock before it ends."""
        seen = []

        async def waiter():
            async with condition:
                try:
                    await condition.wait()
                finally:
                    seen.append(condition.locked())

        future = await loop.start(waiter)
        await condition.acquire()
        loop.cancel(future)
        await loop.settle()
        assert seen == []
        condition.release()
        assert await loop.outcome(future) == "cancelled"
        assert seen == [True]
        assert not condition.locked()

    async def test_again(self, condition, txaio, loop):
        """A second cancellation does not keep it from that."""
        seen = []

        async def waiter():
            async with condition:
                try:
                    await condition.wait()
                finally:
                    seen.append(condition.locked())

        future = await loop.start(waiter)
        await condition.acquire()
        for _ in range(3):
            loop.cancel(future)
            await loop.settle()
        assert seen == []
        assert not txaio.is_called(future)
        condition.release()
        assert await loop.outcome(future) == "cancelled"
        assert seen == [True]
        assert not condition.locked()

    async def test_as_it_is_notified(self, condition, waiter, woken, moment, loop):
        """The notification is not lost: one of the waiters goes on."""
        first, _second = await loop.start(waiter, "a"), await loop.start(waiter, "b")
        async with condition:
            condition.notify()
        await loop.turns(moment)
        loop.cancel(first)
        await loop.settle()
        async with condition:
            condition.notify_all()
        await loop.settle()
        assert "b" in woken
        assert not condition.locked()
        if moment == 0:
            assert woken == ["b"]

    async def test_passes_the_notification_on(self, condition, waiter, woken, loop):
        """A waiter that is cancelled as it is notified leaves that to the next."""
        first, second = await loop.start(waiter, "a"), await loop.start(waiter, "b")
        async with condition:
            condition.notify()
            loop.cancel(first)
        await second
        assert woken == ["b"]


class TestLock:
    """Conditions may share a lock."""

    async def test_shared(self, txaio, loop):
        """Each has its own waiters."""
        lock = Lock(txaio)
        full, empty = Condition(txaio, lock), Condition(txaio, lock)

        async def waiter(condition):
            async with condition:
                await condition.wait()

        futures = [await loop.start(waiter, full), await loop.start(waiter, empty)]
        async with lock:
            full.notify_all()
        await futures[0]
        assert not txaio.is_called(futures[1])
        async with full:
            empty.notify_all()
        await futures[1]

    def test_of_another_backend(self, txaio_host):
        """A lock of another backend is refused."""

        async def make(txa):
            return Lock(txa)

        async def use(txa, lock):
            with pytest.raises(ValueError, match="lock was made for another backend"):
                Condition(txa, lock)

        txaio_host.run(use, txaio_host.run(make))

    def test_no_lock(self, txaio):
        """What is no lock is refused."""
        with pytest.raises(
            TypeError, match="lock must be a Lock of this package, not 'Condition'"
        ):
            Condition(txaio, Condition(txaio))


class TestWithoutTheLock:
    """What needs the lock says so."""

    @pytest.mark.parametrize("method", ["notify", "notify_all"])
    async def test_notify(self, condition, method):
        """To notify is one such thing."""
        with pytest.raises(RuntimeError, match=f"{method}.. needs the lock: call it"):
            getattr(condition, method)()

    async def test_wait(self, condition):
        """To wait is another."""
        with pytest.raises(RuntimeError, match=r"wait\(\) needs the lock: call it"):
            await condition.wait()
        with pytest.raises(RuntimeError, match=r"wait_for\(\) needs the lock"):
            await condition.wait_for(bool)

    async def test_release(self, condition):
        """To release is a third."""
        with pytest.raises(RuntimeError, match="the lock is not held"):
            condition.release()

    async def test_number(self, condition):
        """A number of waiters is an int that is not negative."""
        async with condition:
            with pytest.raises(ValueError, match="n must be 0 or more, not -1"):
                condition.notify(-1)
            with pytest.raises(TypeError, match="n must be an int, not 'str'"):
                condition.notify("all")
