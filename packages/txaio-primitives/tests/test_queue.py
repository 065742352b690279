"""Queues."""

from __future__ import annotations

from math import inf

import pytest

from txaio_primitives import Queue, QueueClosed, QueueEmpty, QueueFull, WouldBlock


@pytest.fixture
def queue(txaio):
    """A queue of at most two items."""
    return Queue(txaio, 2)


@pytest.fixture
def got():
    """What was taken from the queue."""
    return []


@pytest.fixture
def getter(queue, got):
    """A coroutine function that takes an item."""

    async def getter():
        got.append(await queue.get())

    return getter


def taken_from(queue):
    """Take all items that the queue has now."""
    items = []
    while not queue.empty():
        items.append(queue.get_nowait())
    return items


class TestItems:
    """Items leave in the order in which they came."""

    async def test_in_order(self, queue):
        """Whatever way they came, and left."""
        await queue.put(1)
        await queue.put_future(2)
        assert await queue.get() == 1
        queue.put_nowait(3)
        assert await queue.get_future() == 2
        assert queue.get_nowait() == 3

    async def test_size(self, queue):
        """Its size can be asked for."""
        assert (queue.maxsize, queue.qsize(), queue.empty()) == (2, 0, True)
        queue.put_nowait(1)
        assert (queue.qsize(), queue.empty(), queue.full()) == (1, False, False)
        queue.put_nowait(2)
        assert (queue.qsize(), queue.empty(), queue.full()) == (2, False, True)

    async def test_without_a_bound(self, txaio):
        """Without a bound it is never full."""
        queue = Queue(txaio)
        assert queue.maxsize == inf
        for number in range(1000):
            await queue.put(number)
        assert not queue.full()
        assert taken_from(queue) == list(range(1000))

    async def test_none_to_take(self, queue):
        """Without an item, what does not wait raises an error that says what does."""
        with pytest.raises(QueueEmpty, match=r"await get\(\)"):
            queue.get_nowait()

    async def test_full(self, queue):
        """If the queue is full it does so, too."""
        queue.put_nowait(1)
        queue.put_nowait(2)
        with pytest.raises(QueueFull, match=r"await put\(item\)"):
            queue.put_nowait(3)
        assert issubclass(QueueFull, WouldBlock)
        assert issubclass(QueueEmpty, WouldBlock)

    async def test_uncomparable(self, txaio, loop):
        """Items are never compared."""

        class Item:
            def __eq__(self, other):
                raise AssertionError

            __hash__ = None

        queue = Queue(txaio, 1)
        futures = [await loop.start(queue.get) for _ in range(2)]
        for _ in futures:
            queue.put_nowait(Item())
        for future in futures:
            loop.cancel(future)
        await loop.settle()
        futures = [await loop.start(queue.put, Item()) for _ in range(2)]
        queue.get_nowait()
        queue.get_nowait()
        for future in futures:
            loop.cancel(future)
        await loop.settle()
        assert queue.empty()


