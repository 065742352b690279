"""The steps that contain no other."""

from __future__ import annotations

from typing import Any

from random_programs._actions import Actions
from random_programs._cascade import Cascade
from random_programs._program import Step
from random_programs._run import Boom


MANY_SECONDS = 400.0
"""After them and its own, a step that waits for nothing ends."""


class Leaves(Actions):
    """The steps that contain no other."""

    async def sleep(self, step: Step, _place: str) -> str:
        await self.txa.sleep(step.seconds)
        return "slept"

    async def fail(self, step: Step, place: str) -> str:
        await self.txa.sleep(step.seconds)
        raise Boom(place)

    async def never(self, step: Step, place: str) -> str:
        future = self.txa.create_future()
        limit = self.txa.timeout(future, MANY_SECONDS * self.scale + step.seconds)
        await self.own(limit, [future], place)
        return "never"

    async def at_once(self, step: Step, place: str) -> str:
        if step.number % 2:
            raise Boom(place)
        return "at once"

    async def cancel_own(self, step: Step, place: str) -> str:
        """Raise a cancellation that nothing has asked for."""
        await self.txa.sleep(step.seconds)
        raise self.txa.CancelledError(place)

    async def settled(self, step: Step, place: str) -> str:
        if step.number % 2:
            await self.txa.create_future_error(Boom(place))
        return str(await self.txa.create_future_success("settled"))

    async def plain(self, step: Step, place: str) -> str:
        def canceller(_future: object) -> None:
            self.record(place, "canceller")
            self.perform(step, place, in_canceller=True)

        future = self.txa.create_future(canceller=self.in_context(canceller))
        self.targets[step.number] = future
        self.unowned.add(step.number)
        self.later(step.seconds, self.settle, future, place)
        await self.wait_for_start(step)
        return str(await self.own(future, [], place))

    def settle(self, future: Any, place: str) -> None:
        """Resolve *future* unless it is settled."""
        if not self.txa.is_called(future):
            self.txa.resolve(future, "resolved")
        self.record(place, "timer")

    async def timers(self, step: Step, place: str) -> str:
        future = self.txa.create_future()

        def first() -> None:
            self.record(place, f"first {handles[1].reset(step.seconds * 2)}")

        def second() -> None:
            self.record(place, f"second {handles[1].reset(1)} {handles[0].reset(1)}")
            handles.append(self.later(step.seconds, third))
            handles[-1].reset(step.seconds / 2)

        def third() -> None:
            self.record(place, "third")
            self.settle(future, place)

        handles = [
            self.later(step.seconds, first),
            self.later(step.seconds * 1.5, second),
        ]
        self.targets[step.number] = handles[1]
        limit = self.txa.timeout(future, MANY_SECONDS * self.scale + step.seconds)
        return str(await self.own(limit, [future], place))

    async def cascade(self, step: Step, place: str) -> str:
        """Have callbacks of futures that settle these futures, and add callbacks."""
        cascade = Cascade(self.txa, f"{step.seconds}", place)
        if step.number % 2:
            self.later(step.seconds, self.txa.resolve, cascade.futures[0])
        await self.txa.sleep(step.seconds)
        await self.wait_for_start(step)
        for future in cascade.futures:
            self.txa.cancel(future)
        await self.wait_for_start(step)
        self.record(place, " ".join(cascade.called))
        return "over"

    async def act(self, step: Step, place: str) -> str:
        await self.txa.sleep(step.seconds)
        self.perform(step, place)
        await self.txa.sleep(step.seconds)
        return "acted"
