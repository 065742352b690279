"""Random programs of coroutines and futures behave the same on every backend.

Each run records its events with their times.  In virtual time a run takes milliseconds,
and the times of two runs can be compared exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import Backends


if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_txaio import Host
    from txaio_interfaces import IBackend

    Event = tuple[float, str, str]

BACKENDS = Backends({}, "")
"""The backends that are installed and have virtual time."""
START_DELAY = 0.001
"""Virtual seconds in which coroutines start, as backends differ in how soon they do."""
MAX_DURATION = 10_000.0
"""Virtual seconds after which every program has ended."""


class Boom(Exception):
    """Raised by a step that fails."""


@dataclass(frozen=True)
class Step:
    """A step of a program, with the steps that it consists of."""

    kind: str
    parts: tuple[Step, ...] = ()


def seconds_in(program: Step) -> dict[int, float]:
    """Return the seconds that each step of *program* takes, which all differ."""
    golden = (5**0.5 - 1) / 2
    steps = enumerate(steps_of(program), 1)
    return {id(step): 10 + 100 * (number * golden % 1) for number, step in steps}


def steps_of(step: Step) -> Iterator[Step]:
    """Yield *step* and all steps that it contains."""
    yield step
    for part in step.parts:
        yield from steps_of(part)


class ProgramRun:
    """One run of a program, and its events."""

    def __init__(self, txa: IBackend, program: Step) -> None:
        """Run *program* on *txa*."""
        self.txa: Any = txa
        self.events: list[Event] = []
        self._seconds = seconds_in(program)
        self._started = txa.time()

    def record(self, place: str, what: object) -> None:
        """Add an event at the current time."""
        when = round(self.txa.time() - self._started, 6)
        self.events.append((when, place, str(what)))

    async def run(self, step: Step, place: str = "") -> str:
        """Run *step* and record its outcome."""
        method = getattr(self, step.kind)
        try:
            value = await method(step, f"{place}/{step.kind}")
        except self.txa.CancelledError:
            self.record(place, "cancelled")
            raise
        except Exception as error:
            self.record(place, type(error).__name__)
            raise
        self.record(place, value)
        return f"{step.kind}({value})"

    async def start(self, *steps: Step, place: str) -> list[Any]:
        """Return the futures of coroutines that run *steps*, and have started."""
        futures = [
            self.txa.as_future(self.run, step, f"{place}{number}")
            for number, step in enumerate(steps)
        ]
        await self.txa.uncancelled(self.txa.sleep, START_DELAY)
        return futures

    async def sleep(self, step: Step, _place: str) -> str:
        await self.txa.sleep(self._seconds[id(step)])
        return "slept"

    async def fail(self, step: Step, _place: str) -> str:
        await self.txa.sleep(self._seconds[id(step)])
        raise Boom

    async def never(self, _step: Step, _place: str) -> str:
        await self.txa.timeout(self.txa.create_future(), 1000)
        return "never"

    async def coroutine(self, step: Step, place: str) -> str:
        (future,) = await self.start(*step.parts, place=place)
        return str(await future)

    async def gather(self, step: Step, place: str) -> str:
        outcomes = await self.txa.gather(await self.start(*step.parts, place=place))
        return ", ".join(
            each if isinstance(each, str) else type(each.value).__name__
            for each in outcomes
        )

    async def until_failure(self, step: Step, place: str) -> str:
        futures = await self.start(*step.parts, place=place)
        return ", ".join(await self.txa.gather(futures, consume_exceptions=False))

    async def timeout(self, step: Step, place: str) -> str:
        (future,) = await self.start(*step.parts, place=place)
        return str(await self.txa.timeout(future, self._seconds[id(step)]))

    async def shield(self, step: Step, place: str) -> str:
        (future,) = await self.start(*step.parts, place=place)
        return str(await self.txa.shield(future))

    async def cancelled(self, step: Step, place: str) -> str:
        (future,) = await self.start(*step.parts, place=place)
        self.txa.call_later(self._seconds[id(step)], self.txa.cancel, future)
        return str(await future)

    async def uncancelled(self, step: Step, place: str) -> str:
        return str(await self.txa.uncancelled(self.run, step.parts[0], place))

    async def sequence(self, step: Step, place: str) -> str:
        values = [await self.run(part, place) for part in step.parts]
        return ", ".join(values)

    async def catch(self, step: Step, place: str) -> str:
        try:
            return await self.run(step.parts[0], place)
        except (self.txa.CancelledError, Boom, TimeoutError):
            return "caught"

    async def clean_up(self, step: Step, place: str) -> str:
        try:
            return await self.run(step.parts[0], place)
        finally:
            await self.txa.uncancelled(self.txa.sleep, self._seconds[id(step)])
            self.record(place, "cleaned up")

    async def beside(self, step: Step, place: str) -> str:
        (future,) = await self.start(step.parts[0], place=place)
        self.txa.add_callbacks(
            future,
            lambda value: self.record(place, f"callback {value}"),
            lambda fail: self.record(place, f"errback {type(fail.value).__name__}"),
        )
        return await self.run(step.parts[1], place)


def events_on_host(host: Host, program: Step, cancel_after: float) -> list[Event]:
    """Return the events of *program*, cancelled after *cancel_after* seconds."""

    async def main(txa: IBackend) -> list[Event]:
        run = ProgramRun(txa, program)
        future = txa.as_future(run.run, program)
        txa.call_later(cancel_after, txa.cancel, future)
        await txa.gather([future])
        run.record("", "ended")
        await txa.sleep(MAX_DURATION)
        # The order of events at the same time is unspecified.
        return sorted(run.events)

    events: list[Event] = host.run(main)
    return events


LEAVES = ["sleep", "sleep", "fail", "never"]
WITH_ONE_PART = [
    "coroutine",
    "timeout",
    "shield",
    "cancelled",
    "uncancelled",
    "catch",
    "clean_up",
]
WITH_TWO_PARTS = ["gather", "until_failure", "sequence", "sequence", "beside"]


def random_program(random: Random, depth: int) -> Step:
    """Return a random program with a depth of at most *depth*."""
    if not depth or random.random() < 0.1:
        return Step(random.choice(LEAVES))
    kind = random.choice([*WITH_ONE_PART, *WITH_TWO_PARTS])
    parts = 1 if kind in WITH_ONE_PART else 2
    return Step(kind, tuple(random_program(random, depth - 1) for _ in range(parts)))


def events_on(name: str, program: Step, cancel_after: float) -> list[Event]:
    """Return the events of *program* on the backend called *name*."""
    with BACKENDS.open(name) as host:
        host.use_clock("virtual")
        return events_on_host(host, program, cancel_after)


@pytest.mark.parametrize("seed", range(10))
def test_random_programs(seed: int) -> None:
    """Each step ends in the same way and at the same time on every backend.

    If only one backend is installed, two runs on it are compared.
    """
    random = Random(seed)  # noqa: S311 - not for cryptography
    first, *others = [*BACKENDS.names, BACKENDS.names[0]]
    for _ in range(20):
        program = random_program(random, random.randint(2, 5))
        cancel_after = random.choice([1.2345, 23.456, 77.777, 155.5])
        expected = events_on(first, program, cancel_after)
        for name in others:
            events = events_on(name, program, cancel_after)
            assert events == expected, f"on {name}, after {cancel_after} s, {program}"
