"""Queues under random programs, compared with a model: see `test_random_permits`."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import examples
from steps import Loop

from txaio_primitives import Queue, QueueClosed, WouldBlock


WORDS = (
    *["put", "put", "put_future", "put_nowait"],
    *["get", "get", "get_future", "get_nowait"],
    *["cancel", "cancel", "turn", "settle"],
)
STEPS = st.tuples(st.sampled_from(WORDS), st.integers(0, 5))
PROGRAMS = st.lists(STEPS, max_size=40)
ENDS = st.lists(STEPS | st.just(("close", 0)), max_size=10)


class Call:
    """A call of `put` or `get`."""

    def __init__(self, item: int | None = None) -> None:
        self.item = item
        """What is put."""
        self.future: Any = None


class QueueRun:
    """One run of a program."""

    def __init__(self, txa: Any, maxsize: float) -> None:
        self._txa = txa
        self._loop = Loop(txa)
        self._maxsize = maxsize
        self._queue: Queue[int] = Queue(txa, maxsize)
        self._puts: list[Call] = []
        self._gets: list[Call] = []
        self._put_order: list[Call] = []
        """Those of the puts that have begun, in order; the others as well."""
        self._get_order: list[Call] = []
        self._is_cancelled = False
        """Whether a get was cancelled: its item may be late then."""

    async def run(self, program: list[tuple[str, int]]) -> None:
        """Make the steps of *program*, and take what is left."""
        for word, number in [*program, ("settle", 0)]:
            made = getattr(self, word)(number)
            if made is not None:
                await made
        self._queue.close()
        await self.settle(0)
        left = []
        while not self._queue.empty():
            left.append(self._queue.get_nowait())
        assert left == sorted(left)
        taken = [self._txa.result(each.future) for each in self._ended(self._gets)]
        put = [each.item for each in self._ended(self._puts)]
        # No item is lost, none is doubled, and none of a cancelled put is there.
        assert sorted(taken + left) == sorted(put)

    # Steps

    def put(self, _number: int) -> None:
        call = self._add_put()

        async def put() -> None:
            # Coroutines begin when the loop wants it.
            call.item = len(self._put_order)
            self._put_order.append(call)
            await self._queue.put(call.item)

        call.future = self._txa.as_future(put)

    def put_future(self, _number: int) -> None:
        call = self._add_put(len(self._put_order))
        self._put_order.append(call)
        call.future = self._attempt(self._queue.put_future, call.item)

    def put_nowait(self, _number: int) -> None:
        call = self._add_put(len(self._put_order))
        self._put_order.append(call)
        call.future = self._attempt(self._queue.put_nowait, call.item)

    def get(self, _number: int) -> None:
        call = Call()
        self._gets.append(call)

        async def get() -> int:
            self._get_order.append(call)
            return await self._queue.get()

        call.future = self._txa.as_future(get)

    def get_future(self, _number: int) -> None:
        self._add_get(self._queue.get_future)

    def get_nowait(self, _number: int) -> None:
        self._add_get(self._queue.get_nowait)

    def cancel(self, number: int) -> None:
        calls = [each for each in [*self._puts, *self._gets] if self._is_waiting(each)]
        if calls:
            call = calls[number % len(calls)]
            self._is_cancelled |= call in self._gets
            self._txa.cancel(call.future)

    def close(self, _number: int) -> None:
        self._queue.close()

    async def turn(self, _number: int) -> None:
        await self._loop.turns(1)

    async def settle(self, _number: int) -> None:
        """Let everything go on, and compare with the model."""
        await self._loop.settle()
        states = {self._loop.state(each.future) for each in [*self._puts, *self._gets]}
        assert states <= {"waits", "done", "cancelled", "QueueClosed", "WouldBlock"}
        putters = list(filter(self._is_waiting, self._puts))
        getters = list(filter(self._is_waiting, self._gets))
        size = self._queue.qsize()
        assert not getters or size == 0
        assert not putters or size >= self._maxsize
        assert size <= self._maxsize or self._is_cancelled
        assert not (self._queue.closed() and (putters or getters))
        assert self._queue.empty() == (size == 0)
        self._compare_order(self._put_order)
        self._compare_order(self._get_order)
        if not self._is_cancelled:
            items = [
                self._txa.result(each.future) for each in self._ended(self._get_order)
            ]
            assert items == sorted(items)

    # The model

    def _compare_order(self, calls: list[Call]) -> None:
        """Check that none waits that came before one that was served."""
        states = [self._loop.state(each.future) for each in calls]
        if "waits" in states:
            assert "done" not in states[states.index("waits") :], "another came first"

    def _add_put(self, item: int | None = None) -> Call:
        call = Call(item)
        self._puts.append(call)
        return call

    def _add_get(self, method: Any) -> None:
        call = Call()
        self._gets.append(call)
        self._get_order.append(call)
        call.future = self._attempt(method)

    def _attempt(self, method: Any, *args: Any) -> Any:
        try:
            value = method(*args)
        except WouldBlock:
            return self._txa.create_future_error(WouldBlock())
        except QueueClosed as error:
            return self._txa.create_future_error(error)
        return (
            value
            if self._txa.is_future(value)
            else self._txa.create_future_success(value)
        )

    def _is_waiting(self, call: Call) -> bool:
        return not self._txa.is_called(call.future)

    def _ended(self, calls: list[Call]) -> list[Call]:
        return [each for each in calls if self._loop.state(each.future) == "done"]


@pytest.mark.parametrize("maxsize", [1, 2, inf])
def test_random_programs(txaio_host, maxsize):
    """No item is lost or doubled, and who comes first is served first."""

    async def main(txa, program):
        await QueueRun(txa, maxsize).run(program)

    @examples(txaio_host, 50)
    @given(PROGRAMS, ENDS)
    def run(program, end):
        txaio_host.run(main, program + end)

    run()
