"""Waiters in order."""

from __future__ import annotations

import asyncio
import gc
from weakref import ref

import pytest

from pytest_txaio import collect_dropped
from txaio_primitives import WaitQueue


class Boom(Exception):
    """An error."""


@pytest.fixture
def queue(txaio):
    """A queue without waiters."""
    return WaitQueue(txaio)


class Waiters:
    """Coroutines that wait, what they got, and what was given back."""

    def __init__(self, queue):
        self._queue = queue
        self.got = []
        self.returned = []

    async def wait(self, name="waiter"):
        """Wait."""
        self.got.append((name, await self._queue.wait(self.returned.append)))


@pytest.fixture
def waiters(queue):
    """Coroutines that wait for *queue*."""
    return Waiters(queue)


class TestHand:
    """A value goes to the first waiter."""

    async def test_in_order(self, queue, waiters, loop):
        """Those who wait are handed values in the order in which they came."""
        for name in "abc":
            await loop.start(waiters.wait, name)
        for value in range(3):
            assert queue.hand(value) is True
        await loop.settle()
        assert sorted(waiters.got) == [("a", 0), ("b", 1), ("c", 2)]

    async def test_without_a_waiter(self, queue):
        """Without a waiter, the value stays with the caller."""
        assert queue.hand("value") is False

    async def test_is_once(self, queue, waiters, loop):
        """A waiter gets one value."""
        await loop.start(waiters.wait)
        assert (queue.hand(1), queue.hand(2)) == (True, False)
        await loop.settle()
        assert waiters.got == [("waiter", 1)]

    async def test_supply(self, queue, txaio, loop):
        """A value can be made for the first waiter alone."""
        made = []

        def make():
            made.append(len(made))
            return made[-1]

        assert queue.supply(make) is False
        loop.cancel(queue.wait_future())
        first, second = queue.wait_future(), queue.wait_future(str)
        assert queue.supply(make) is True
        assert queue.supply(make) is True
        assert queue.supply(make) is False
        assert (txaio.result(first), txaio.result(second)) == (0, "1")
        assert made == [0, 1]

    async def test_supply_that_fails(self, queue, txaio):
        """If the value cannot be made, the waiter stays the first."""

        def fail():
            raise Boom

        first, second = queue.wait_future(), queue.wait_future()
        with pytest.raises(Boom):
            queue.supply(fail)
        queue.hand(1)
        assert txaio.result(first) == 1
        assert not txaio.is_called(second)

    async def test_future(self, queue, txaio):
        """The future of a waiter is settled at once, and in order."""
        first, second = queue.wait_future(), queue.wait_future(lambda value: -value)
        queue.hand(1)
        assert txaio.result(first) == 1
        assert not txaio.is_called(second)
        queue.hand(2)
        assert txaio.result(second) == -2

    async def test_all(self, queue, waiters, loop):
        """All who wait are handed the same value."""
        await loop.start(waiters.wait, "a")
        future = queue.wait_future(str)
        loop.cancel(queue.wait_future())
        assert queue.hand_all(7) == 2
        await loop.settle()
        assert waiters.got == [("a", 7)]
        assert await future == "7"
        assert queue.hand_all(7) == 0

    async def test_all_who_wait_now(self, queue, txaio, loop):
        """Those who come meanwhile are not among them."""
        seen = []

        def again(value):
            seen.append(value)
            txaio.add_callbacks(queue.wait_future(), again, None)

        again(0)
        queue.hand_all(1)
        await loop.settle()
        assert seen == [0, 1]

    @pytest.mark.parametrize("method", ["hand_all", "fail"])
    async def test_all_but_those_cancelled_meanwhile(self, queue, txaio, loop, method):
        """One that another cancels, as it has its turn, is not settled twice."""
        seen, futures = [], [queue.wait_future() for _ in range(2)]

        def cancel_the_other(_):
            seen.append("first")
            loop.cancel(futures[1])

        txaio.add_callbacks(futures[0], cancel_the_other, cancel_the_other)
        txaio.add_callbacks(futures[1], seen.append, seen.append)
        # On Twisted callbacks are called inside `resolve` there.
        txaio.call_later(0, getattr(queue, method), Boom())
        await loop.settle()
        assert seen[0] == "first"
        assert len(seen) == 2


class TestFail:
    """All waiters can be failed."""

    async def test_all_fail(self, queue, waiters, loop):
        """Coroutines and futures get the error."""
        futures = [await loop.start(waiters.wait), queue.wait_future()]
        gone = queue.wait_future()
        loop.cancel(gone)
        assert queue.fail(Boom("text")) == 2
        assert [await loop.outcome(future) for future in futures] == ["Boom", "Boom"]
        assert await loop.outcome(gone) == "cancelled"
        assert not queue

    async def test_with_a_failure(self, queue, txaio, loop):
        """A failure of the backend is accepted."""
        future = queue.wait_future()
        queue.fail(txaio.create_failure(Boom()))
        assert await loop.outcome(future) == "Boom"

    async def test_cancelled_at_that_moment(self, queue, waiters, moment, loop):
        """A waiter that is cancelled then reports no error, and gives nothing back."""
        future = await loop.start(waiters.wait)
        queue.fail(Boom())
        await loop.turns(moment)
        loop.cancel(future)
        assert await loop.outcome(future) in ("cancelled", "Boom")
        del future
        gc.collect()
        assert waiters.returned == []

    async def test_with_no_error(self, queue, loop):
        """What is no error is refused, and the waiters go on waiting."""
        future = queue.wait_future()
        with pytest.raises(TypeError, match="error must be an exception, not 'str'"):
            queue.fail("text")
        assert len(queue) == 1
        loop.cancel(future)

    async def test_is_no_cycle(self, queue, waiters, loop):
        """What has failed is freed without the cyclic collector."""
        future = await loop.start(waiters.wait)
        queue.fail(Boom())
        error = ref(await loop.error(future))
        del future
        await loop.settle()
        collect_dropped()
        assert error() is None


