"""The same random programs with `asyncio.TaskGroup` and with ours, on asyncio.

The times of all steps are whole seconds of virtual time, so many steps fall into one
turn of the loop: failures, the ends of tasks, cancellations.  Both runs must have the
same events at the same times, and the same tree of errors.

These differ, and are left out:

- In a group that was cancelled, asyncio refuses to start a task, and ours starts it and
  cancels it at its first await.
- A group that was cancelled from outside ends some turns later than asyncio's, since it
  waits in `uncancelled`.  So clean-up takes times that all differ.
"""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any, NamedTuple

import pytest

from txaio_primitives import TaskGroup


PROGRAMS = 50
"""How many programs are run for each seed."""

pytestmark = pytest.mark.txaio(backends=["asyncio"], clock="virtual", timeout=100)


class Step(NamedTuple):
    """A step of a script: its kind, a time, and the steps that it consists of."""

    kind: str
    seconds: int
    steps: tuple[Step, ...] = ()


def random_steps(random: Random, depth: int) -> tuple[Step, ...]:
    """Return random steps with a depth of at most *depth*."""
    return tuple(random_step(random, depth) for _ in range(random.randint(1, 4)))


def random_step(random: Random, depth: int) -> Step:
    """Return a random step with a depth of at most *depth*."""
    seconds = random.randint(0, 3)
    if not depth or random.random() < 0.2:
        return Step(random.choice(["sleep", "sleep", "fail"]), seconds)
    kind = random.choice(["start", "start", "start", "group", "clean_up"])
    return Step(kind, seconds, random_steps(random, depth - 1))


class Boom(Exception):
    """Raised by a step that fails."""


class GroupRun:
    """One run of a program, and its events."""

    def __init__(self, txa: Any, make: Any) -> None:
        self._now = txa.time
        self._make = make
        self._begin = txa.time()
        self.events: list[tuple[float, str, str]] = []

    def record(self, place: str, what: str) -> None:
        """Add an event at the current time."""
        self.events.append((round(self._now() - self._begin, 6), place, what))

    async def run(self, program: tuple[Step, ...], cancel_at: list[int]) -> Any:
        """Run *program*, cancel it at some times; return its events."""
        task = asyncio.create_task(self.group(Step("group", 0, program), "", None))
        for seconds in cancel_at:
            asyncio.get_running_loop().call_later(seconds, task.cancel)
        await asyncio.wait([task])
        if task.cancelled():
            self.record("", "cancelled")
        else:
            self.record("", repr(tree(task.exception())))
        return sorted(self.events)

    async def follow(self, steps: tuple[Step, ...], place: str, group: Any) -> None:
        """Do *steps*, as the body of *group* or as one of its tasks."""
        for number, step in enumerate(steps):
            here = f"{place}/{number} {step.kind}"
            try:
                await getattr(self, step.kind)(step, here, group)
            except BaseException as error:
                self.record(here, type(error).__name__)
                raise
            self.record(here, "done")

    async def sleep(self, step: Step, _place: str, _group: Any) -> None:
        await asyncio.sleep(step.seconds)

    async def fail(self, step: Step, _place: str, _group: Any) -> None:
        await asyncio.sleep(step.seconds)
        raise Boom

    async def clean_up(self, step: Step, place: str, group: Any) -> None:
        try:
            await self.follow(step.steps, place, group)
        finally:
            fraction = Random(place).random()  # noqa: S311 - not for cryptography
            await asyncio.sleep(step.seconds + fraction)

    async def start(self, step: Step, place: str, group: Any) -> None:
        await asyncio.sleep(step.seconds)
        start(group, self.follow, step.steps, place, group)

    async def group(self, step: Step, place: str, _group: Any) -> None:
        async with self._make() as group:
            await self.follow(step.steps, place, group)


def start(group: Any, fn: Any, *args: Any) -> None:
    """Start a task in *group*, unless it was cancelled."""
    if isinstance(group, TaskGroup):
        if not group._is_cancelled:
            group.start_soon(fn, *args)
    elif not group._aborting:
        group.create_task(fn(*args))


def tree(error: BaseException | None) -> Any:
    """Return the names of the errors in *error*, as nested lists."""
    if isinstance(error, BaseExceptionGroup):
        return [tree(each) for each in error.exceptions]
    return type(error).__name__


@pytest.mark.parametrize("seed", range(4))
def test_same_events(txaio_host, seed):
    """Ours have the same events and errors as asyncio's."""

    async def main(txa, make, program, cancel_at):
        return await GroupRun(txa, lambda: make(txa)).run(program, cancel_at)

    def their_group(_txa):
        return asyncio.TaskGroup()

    random = Random(seed)  # noqa: S311 - not for cryptography
    for _ in range(PROGRAMS):
        program = random_steps(random, random.randint(1, 4))
        cancel_at = [random.randint(0, 6) for _ in range(random.randint(0, 2))]
        expected = txaio_host.run(main, their_group, program, cancel_at)
        events = txaio_host.run(main, TaskGroup, program, cancel_at)
        assert events == expected, f"{program}, cancelled at {cancel_at}"