class TestGetters:
    """Those who wait for an item."""

    async def test_first_come_first_served(self, queue, loop):
        """Each gets the item that is its turn's, coroutines and futures alike."""
        first, second = await loop.start(queue.get), queue.get_future()
        third = await loop.start(queue.get)
        for item in "abc":
            queue.put_nowait(item)
        assert queue.empty()
        assert [await each for each in (first, second, third)] == ["a", "b", "c"]

    async def test_no_newcomer_comes_before(self, queue, loop):
        """An item that is on its way cannot be taken by another."""
        waiting = await loop.start(queue.get)
        queue.put_nowait("a")
        with pytest.raises(QueueEmpty):
            queue.get_nowait()
        assert await waiting == "a"

    async def test_cancelled_while_it_waits(self, queue, loop):
        """One that is cancelled has no turn."""
        first, second = await loop.start(queue.get), await loop.start(queue.get)
        third = queue.get_future()
        fourth = queue.get_future()
        loop.cancel(first)
        loop.cancel(third)
        queue.put_nowait("a")
        queue.put_nowait("b")
        assert (await second, await fourth) == ("a", "b")

    async def test_cancelled_at_its_turn(self, queue, getter, got, moment, loop):
        """The item of one that is cancelled as it gets it stays in the queue."""
        future = await loop.start(getter)
        queue.put_nowait("a")
        await loop.turns(moment)
        loop.cancel(future)
        await loop.settle()
        left = taken_from(queue)
        assert got + left == ["a"]
        if moment == 0:
            assert left == ["a"]

    async def test_goes_to_the_next(self, queue, loop):
        """Or goes to the next who waits."""
        first, second = await loop.start(queue.get), await loop.start(queue.get)
        queue.put_nowait("a")
        loop.cancel(first)
        await loop.settle()
        assert await second == "a"

    async def test_order_of_what_comes_back(self, txaio, loop):
        """Items that come back are before newer ones, the oldest first."""
        queue = Queue(txaio, 2)
        futures = [await loop.start(queue.get) for _ in range(3)]
        for item in "abcde":
            queue.put_nowait(item)
        for future in futures[::-1]:
            loop.cancel(future)
        await loop.settle()
        assert queue.qsize() == 5
        assert queue.full()
        assert taken_from(queue) == list("abcde")

    async def test_slot_after_what_came_back(self, queue, txaio, loop):
        """When such an item is taken, there is a slot for one that waits to be put."""
        futures = [await loop.start(queue.get) for _ in range(2)]
        for item in "ab":
            queue.put_nowait(item)
        loop.cancel(*futures)
        await loop.settle()
        putting = queue.put_future("c")
        assert not txaio.is_called(putting)
        assert queue.get_nowait() == "a"
        assert txaio.is_called(putting)
        assert taken_from(queue) == ["b", "c"]

    async def test_comes_back_twice(self, queue, getter, got, loop):
        """An item keeps its place in the order, however often it comes back."""
        others = []

        async def first():
            try:
                await queue.get()
            finally:
                # Its item has gone to the last of the others by now.
                for other in others:
                    loop.cancel(other)

        future = await loop.start(first)
        others += [await loop.start(getter), await loop.start(getter)]
        queue.put_nowait("a")
        queue.put_nowait("b")
        loop.cancel(future)
        await loop.settle()
        left = taken_from(queue)
        assert left == sorted(left)
        assert sorted(got + left) == ["a", "b"]


class TestPutters:
    """Calls that wait for a free slot."""

    async def test_first_come_first_served(self, txaio, loop):
        """Each puts its item when a slot is free, coroutines and futures alike."""
        queue = Queue(txaio, 1)
        queue.put_nowait(0)
        futures = [
            await loop.start(queue.put, 1),
            queue.put_future(2),
            await loop.start(queue.put, 3),
        ]
        taken = []
        while len(taken) < 4:
            taken.append(await queue.get())
        assert taken == [0, 1, 2, 3]
        await txaio.gather(futures)

    async def test_no_newcomer_comes_before(self, txaio, loop):
        """Room that was made is the putter's, though it has not gone on yet."""
        queue = Queue(txaio, 1)
        queue.put_nowait("a")
        putting = await loop.start(queue.put, "b")
        assert queue.get_nowait() == "a"
        with pytest.raises(QueueFull):
            queue.put_nowait("c")
        await loop.settle()
        assert queue.get_nowait() == "b"
        await putting

    async def test_place_in_the_order(self, txaio, loop):
        """What is put later is taken later, though a slot was free at once."""
        queue = Queue(txaio, 2)
        queue.put_nowait("a")
        queue.put_nowait("b")
        putting = await loop.start(queue.put, "c")
        assert [queue.get_nowait(), queue.get_nowait()] == ["a", "b"]
        queue.put_nowait("d")
        assert queue.empty()
        with pytest.raises(QueueEmpty):
            queue.get_nowait()
        waiting = queue.get_future()
        await loop.settle()
        assert await waiting == "c"
        assert await queue.get() == "d"
        await putting

    async def test_future_has_put_at_once(self, txaio, loop):
        """The item of a future is there once a slot is free."""
        queue = Queue(txaio, 1)
        queue.put_nowait("a")
        putting = queue.put_future("b")
        assert queue.get_nowait() == "a"
        assert txaio.is_called(putting)
        loop.cancel(putting)
        assert queue.get_nowait() == "b"

    async def test_cancelled_while_it_waits(self, txaio, loop):
        """What was not put in time is never put."""
        queue = Queue(txaio, 1)
        queue.put_nowait("a")
        futures = [await loop.start(queue.put, "b"), queue.put_future("c")]
        for future in futures:
            loop.cancel(future)
        await loop.settle()
        assert taken_from(queue) == ["a"]

    async def test_cancelled_at_its_turn(self, txaio, moment, loop):
        """It has put its item, or was cancelled: never both, never neither."""
        queue = Queue(txaio, 1)
        queue.put_nowait("a")
        first, second = (
            await loop.start(queue.put, "b"),
            await loop.start(queue.put, "c"),
        )
        assert queue.get_nowait() == "a"
        await loop.turns(moment)
        loop.cancel(first)
        end = await loop.outcome(first)
        await loop.settle()
        left = taken_from(queue)
        await loop.settle()
        left += taken_from(queue)
        assert left == (["b", "c"] if end == "done" else ["c"])
        await second
        if moment == 0:
            assert end == "cancelled"

    async def test_place_of_one_that_is_cancelled(self, txaio, loop):
        """A getter that waited behind its place gets the next item."""
        queue = Queue(txaio, 2)
        queue.put_nowait("a")
        queue.put_nowait("b")
        putting = await loop.start(queue.put, "c")
        assert taken_from(queue) == ["a", "b"]
        queue.put_nowait("d")
        waiting = queue.get_future()
        loop.cancel(putting)
        await loop.settle()
        assert await waiting == "d"


