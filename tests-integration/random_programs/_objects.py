"""The primitives that the coroutines of a program share, and what they are used for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from txaio_primitives import (
    Condition,
    Event,
    Lock,
    Queue,
    QueueClosed,
    QueueEmpty,
    Semaphore,
    WaitQueue,
)


if TYPE_CHECKING:
    from txaio_interfaces import IBackend

PERMITS = {"lock0": 1, "lock1": 1, "semaphore": 2, "condition": 1}
"""How many holders each may have."""
QUEUES = ["queue0", "queue1"]


class WatchedLock(Lock):
    """The lock of a condition, which waiters acquire again at any time."""

    def __init__(self, txa: IBackend, touch: Callable[[str], object]) -> None:
        """Call *touch* with a name when anything is done."""
        super().__init__(txa)
        self._touch = touch

    async def acquire(self) -> None:
        self._touch("condition")
        await super().acquire()

    def acquire_nowait(self) -> None:
        self._touch("condition")
        super().acquire_nowait()

    def release(self) -> None:
        self._touch("condition")
        super().release()


@dataclass
class Wish:
    """A future of a primitive that callbacks wait for."""

    name: str
    """That of the primitive."""
    method: str
    future: Any
    item: str = ""
    is_over: bool = False
    """Whether its callbacks were called."""


@dataclass
class Usage:
    """What was put into a queue, and what was taken; or handed, and received."""

    put: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)


class Objects:
    """The primitives of one run.

    Whatever is cancelled at whatever moment, no permit may be lost or doubled, and no
    item: see `problems`.
    """

    def __init__(self, txa: IBackend, touch: Callable[[str], object]) -> None:
        """Call *touch* with a name where a lock of a condition is acquired again."""
        self._txa: Any = txa
        self.by_name: dict[str, Any] = {
            "lock0": Lock(txa),
            "lock1": Lock(txa),
            "semaphore": Semaphore(txa, PERMITS["semaphore"]),
            "condition": Condition(txa, WatchedLock(txa, touch)),
            "event": Event(txa),
            "queue0": Queue[str](txa, 1),
            "queue1": Queue[str](txa, 2),
            "waiters": WaitQueue[str](txa),
        }
        self.holders: Counter[str] = Counter()
        """How many hold a permit, by the name of the primitive."""
        self.usage = {name: Usage() for name in [*QUEUES, "waiters"]}
        self.released: dict[str, float] = {}
        """When all that waited were let go last, by the name of the primitive."""
        self.wishes: list[Wish] = []

    def enter(self, name: str) -> bool:
        """Note that another one holds a permit; return False if they are too many."""
        self.holders[name] += 1
        return self.holders[name] <= PERMITS[name]

    def leave(self, name: str) -> None:
        """Give a permit back."""
        self.holders[name] -= 1
        self.by_name[name].release()

    def problems(self, *, is_running: bool) -> list[str]:
        """Return what is wrong when all coroutines have ended.

        *is_running* tells whether the loop still runs. If it does not, callbacks may
        not have been called.
        """
        for wish in self.wishes:
            if not wish.is_over and self._is_granted(wish.future):
                self.count(wish)
        found = [self._problem_of_permits(name) for name in PERMITS]
        found += [self._problem_of_queue(name, is_running) for name in QUEUES]
        waiters = self.usage["waiters"]
        if Counter(waiters.put) != Counter(waiters.taken):
            found.append(f"waiters: {waiters}")
        if len(self.by_name["waiters"]):
            found.append("a waiter is left")
        return [problem for problem in found if problem]

    def count(self, wish: Wish) -> None:
        """Note that *wish* was granted."""
        if wish.name in PERMITS:
            self.holders[wish.name] += 1
        elif wish.method == "put_future":
            self.usage[wish.name].put.append(wish.item)
        elif wish.method == "get_future":
            self.usage[wish.name].taken.append(self._txa.result(wish.future))

    def _is_granted(self, future: Any) -> bool:
        try:
            self._txa.result(future)
        except (self._txa.InvalidStateError, self._txa.CancelledError, QueueClosed):
            return False
        return True

    def _problem_of_permits(self, name: str) -> str:
        permits = self.by_name[name]
        free = permits.value if name == "semaphore" else int(not permits.locked())
        held = self.holders[name]
        is_right = free + held == PERMITS[name]
        return "" if is_right else f"{name}: {free} are free, {held} are held"

    def _problem_of_queue(self, name: str, is_running: bool) -> str:
        queue, usage = self.by_name[name], self.usage[name]
        size = queue.qsize()
        left: list[str] = []
        while is_running:
            try:
                left.append(queue.get_nowait())
            except (QueueEmpty, QueueClosed):
                break
        # A wish that waited for a slot is granted meanwhile.
        waited = [wish.item for wish in self.wishes if wish.method == "put_future"]
        put = [*usage.put]
        put += [item for item in left if item in waited and item not in put]
        is_right = (
            Counter(put) == Counter([*usage.taken, *left]) and not queue.qsize()
            if is_running
            else len(usage.put) - len(usage.taken) == size
        )
        return "" if is_right else f"{name}: {usage}, left {left or size}"
