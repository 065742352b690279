"""Locks and semaphores under random programs, compared with a model.

The steps of a program follow each other in one turn of the loop, unless one of them
lets a turn pass, or lets everything go on that can.
So those who wait are cancelled at each moment, also when they have been served and have
not gone on yet.
Which of them goes on first in one turn is the loop's choice: what the model says is
compared where nothing is left to go on.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import examples
from steps import Loop

from txaio_primitives import BoundedSemaphore, Lock, Semaphore, WouldBlock


KINDS = {
    "lock": (Lock, 1),
    "semaphore": (lambda txa: Semaphore(txa, 2), 2),
    "bounded": (lambda txa: BoundedSemaphore(txa, 3), 3),
}
WORDS = (
    *["acquire", "acquire", "acquire_future", "acquire_nowait"],
    *["release", "release", "cancel", "cancel", "turn", "settle"],
)
PROGRAMS = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 5)), max_size=40)


class PermitsRun:
    """One run of a program."""

    def __init__(self, txa: Any, permits: Any, total: int) -> None:
        self._txa = txa
        self._loop = Loop(txa)
        self._permits = permits
        self._total = total
        self._futures: dict[int, Any] = {}
        """Those of all that wanted a permit, by number."""
        self._order: list[int] = []
        """The numbers of those that have asked for it by now, in order."""
        self._released = 0

    async def run(self, program: list[tuple[str, int]]) -> None:
        """Make the steps of *program*, and end everything."""
        for word, number in [*program, ("settle", 0)]:
            made = getattr(self, word)(number)
            if made is not None:
                await made
        while "waits" in self._states():
            self.release(0)
            await self.settle(0)
        while self._held():
            self.release(0)
        await self.settle(0)
        assert self._free() == self._total

    # Steps

    def acquire(self, _number: int) -> None:
        number = len(self._futures)

        async def ask() -> None:
            # Coroutines begin when the loop wants it.
            self._order.append(number)
            await self._permits.acquire()

        self._futures[number] = None
        self._futures[number] = self._txa.as_future(ask)

    def acquire_future(self, _number: int) -> None:
        self._enter(self._permits.acquire_future())

    def acquire_nowait(self, _number: int) -> None:
        try:
            self._permits.acquire_nowait()
        except WouldBlock:
            assert self._permits.locked()
        else:
            self._enter(self._txa.create_future_success(None))

    def _enter(self, future: Any) -> None:
        self._order.append(len(self._futures))
        self._futures[len(self._futures)] = future

    def release(self, _number: int) -> None:
        if self._held():
            self._released += 1
            self._permits.release()

    def cancel(self, number: int) -> None:
        futures = self._futures.values()
        waiting = [each for each in futures if not self._txa.is_called(each)]
        if waiting:
            self._txa.cancel(waiting[number % len(waiting)])

    async def turn(self, _number: int) -> None:
        await self._loop.turns(1)

    async def settle(self, _number: int) -> None:
        """Let everything go on, and compare with the model."""
        await self._loop.settle()
        states = self._states()
        assert set(states) <= {"waits", "done", "cancelled"}
        # No permit is lost, and none is there twice.
        assert self._held() + self._free() == self._total
        if "waits" in states:
            assert self._free() == 0
            in_order = [states[number] for number in self._order]
            first = in_order.index("waits")
            assert "done" not in in_order[first:], "another came first"

    # The model

    def _states(self) -> list[str]:
        return [self._loop.state(future) for future in self._futures.values()]

    def _held(self) -> int:
        return self._states().count("done") - self._released

    def _free(self) -> int:
        free: int = getattr(self._permits, "value", not self._permits.locked())
        return free


@pytest.mark.parametrize(("make", "total"), KINDS.values(), ids=KINDS)
def test_random_programs(txaio_host, make, total):
    """No permit is lost or doubled, and who comes first is served first."""

    async def main(txa, program):
        await PermitsRun(txa, make(txa), total).run(program)

    @examples(txaio_host, 50)
    @given(PROGRAMS)
    def run(program):
        txaio_host.run(main, program)

    run()
