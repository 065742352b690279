"""A queue of items, with an end.

An item is in one of three places:

in `_items`     It was put, and was not asked for yet.
on its way      It was handed to a getter that waited, and that has not gone on yet.
in `_returned`  It was on its way, and its getter was cancelled. It is older than all
                in `_items`, and its number says how old.

A putter that waited is handed a `_Place` in `_items`, and puts its item there once it
goes on: if it is cancelled before that, the item was not put. Until then nothing behind
the place can be taken, so items leave in the order in which `put` was called.

As long as a getter waits, there is no item that could be taken; as long as a putter
waits, there is no free slot. Whatever may change that ends with `_match`.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from functools import partial
from math import inf
from typing import Any, Generic, Self, TypeVar

from txaio_interfaces import IBackend, IFuture
from txaio_primitives._checks import check_count
from txaio_primitives._errors import QueueClosed, QueueEmpty, QueueFull
from txaio_primitives._wait_queue import WaitQueue


T = TypeVar("T")

_UNBOUNDED = ": leave it out for a queue without a bound"
_NO_MORE_ITEMS = "the queue is closed, and all of its items were taken"
_NO_MORE_PUTS = "the queue is closed: put what there is before close()"


class _Place:
    """The place of an item whose putter has not gone on yet."""

    __slots__ = ("is_filled", "item")

    def __init__(self) -> None:
        self.is_filled = False
        self.item: Any = None


class Queue(Generic[T]):
    """At most *maxsize* items, first in, first out, until it is closed.

    ``async for item in queue`` ends when the queue is closed and empty.
    Callers wait for items, and for free slots, in the order of their calls. An item
    that is put goes to the first that waits for one, and no other can take it on its
    way.

    Raises `ValueError` if *maxsize* is below 1, `TypeError` if it is no int. (0 means
    without a bound in asyncio, and without a buffer in AnyIO and Trio; here a queue has
    no bound if *maxsize* is left out.)
    """

    def __init__(self, txa: IBackend, maxsize: float = inf) -> None:
        if maxsize != inf:
            check_count(maxsize, "maxsize", 1, _UNBOUNDED)
        self._txa = txa
        self._maxsize = maxsize
        self._almost_full = maxsize - 1
        self._items: deque[Any] = deque()
        """Items, and places of items."""
        self._places = 0
        """The number of `_Place` objects in `_items`."""
        self._returned: list[tuple[int, T]] = []
        self._getters = WaitQueue[tuple[int, T]](txa)
        self._putters = WaitQueue[_Place](txa)
        self._handed = 0
        """The number of items that were handed to getters, for the number of each."""
        self._on_the_way = 0
        self._is_closed = False

    @property
    def maxsize(self) -> float:
        """The number of items from which `put` waits; infinite if there is none."""
        return self._maxsize

    def qsize(self) -> int:
        """Return the number of items."""
        return len(self._items) + len(self._returned)

    def empty(self) -> bool:
        """Return True if there is no item to take now."""
        return not self._has_item()

    def full(self) -> bool:
        """Return True if there is no free slot now."""
        return self.qsize() >= self._maxsize

    def closed(self) -> bool:
        """Return True if `close` was called."""
        return self._is_closed

    async def put(self, item: T) -> None:
        """Put *item* at the end; if the queue is full, wait for a free slot.

        If the caller is cancelled meanwhile, *item* is not put.

        Raises `QueueClosed` if the queue is closed, or is closed meanwhile.
        """
        if self._has_free_slot():
            self._append(item)
        else:
            place = await self._putters.wait(self._withdraw)
            _fill(item, place)
            self._match()

    def put_nowait(self, item: T) -> None:
        """Put *item* at the end.

        Raises `QueueFull` if no slot is free, `QueueClosed` if the queue is closed.
        """
        if not self._has_free_slot():
            raise QueueFull("the queue is full: await put(item)")
        self._append(item)

    def put_future(self, item: T) -> IFuture[None]:
        """Return a future of `put`, for callbacks; cancel it to wait no longer.

        The place of *item* in the order is that of this call.

        Raises `QueueClosed` if the queue is closed.
        """
        if not self._has_free_slot():
            return self._putters.wait_future(partial(_fill, item))
        self._append(item)
        return self._txa.create_future_success(None)

    async def get(self) -> T:
        """Take the first item, once there is one.

        If the caller is cancelled meanwhile, no item is lost: one that was on its way
        goes to the next caller, or back to its place in the queue.

        Raises `QueueClosed` if the queue is closed and empty, or is so meanwhile.
        """
        if self._has_item():
            return self._take()
        self._check_open()
        _number, item = await self._getters.wait(self._give_back)
        self._on_the_way -= 1
        if self._is_closed:
            self._match()
        return item

    def get_nowait(self) -> T:
        """Take the first item.

        Raises `QueueEmpty` if there is none, `QueueClosed` if there never will be.
        """
        if not self._has_item():
            self._check_open()
            raise QueueEmpty("there is no item: await get()")
        return self._take()

    def get_future(self) -> IFuture[T]:
        """Return a future of `get`, for callbacks; cancel it to wait no longer.

        Once it is settled, the item was taken, also if a coroutine that awaits it is
        cancelled at that moment: coroutines use `get`.

        Raises `QueueClosed` if the queue is closed and empty.
        """
        if self._has_item():
            return self._txa.create_future_success(self._take())
        self._check_open()
        return self._getters.wait_future(self._deliver)

    def close(self) -> None:
        """Refuse further items; those that were put can still be taken.

        `QueueClosed` is raised where callers wait for a free slot, and, once no item is
        left, where they wait for one. Closing again does nothing.
        """
        if not self._is_closed:
            self._is_closed = True
            self._putters.fail(QueueClosed(_NO_MORE_PUTS))
            self._match()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        try:
            return await self.get()
        except QueueClosed:
            raise StopAsyncIteration from None

    # What can be done now

    def _has_free_slot(self) -> bool:
        if self._is_closed:
            raise QueueClosed(_NO_MORE_PUTS)
        return len(self._items) + len(self._returned) < self._maxsize

    def _has_item(self) -> bool:
        if self._places and not self._returned:
            first = self._items[0]
            return type(first) is not _Place or first.is_filled
        return bool(self._items or self._returned)

    def _check_open(self) -> None:
        """Raise `QueueClosed` if there is no item and never will be."""
        if self._is_closed and not (self._items or self._on_the_way):
            raise QueueClosed(_NO_MORE_ITEMS)

    def _append(self, item: T) -> None:
        """Put *item* into a free slot at the end."""
        # Behind another item, or a place, it is for no getter that waits.
        if not self._items:
            self._handed += 1
            self._on_the_way += 1
            if self._getters.hand((self._handed, item)):
                return
            self._on_the_way -= 1
        self._items.append(item)

    def _take(self) -> T:
        """Take the first item, which there is."""
        is_plain = not (self._places or self._returned)
        item = self._items.popleft() if is_plain else self._pop()[1]
        # As long as a putter waits, there is no free slot.
        if len(self._items) + len(self._returned) == self._almost_full:
            self._match()
        return item

    def _pop(self) -> tuple[int, T]:
        """Take the first item, which there is, with its number if it has one."""
        if self._returned:
            return self._returned.pop(0)
        item = self._items.popleft()
        if type(item) is _Place:
            self._places -= 1
            item = item.item
        return 0, item

    # What waits

    def _match(self) -> None:
        """Hand items to getters and places to putters, as long as there are both."""
        while (self._has_item() and self._getters.supply(self._send)) or (
            not self.full() and self._putters.supply(self._make_place)
        ):
            pass
        if self._is_closed and not (self._items or self._on_the_way):
            self._getters.fail(QueueClosed(_NO_MORE_ITEMS))

    def _send(self) -> tuple[int, T]:
        """Send the first item on its way, with its number."""
        number, item = self._pop()
        if not number:
            self._handed += 1
            number = self._handed
        self._on_the_way += 1
        return number, item

    def _make_place(self) -> _Place:
        place = _Place()
        self._places += 1
        self._items.append(place)
        return place

    def _deliver(self, numbered: tuple[int, T]) -> T:
        self._on_the_way -= 1
        return numbered[1]

    def _give_back(self, numbered: tuple[int, T]) -> None:
        self._on_the_way -= 1
        # The numbers all differ, so items are not compared.
        insort(self._returned, numbered)
        self._match()

    def _withdraw(self, place: _Place) -> None:
        # By identity, as comparing items may do anything.
        index = next(n for n, each in enumerate(self._items) if each is place)
        del self._items[index]
        self._places -= 1
        self._match()


def _fill(item: object, place: _Place) -> None:
    place.item = item
    place.is_filled = True
