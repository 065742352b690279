"""The same random programs with asyncio's own classes, and with ours on asyncio.

Both runs must have the same events, at the same times and in the same order.
The times of the steps are whole seconds of virtual time, so many steps fall into one
turn of the loop; workers are cancelled in the turn in which they are served.
Where asyncio does something else in one turn, all times differ:

- A queue: an item that was put for a getter, and a slot that was freed for a putter, is
  theirs at once.  In asyncio it is theirs when they go on, and others may come before
  them.  So `get_nowait` and `put_nowait` are left out, too.
- A lock that is held for no time: where a waiter was cancelled and has not gone on yet,
  the next is served at once, and in asyncio when that one has gone on.
- A semaphore with several permits: a permit that is free can be taken at once.  In
  asyncio not as long as a waiter that has one has not gone on.

No waiter of a condition is cancelled: asyncio then notifies another one, since 3.13,
though nobody has notified the first.

`locked()` is left out: it is true as long as what was released is for a waiter that has
not gone on, where asyncio's is false.
"""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random
from typing import Any, NamedTuple

import pytest

from txaio_primitives import Condition, Event, Lock, Queue, Semaphore


pytestmark = pytest.mark.txaio(backends=["asyncio"], clock="virtual", timeout=100)

PROGRAMS = 100
"""How many programs are run for each case."""

Script = list[tuple[str, int]]


def random_scripts(random: Random, words: list[str]) -> list[Script]:
    """Return the scripts of some workers."""
    return [
        [
            (random.choice(words), random.randint(0, 3))
            for _ in range(random.randint(1, 5))
        ]
        for _ in range(random.randint(2, 5))
    ]


def cancel_after(seconds: float, task: asyncio.Task[Any]) -> None:
    """Cancel *task* after *seconds*: if it was served then, before it goes on."""
    soon = asyncio.get_running_loop().call_soon
    asyncio.get_running_loop().call_later(seconds, soon, soon, task.cancel)


class Workers:
    """Workers that follow scripts, and the events."""

    def __init__(self, txa: Any, *, is_spread: bool) -> None:
        self._is_spread = is_spread
        """Whether all times differ."""
        self._now = txa.time
        self._begin = txa.time()
        self.events: list[tuple[float, int, str]] = []

    def now(self) -> float:
        """Return the seconds since the beginning."""
        return round(self._now() - self._begin, 6)

    def record(self, worker: int, what: object) -> None:
        """Add an event of *worker* at the current time."""
        self.events.append((self.now(), worker, str(what)))

    async def follow(self, worker: int, script: Script) -> None:
        """Do each step of *script*."""
        for step, (word, number) in enumerate(script):
            try:
                await asyncio.sleep(number + self.fraction(10 * worker + step))
                self.record(worker, f"{word}: {await getattr(self, word)()}")
            except asyncio.CancelledError:
                # The next step is the worker's next chance to be in the way.
                self.record(worker, f"{word}: cancelled")

    def fraction(self, number: int) -> float:
        """Return seconds that differ for each *number*, if all times have to."""
        seconds = Random(number).random()  # noqa: S311 - not for cryptography
        return seconds if self._is_spread else 0

    async def run(self, program: Any, cancels: Any) -> list[tuple[float, int, str]]:
        """Run the scripts in *program*, with *cancels*; return the events."""
        tasks = [
            asyncio.create_task(self.follow(number, script))
            for number, script in enumerate(program)
        ]
        for place, (when, number) in enumerate(cancels):
            seconds = when + self.fraction(100 + place)
            cancel_after(seconds, tasks[number % len(tasks)])
        while running := [task for task in tasks if not task.done()]:
            await asyncio.wait(running, timeout=100)
            for task in running:
                task.cancel()
        return self.events


class LockWorkers(Workers):
    """Workers that hold a lock, or a permit of a semaphore."""

    def __init__(self, txa: Any, lock: Any, **options: bool) -> None:
        super().__init__(txa, **options)
        self._lock = lock

    async def hold(self) -> float:
        """Hold it for a second; return from when on."""
        async with self._lock:
            begin = self.now()
            await asyncio.sleep(1)
        return begin

    async def touch(self) -> float:
        """Hold it for no time; return when."""
        async with self._lock:
            return self.now()