class TestClose:
    """A queue has an end."""

    async def test_items_are_left(self, queue):
        """What was put can be taken after it."""
        queue.put_nowait(1)
        queue.close()
        queue.close()
        assert queue.closed()
        assert await queue.get() == 1
        for take in (queue.get_nowait, queue.get_future):
            with pytest.raises(QueueClosed, match="all of its items were taken"):
                take()
        with pytest.raises(QueueClosed, match="all of its items were taken"):
            await queue.get()

    async def test_put(self, queue):
        """Nothing can be put."""
        queue.close()
        for put in (queue.put_nowait, queue.put_future):
            with pytest.raises(QueueClosed, match=r"before close\(\)"):
                put("a")
        with pytest.raises(QueueClosed, match=r"before close\(\)"):
            await queue.put("a")
        assert queue.empty()

    async def test_ends_those_who_wait_for_items(self, queue, loop):
        """Getters get an error."""
        futures = [await loop.start(queue.get), queue.get_future()]
        assert not queue.closed()
        queue.close()
        assert [await loop.outcome(each) for each in futures] == ["QueueClosed"] * 2

    async def test_ends_calls_that_wait_for_a_slot(self, txaio, loop):
        """Putters get an error, and what they had is not put."""
        queue = Queue(txaio, 1)
        queue.put_nowait("a")
        futures = [await loop.start(queue.put, "b"), queue.put_future("c")]
        queue.close()
        assert [await loop.outcome(each) for each in futures] == ["QueueClosed"] * 2
        assert taken_from(queue) == ["a"]

    async def test_iteration(self, queue, txaio, loop):
        """A loop over the items ends."""

        async def consumer():
            return [item async for item in queue]

        futures = [await loop.start(consumer), await loop.start(consumer)]
        for item in range(10):
            await queue.put(item)
        queue.close()
        values = await txaio.gather(futures, consume_exceptions=False)
        assert sorted(values[0] + values[1]) == list(range(10))
        assert [item async for item in queue] == []

    async def test_item_on_its_way(self, queue, loop):
        """The end waits for an item whose getter may be cancelled."""
        first, second = await loop.start(queue.get), await loop.start(queue.get)
        queue.put_nowait("a")
        queue.close()
        later = queue.get_future()
        loop.cancel(first)
        assert await second == "a"
        assert await loop.outcome(later) == "QueueClosed"

    async def test_item_that_arrives(self, queue, loop):
        """And comes when it has arrived."""
        first, second = await loop.start(queue.get), await loop.start(queue.get)
        queue.put_nowait("a")
        queue.close()
        assert await first == "a"
        assert await loop.outcome(second) == "QueueClosed"

    async def test_item_of_a_putter_on_its_way(self, txaio, loop):
        """A putter that was given a slot before it puts its item after it."""
        for is_cancelled in (False, True):
            queue = Queue(txaio, 1)
            queue.put_nowait("a")
            putting = await loop.start(queue.put, "b")
            assert queue.get_nowait() == "a"
            queue.close()
            getting = queue.get_future()
            if is_cancelled:
                loop.cancel(putting)
            ends = [await loop.outcome(putting), await loop.outcome(getting)]
            expected = ["cancelled", "QueueClosed"] if is_cancelled else ["done"] * 2
            assert ends == expected


class TestMaxsize:
    """Sizes that make no sense are refused."""

    @pytest.mark.parametrize("maxsize", [0, -1])
    def test_below_one(self, txaio, maxsize):
        """The error says how to have a queue without a bound."""
        text = f"maxsize must be 1 or more, not {maxsize}: leave it out for"
        with pytest.raises(ValueError, match=text):
            Queue(txaio, maxsize)

    @pytest.mark.parametrize("maxsize", [1.5, "2", None, True, float("nan")])
    def test_no_number(self, txaio, maxsize):
        """So does that for what is no whole number."""
        with pytest.raises(TypeError, match=r"maxsize must be an int, not .*: leave"):
            Queue(txaio, maxsize)
