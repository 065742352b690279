"""Locks and semaphores."""

from __future__ import annotations

import pytest

from txaio_primitives import BoundedSemaphore, Lock, Semaphore, WouldBlock


KINDS = {"lock": Lock, "semaphore": Semaphore, "bounded": BoundedSemaphore}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def permit(request, txaio):
    """An object with one permit, of each kind."""
    return request.param(txaio)


class Holders:
    """Coroutines that hold a permit, and the names of those that have got it."""

    def __init__(self, permit):
        self._permit = permit
        self.names = []

    async def hold(self, name, until):
        """Hold the permit until a future is settled."""
        async with self._permit:
            self.names.append(name)
            await until


@pytest.fixture
def holders(permit):
    """Coroutines that hold *permit*."""
    return Holders(permit)


class TestOrder:
    """First come, first served."""

    async def test_one_at_a_time(self, permit, holders, txaio, loop):
        """The permit goes to the next when it is released."""
        ends = {name: txaio.create_future() for name in "abc"}
        futures = [
            await loop.start(holders.hold, name, end) for name, end in ends.items()
        ]
        for number, end in enumerate(ends.values(), 1):
            assert holders.names == list("abc"[:number])
            assert permit.locked()
            txaio.resolve(end)
            await loop.settle()
        await txaio.gather(futures)
        assert not permit.locked()

    async def test_no_newcomer_comes_before(self, permit, holders, txaio, loop):
        """What was released is the waiter's, though it has not gone on yet."""
        permit.acquire_nowait()
        end = txaio.create_future_success(None)
        waiting = await loop.start(holders.hold, "waiter", end)
        permit.release()
        with pytest.raises(WouldBlock, match="await acquire"):
            permit.acquire_nowait()
        later = permit.acquire_future()
        assert not txaio.is_called(later)
        await waiting
        await loop.settle()
        assert txaio.is_called(later)
        permit.release()

    async def test_futures_and_coroutines(self, permit, holders, txaio, loop):
        """Callbacks and coroutines wait in one queue."""
        end = txaio.create_future_success(None)
        first, waiting = (
            permit.acquire_future(),
            await loop.start(holders.hold, "b", end),
        )
        last = permit.acquire_future()
        txaio.add_callbacks(last, lambda _: holders.names.append("c"), None)
        assert await first is None
        assert holders.names == []
        permit.release()
        await waiting
        await loop.settle()
        assert holders.names == ["b", "c"]
        permit.release()
        assert not permit.locked()


class TestCancel:
    """Who is cancelled holds nothing, and takes nothing along."""

    async def test_while_it_waits(self, permit, holders, txaio, loop):
        """A waiter that is cancelled has no turn."""
        permit.acquire_nowait()
        end = txaio.create_future_success(None)
        first, second = (
            await loop.start(holders.hold, "a", end),
            await loop.start(holders.hold, "b", end),
        )
        loop.cancel(first)
        permit.release()
        await txaio.gather([first, second])
        assert holders.names == ["b"]
        assert not permit.locked()

    async def test_at_its_turn(self, permit, holders, txaio, moment, loop):
        """One that is cancelled as it gets the permit does not keep it."""
        permit.acquire_nowait()
        never = txaio.create_future()
        first = await loop.start(holders.hold, "a", never)
        second = await loop.start(holders.hold, "b", txaio.create_future_success(None))
        permit.release()
        await loop.turns(moment)
        loop.cancel(first)
        assert await loop.outcome(first) == "cancelled"
        assert await loop.outcome(second) == "done"
        assert holders.names in (["b"], ["a", "b"])
        assert not permit.locked()

    async def test_a_future(self, permit, txaio, loop):
        """A future that is cancelled in time has no turn."""
        permit.acquire_nowait()
        first, second = permit.acquire_future(), permit.acquire_future()
        loop.cancel(first)
        permit.release()
        assert txaio.is_called(second)
        permit.release()
        await loop.settle()
        assert not permit.locked()

    async def test_many_at_one_turn(self, permit, holders, txaio, loop):
        """However many are cancelled, the last gets the permit."""
        permit.acquire_nowait()
        never = txaio.create_future()
        futures = [await loop.start(holders.hold, number, never) for number in range(5)]
        last = await loop.start(holders.hold, "last", txaio.create_future_success(None))
        permit.release()
        for future in futures:
            loop.cancel(future)
        assert await loop.outcome(last) == "done"
        assert not permit.locked()


class TestLock:
    """What a lock alone does."""

    async def test_release_of_a_free_lock(self, txaio):
        """A lock that is not held cannot be released."""
        lock = Lock(txaio)
        with pytest.raises(RuntimeError, match=r"not held: call release\(\) once"):
            lock.release()
        lock.acquire_nowait()
        lock.release()
        with pytest.raises(RuntimeError, match="not held"):
            lock.release()
        assert not lock.locked()

    async def test_error_inside(self, txaio):
        """It is released if what it protects fails."""
        lock = Lock(txaio)
        with pytest.raises(KeyError):
            async with lock:
                raise KeyError
        assert not lock.locked()

    async def test_acquire(self, txaio, loop):
        """It can be acquired and released by calls, of which one waits."""
        lock = Lock(txaio)
        await lock.acquire()
        waiting = await loop.start(lock.acquire)
        assert not txaio.is_called(waiting)
        lock.release()
        await waiting
        assert lock.locked()


class TestSemaphore:
    """What a semaphore alone does."""

    async def test_several(self, txaio):
        """It has as many permits as it was made with."""
        semaphore = Semaphore(txaio, 2)
        semaphore.acquire_nowait()
        async with semaphore:
            assert semaphore.locked()
            assert semaphore.value == 0
            with pytest.raises(WouldBlock):
                semaphore.acquire_nowait()
        assert semaphore.value == 1

    async def test_more_permits(self, txaio):
        """To release more often than to acquire adds permits."""
        semaphore = Semaphore(txaio, 0)
        waiting = semaphore.acquire_future()
        for _ in range(3):
            semaphore.release()
        assert txaio.is_called(waiting)
        assert semaphore.value == 2

    async def test_bound(self, txaio):
        """A bounded one has never more than at first."""
        semaphore = BoundedSemaphore(txaio, 2)
        await semaphore.acquire()
        semaphore.release()
        with pytest.raises(
            ValueError, match=r"no permit is held: call release\(\) once"
        ):
            semaphore.release()
        assert semaphore.value == 2

    @pytest.mark.parametrize(
        ("kind", "value", "error"),
        [
            (Semaphore, -1, "value must be 0 or more, not -1"),
            (BoundedSemaphore, 0, "value must be 1 or more, not 0"),
        ],
    )
    def test_too_few(self, txaio, kind, value, error):
        """A number of permits that makes no sense is refused."""
        with pytest.raises(ValueError, match=error):
            kind(txaio, value)

    @pytest.mark.parametrize("value", [1.5, "2", True, None])
    def test_no_number(self, txaio, value):
        """So is what is no number."""
        with pytest.raises(TypeError, match="value must be an int, not"):
            Semaphore(txaio, value)