class EventWorkers(Workers):
    """Workers that wait for an event."""

    def __init__(self, txa: Any, event: Any, **options: bool) -> None:
        super().__init__(txa, **options)
        self._event = event

    async def wait(self) -> bool:
        await self._event.wait()
        return self._event.is_set()

    async def set(self) -> None:
        self._event.set()

    async def clear(self) -> None:
        self._event.clear()

    async def pulse(self) -> None:
        self._event.set()
        self._event.clear()


class ConditionWorkers(Workers):
    """Workers that wait for a condition."""

    def __init__(self, txa: Any, condition: Any, **options: bool) -> None:
        super().__init__(txa, **options)
        self._condition = condition

    async def wait(self) -> None:
        async with self._condition:
            await self._condition.wait()

    async def notify(self) -> None:
        async with self._condition:
            self._condition.notify(2)

    async def notify_all(self) -> None:
        async with self._condition:
            self._condition.notify_all()


class QueueWorkers(Workers):
    """Workers that put and get."""

    def __init__(self, txa: Any, queue: Any, **options: bool) -> None:
        super().__init__(txa, **options)
        self._queue = queue
        self._count = 0

    async def put(self) -> int:
        self._count += 1
        item = self._count
        await self._queue.put(item)
        return item

    async def get(self) -> int:
        return await self._queue.get()


class Case(NamedTuple):
    """What is compared."""

    workers: type[Any]
    theirs: Any
    ours: Any
    words: list[str]
    """The methods of the workers that a program is made of."""
    is_spread: bool = False
    """Whether all times differ."""
    max_cancels: int = 20
    """How many cancellations there are at most in a program."""


QUEUE = ["put", "get"]
CASES = {
    "lock": Case(LockWorkers, asyncio.Lock, Lock, ["hold"]),
    "lock, spread": Case(
        LockWorkers, asyncio.Lock, Lock, ["hold", "touch"], is_spread=True
    ),
    "semaphore": Case(LockWorkers, asyncio.Semaphore, Semaphore, ["hold"]),
    "semaphore-2": Case(
        LockWorkers,
        partial(asyncio.Semaphore, 2),
        partial(Semaphore, value=2),
        ["hold", "touch"],
        is_spread=True,
    ),
    "event": Case(
        EventWorkers,
        asyncio.Event,
        Event,
        ["wait", "wait", "set", "clear", "pulse"],
    ),
    "condition": Case(
        ConditionWorkers,
        asyncio.Condition,
        Condition,
        ["wait", "wait", "notify", "notify_all"],
        max_cancels=0,
    ),
    "queue": Case(QueueWorkers, asyncio.Queue, Queue, QUEUE, is_spread=True),
    "queue-1": Case(
        QueueWorkers,
        partial(asyncio.Queue, 1),
        partial(Queue, maxsize=1),
        QUEUE,
        is_spread=True,
    ),
    "queue-2": Case(
        QueueWorkers,
        partial(asyncio.Queue, 2),
        partial(Queue, maxsize=2),
        QUEUE,
        is_spread=True,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_same_events(txaio_host, case):
    """Ours have the same events as asyncio's."""

    async def main(txa, make, program, cancels):
        workers = case.workers(txa, make(txa), is_spread=case.is_spread)
        return await workers.run(program, cancels)

    random = Random(1)  # noqa: S311 - not for cryptography
    for _ in range(PROGRAMS):
        scripts = random_scripts(random, case.words)
        cancels = [
            (random.randint(1, 15), random.randint(0, 4))
            for _ in range(random.randint(0, case.max_cancels))
        ]
        # Each on a new loop: where times are equal, its timers decide on the order.
        expected = txaio_host.run(main, lambda _txa: case.theirs(), scripts, cancels)
        events = txaio_host.run(main, case.ours, scripts, cancels)
        assert events == expected, f"{scripts}, cancelled at {cancels}"