class TestCancel:
    """A cancelled waiter loses nothing."""

    async def test_while_it_waits(self, queue, waiters, loop):
        """Its turn goes to the next."""
        first, _second = (
            await loop.start(waiters.wait, "a"),
            await loop.start(waiters.wait, "b"),
        )
        loop.cancel(first)
        await loop.settle()
        assert len(queue) == 1
        assert queue.hand(1) is True
        await loop.settle()
        assert (waiters.got, waiters.returned) == ([("b", 1)], [])

    async def test_before_its_turn_in_the_same_turn(self, queue, waiters, loop):
        """A value passes over one that was cancelled and has not noticed yet."""
        first, _second = (
            await loop.start(waiters.wait, "a"),
            await loop.start(waiters.wait, "b"),
        )
        loop.cancel(first)
        assert queue.hand(1) is True
        await loop.settle()
        assert waiters.got == [("b", 1)]

    async def test_after_its_turn(self, queue, waiters, moment, loop):
        """It has its value, or its value is given back."""
        future = await loop.start(waiters.wait)
        queue.hand("value")
        await loop.turns(moment)
        loop.cancel(future)
        await loop.settle()
        assert [value for _, value in waiters.got] + waiters.returned == ["value"]
        if moment == 0:
            assert waiters.returned == ["value"]

    async def test_without_give_back(self, queue, loop):
        """What need not be given back is dropped."""
        future = await loop.start(queue.wait)
        queue.hand("value")
        loop.cancel(future)
        assert await loop.outcome(future) == "cancelled"

    async def test_future(self, queue, loop):
        """To cancel the future is to leave."""
        future = queue.wait_future()
        loop.cancel(future)
        assert queue.hand(1) is False
        await loop.settle()
        assert queue.hand(1) is False

    async def test_settled_future(self, queue, loop):
        """A future that has its value keeps it."""
        future = queue.wait_future()
        queue.hand(1)
        loop.cancel(future)
        assert await future == 1

    async def test_many(self, queue, loop):
        """Cancelled waiters are not kept."""
        futures = [queue.wait_future() for _ in range(1000)]
        for future in futures:
            loop.cancel(future)
        await loop.settle()
        assert len(queue._waiters) == 0

    # On Trio a coroutine cannot be taken to its await by hand.
    @pytest.mark.txaio(backends=["asyncio", "twisted"])
    async def test_closed_coroutine(self, queue):
        """A coroutine that is closed leaves, or gives back its value."""
        returned = []
        for value in ([], ["value"]):
            waiting = queue.wait(returned.append)
            waiting.send(None)
            for each in value:
                queue.hand(each)
            waiting.close()
            assert not queue
        assert returned == ["value"]


class TestEnter:
    """Something can be done between entering and waiting."""

    async def test_hands_at_once(self, queue):
        """The waiter is there when *on_enter* is called."""
        assert await queue.wait(None, lambda: queue.hand(5)) == 5

    async def test_that_fails(self, queue):
        """If *on_enter* fails, there is no waiter."""

        def fail():
            raise Boom

        with pytest.raises(Boom):
            await queue.wait(None, fail)
        assert not queue._waiters


class TestSize:
    """The number of waiters."""

    async def test_len_and_bool(self, queue, loop):
        """Cancelled ones are not counted, wherever they are."""
        assert (bool(queue), len(queue)) == (False, 0)
        first, second, third = [queue.wait_future() for _ in range(3)]
        assert (bool(queue), len(queue)) == (True, 3)
        loop.cancel(second)
        assert (bool(queue), len(queue)) == (True, 2)
        loop.cancel(first)
        assert (bool(queue), len(queue)) == (True, 1)
        loop.cancel(third)
        assert (bool(queue), len(queue)) == (False, 0)


class TestBackend:
    """The first argument is a backend."""

    @pytest.mark.parametrize("value", [None, 10, "asyncio"])
    def test_none(self, value):
        """What is no backend is refused at once."""
        kind = type(value).__name__
        with pytest.raises(TypeError, match=f"txa must be a backend, not '{kind}'"):
            WaitQueue(value)

    def test_before_the_loop_runs(self, txaio):
        """It can be made before the loop runs."""
        assert not WaitQueue(txaio)

    def test_after_the_end(self, txaio_host):
        """After the end of its backend the error is that of the backend."""

        async def make(txa):
            return WaitQueue(txa)

        async def use(_txa, queue):
            with pytest.raises(RuntimeError, match=r"ended|outside"):
                await queue.wait()
            assert not queue._waiters

        txaio_host.run(use, txaio_host.run(make))

    @pytest.mark.txaio(clock="real", backends=["asyncio", "twisted", "anyio-trio"])
    async def test_of_another_loop(self, txaio, queue):
        """A coroutine on another loop cannot wait; others go on waiting."""
        # In debug mode the thread is noticed before the loop.
        text = "made for another backend|used outside its loop's thread"

        def elsewhere():
            with pytest.raises(RuntimeError, match=text):
                asyncio.run(queue.wait())

        waiting = queue.wait_future()
        await txaio.run_in_thread(elsewhere)
        assert len(queue) == 1
        assert queue.hand("value") is True
        assert await waiting == "value"
