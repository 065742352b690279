"""Any program of coroutines and futures tells the same story on every backend.

Virtual time makes this a matter of milliseconds, and stories comparable to the instant.
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
"""Those that are installed and have virtual time."""
INSTANT = 0.001
"""How long coroutines may take to begin, in virtual seconds: backends differ there."""
FOR_EVER = 10_000.0
"""After so many virtual seconds nothing goes on any more."""


class Boom(Exception):
    """What goes wrong in a story."""


@dataclass(frozen=True)
class Step:
    """A step of a program, with the steps that it is made of."""

    kind: str
    parts: tuple[Step, ...] = ()


def seconds_in(program: Step) -> dict[int, float]:
    """Return how long each step of *program* takes, no two of them the same."""
    golden = (5**0.5 - 1) / 2
    steps = enumerate(steps_of(program), 1)
    return {id(step): 10 + 100 * (number * golden % 1) for number, step in steps}


def steps_of(step: Step) -> Iterator[Step]:
    """Yield *step* and all that it is made of."""
    yield step
    for part in step.parts:
        yield from steps_of(part)


class Story:
    """One run of a program, and what is told of it."""

    def __init__(self, txa: IBackend, program: Step) -> None:
        """Tell of *program*, which runs on *txa*."""
        self.txa: Any = txa
        self.events: list[Event] = []
        self._seconds = seconds_in(program)
        self._begun = txa.time()

    def tell(self, place: str, what: object) -> None:
        """Add an event."""
        when = round(self.txa.time() - self._begun, 6)
        self.events.append((when, place, str(what)))

    async def live(self, step: Step, place: str = "") -> str:
        """Do *step* and tell how it ended."""
        act = getattr(self, step.kind)
        try:
            value = await act(step, f"{place}/{step.kind}")
        except self.txa.CancelledError:
            self.tell(place, "cancelled")
            raise
        except Exception as error:
            self.tell(place, type(error).__name__)
            raise
        self.tell(place, value)
        return f"{step.kind}({value})"

    async def begin(self, *steps: Step, place: str) -> list[Any]:
        """Return the futures of coroutines that do *steps*, and have begun."""
        futures = [
            self.txa.as_future(self.live, step, f"{place}{number}")
            for number, step in enumerate(steps)
        ]
        await self.txa.uncancelled(self.txa.sleep, INSTANT)
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
        (future,) = await self.begin(*step.parts, place=place)
        return str(await future)

    async def gather(self, step: Step, place: str) -> str:
        outcomes = await self.txa.gather(await self.begin(*step.parts, place=place))
        return ", ".join(
            each if isinstance(each, str) else type(each.value).__name__
            for each in outcomes
        )

    async def until_failure(self, step: Step, place: str) -> str:
        futures = await self.begin(*step.parts, place=place)
        return ", ".join(await self.txa.gather(futures, consume_exceptions=False))

    async def timeout(self, step: Step, place: str) -> str:
        (future,) = await self.begin(*step.parts, place=place)
        return str(await self.txa.timeout(future, self._seconds[id(step)]))

    async def shield(self, step: Step, place: str) -> str:
        (future,) = await self.begin(*step.parts, place=place)
        return str(await self.txa.shield(future))

    async def cancelled(self, step: Step, place: str) -> str:
        (future,) = await self.begin(*step.parts, place=place)
        self.txa.call_later(self._seconds[id(step)], self.txa.cancel, future)
        return str(await future)

    async def uncancelled(self, step: Step, place: str) -> str:
        return str(await self.txa.uncancelled(self.live, step.parts[0], place))

    async def sequence(self, step: Step, place: str) -> str:
        values = [await self.live(part, place) for part in step.parts]
        return ", ".join(values)

    async def catch(self, step: Step, place: str) -> str:
        try:
            return await self.live(step.parts[0], place)
        except (self.txa.CancelledError, Boom, TimeoutError):
            return "caught"

    async def clean_up(self, step: Step, place: str) -> str:
        try:
            return await self.live(step.parts[0], place)
        finally:
            await self.txa.uncancelled(self.txa.sleep, self._seconds[id(step)])
            self.tell(place, "cleaned up")

    async def beside(self, step: Step, place: str) -> str:
        (future,) = await self.begin(step.parts[0], place=place)
        self.txa.add_callbacks(
            future,
            lambda value: self.tell(place, f"callback {value}"),
            lambda fail: self.tell(place, f"errback {type(fail.value).__name__}"),
        )
        return await self.live(step.parts[1], place)


def told_on(host: Host, program: Step, patience: float) -> list[Event]:
    """Return what is told of *program*, which is cancelled after *patience* seconds."""

    async def main(txa: IBackend) -> list[Event]:
        story = Story(txa, program)
        future = txa.as_future(story.live, program)
        txa.call_later(patience, txa.cancel, future)
        await txa.gather([future])
        story.tell("", "the end")
        await txa.sleep(FOR_EVER)
        # Of what happens in one instant the order is nobody's promise.
        return sorted(story.events)

    events: list[Event] = host.run(main)
    return events


LEAVES = ["sleep", "sleep", "fail", "never"]
OF_ONE = [
    "coroutine",
    "timeout",
    "shield",
    "cancelled",
    "uncancelled",
    "catch",
    "clean_up",
]
OF_SEVERAL = ["gather", "until_failure", "sequence", "sequence", "beside"]


def made_up(random: Random, depth: int) -> Step:
    """Return a program that is so deep at most."""
    if not depth or random.random() < 0.1:
        return Step(random.choice(LEAVES))
    kind = random.choice([*OF_ONE, *OF_SEVERAL])
    parts = 1 if kind in OF_ONE else 2
    return Step(kind, tuple(made_up(random, depth - 1) for _ in range(parts)))


def story_on(name: str, program: Step, patience: float) -> list[Event]:
    """Return what is told on the backend called *name*."""
    with BACKENDS.open(name) as host:
        host.use_clock("virtual")
        return told_on(host, program, patience)


@pytest.mark.parametrize("seed", range(10))
def test_same_story_everywhere(seed: int) -> None:
    """It ends in the same way and at the same time, and so does each part of it.

    Where one backend is alone, it is the same a second time.
    """
    random = Random(seed)  # noqa: S311 - nothing is secret about it
    first, *others = [*BACKENDS.names, BACKENDS.names[0]]
    for _ in range(20):
        program = made_up(random, random.randint(2, 5))
        patience = random.choice([1.2345, 23.456, 77.777, 155.5])
        expected = story_on(first, program, patience)
        for name in others:
            told = story_on(name, program, patience)
            assert told == expected, f"on {name}, after {patience} s, {program}"
