"""Connections whose timers are re-armed at random, with failures among them.

Each connection has one call of a batched timer, to keep it alive.  A message, at a
random moment, moves the call or replaces it.  Of the calls that are made 1 % fail.
Meanwhile coroutines are started and cancelled, and messages are logged.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

from soak._measure import Output, memory


TICK = 0.02
"""Seconds between the moments at which messages come."""
FAILING = 0.01
"""The share of the calls that fail."""


class Failure(Exception):
    """Raised by a call."""


@dataclass(frozen=True)
class Plan:
    """What is to be done."""

    seconds: float
    connections: int = 20_000
    bucket: float = 1.0
    """The width of the buckets in seconds; calls are made 5 to 15 of them later."""
    warm_up: float = 0.25
    """The share of the time in which memory is not measured yet."""


@dataclass
class Tally:
    """What was done."""

    made: int = 0
    moved: int = 0
    failed: int = 0
    begun: int = 0
    ended: int = 0
    earliest: float = 0.0
    latest: float = 0.0
    """By how much calls were early or late, in seconds: the extremes."""
    late: float = 0.0
    """The sum of all."""
    samples: list[tuple[float, float]] = field(default_factory=list)
    """Times, and the bytes of memory at them."""


class Soak:
    """The connections, on one loop."""

    def __init__(self, plan: Plan) -> None:
        """Do what *plan* says."""
        self.plan = plan
        self.tally = Tally()
        self.output = Output()
        self._random = Random(0)
        self._due = [0.0] * plan.connections
        self._calls: list[Any] = [None] * plan.connections
        self._tasks: list[Any] = []
        self._txa: Any = None
        self._timer: Any = None

    async def main(self, txa: Any) -> None:
        """Run for the time that is planned, and end everything."""
        plan, self._txa = self.plan, txa
        txa.start_logging(self.output, "info", "json")
        log = txa.make_logger("soak")
        self._timer = txa.make_batched_timer(plan.bucket)
        for connection in range(plan.connections):
            self._arm(connection)
        began = txa.time()
        sampled = began + plan.seconds * plan.warm_up
        while (now := txa.time()) < began + plan.seconds:
            self._messages(round(plan.connections * TICK / plan.bucket / 10) + 1)
            await self._cancel_some()
            log.info("{moved} moved, {made} made", **self._counts())
            if now >= sampled:
                self.tally.samples.append((now, memory()))
                sampled = now + plan.seconds / 100
            await txa.sleep(TICK)
        for call in self._calls:
            call.cancel()
        await txa.sleep(2 * plan.bucket)
        txa.stop_logging()

    def _counts(self) -> dict[str, int]:
        return {"moved": self.tally.moved, "made": self.tally.made}

    def _delay(self, connection: int) -> float:
        delay = self._random.uniform(5, 15) * self.plan.bucket
        self._due[connection] = self._txa.time() + delay
        return delay

    def _arm(self, connection: int) -> None:
        delay = self._delay(connection)
        self._calls[connection] = self._timer.call_later(delay, self._call, connection)

    def _messages(self, count: int) -> None:
        """Have *count* connections get a message."""
        for _ in range(count):
            connection = self._random.randrange(self.plan.connections)
            call = self._calls[connection]
            if self._random.random() < 0.5:
                call.reset(self._delay(connection))
            else:
                call.cancel()
                self._arm(connection)
            self.tally.moved += 1

    def _call(self, connection: int) -> None:
        """Be the call of *connection*, which is made if no message came."""
        tally = self.tally
        late = self._txa.time() - self._due[connection]
        tally.made += 1
        tally.late += late
        tally.earliest = min(tally.earliest, late)
        tally.latest = max(tally.latest, late)
        self._arm(connection)
        if self._random.random() < FAILING:
            tally.failed += 1
            raise Failure(f"failure-{tally.failed}")

    async def _cancel_some(self) -> None:
        """Cancel the coroutines of the tick before, and start others."""
        for task in self._tasks:
            self._txa.cancel(task)
        await self._txa.gather(self._tasks)
        self._tasks = [self._txa.as_future(self._wait) for _ in range(5)]

    async def _wait(self) -> None:
        self.tally.begun += 1
        try:
            async with self._txa.move_on_after(10):
                await self._txa.create_future()
        finally:
            await self._txa.uncancelled(self._txa.sleep, 0)
            self.tally.ended += 1


def soak(run: Any, plan: Plan) -> tuple[Soak, float]:
    """Run *plan* on the loop of *run*; return what was done, and the processor time."""
    program = Soak(plan)
    began = time.process_time()
    run(program.main)
    return program, time.process_time() - began
