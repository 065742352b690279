"""The steps that contain others."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from random_programs._leaves import Leaves
from random_programs._program import Step
from random_programs._run import Boom, text_of


BLOCK: ContextVar[int] = ContextVar("BLOCK", default=-1)
"""The number of the last scope whose block has ended."""


class Steps(Leaves):
    """All steps."""

    async def coroutine(self, step: Step, place: str) -> str:
        (future,) = await self.start(step, place)
        return str(await self.own(future, [], place))

    async def gather(self, step: Step, place: str) -> str:
        futures = await self.start(step, place)
        gathered = self.targets[step.number] = self.txa.gather(futures)
        outcomes = await self.own(gathered, futures, place)
        return text_of(outcomes)

    async def until_failure(self, step: Step, place: str) -> str:
        futures = await self.start(step, place)

        def failed(_fail: object) -> None:
            # Which of two that fail in the same turn is the first is unspecified.
            self.failures[step.number, self.now()] += 1
            if self.failures[step.number, self.now()] > 1:
                self.compare_no_more()

        for future in futures:
            self.txa.add_callbacks(future, None, failed)
        gathered = self.txa.gather(futures, consume_exceptions=False)
        self.targets[step.number] = gathered
        return ", ".join(await self.own(gathered, [], place))

    async def timeout(self, step: Step, place: str) -> str:
        (future,) = await self.start(step, place)
        limit = self.targets[step.number] = self.txa.timeout(future, step.seconds)
        return str(await self.own(limit, [future], place))

    async def shield(self, step: Step, place: str) -> str:
        (future,) = await self.start(step, place)
        shield = self.targets[step.number] = self.txa.shield(future)
        return str(await self.own(shield, [], place))

    async def cancelled(self, step: Step, place: str) -> str:
        (future,) = await self.start(step, place)
        self.later(step.seconds, self.txa.cancel, future, f"text {step.number}")
        return str(await self.own(future, [], place))

    async def cancelled_often(self, step: Step, place: str) -> str:
        (future,) = await self.start(step, place)
        for number in range(4):
            seconds = step.seconds * (number + 1) / 4
            self.later(seconds, self.txa.cancel, future, f"text {number}")
        return str(await self.own(future, [], place))

    async def cancelled_soon(self, step: Step, place: str) -> str:
        future = self.spawn(step.parts[0], place)
        for _turn in range(step.number % 8):
            await self.protect(self.txa.sleep, 0)
        self.txa.cancel(future, f"text {step.number}")
        return str(await self.own(future, [], place))

    async def uncancelled(self, step: Step, place: str) -> str:
        return str(await self.protect(self.run, step.parts[0], place))

    async def sequence(self, step: Step, place: str) -> str:
        values = [await self.run(part, place) for part in step.parts]
        return ", ".join(values)

    async def catch(self, step: Step, place: str) -> str:
        try:
            return await self.run(step.parts[0], place)
        except (self.txa.CancelledError, Boom, TimeoutError):
            return "caught"

    async def convert(self, step: Step, place: str) -> str:
        try:
            return await self.run(step.parts[0], place)
        except self.txa.CancelledError:
            raise Boom(place) from None

    async def insist(self, step: Step, place: str) -> str:
        for _ in range(3):
            try:
                return await self.run(step.parts[0], place)
            except self.txa.CancelledError:
                self.record(place, "again")
        return "gave up"

    async def clean_up(self, step: Step, place: str) -> str:
        try:
            return await self.run(step.parts[0], place)
        finally:
            await self.protect(self.txa.sleep, step.seconds)
            self.record(place, "cleaned up")

    async def clean_up_unprotected(self, step: Step, place: str) -> str:
        try:
            return await self.run(step.parts[0], place)
        finally:
            await self.txa.sleep(step.seconds)
            self.record(place, "cleaned up")

    # Scopes

    async def fail_after(self, step: Step, place: str) -> str:
        return await self._in_scope(self.txa.fail_after(step.seconds), step, place)

    async def move_on_after(self, step: Step, place: str) -> str:
        return await self._in_scope(self.txa.move_on_after(step.seconds), step, place)

    async def cancelled_scope(self, step: Step, place: str) -> str:
        scope = self.txa.fail_after(step.seconds)
        scope.cancel()
        return await self._in_scope(scope, step, place)

    async def _in_scope(self, scope: Any, step: Step, place: str) -> str:
        self.targets[step.number] = scope
        if not step.seconds and self.protected == self.now():
            # Whether it expires before what has come meanwhile is raised, or after it.
            self.compare_no_more()
        value = "cut off"
        try:
            async with scope:
                try:
                    value = await self.run(step.parts[0], place)
                finally:
                    BLOCK.set(step.number)
        finally:
            self.check(BLOCK.get() == step.number, f"{place} lost a variable")
            self.record(place, f"expired {scope.expired}")
        return value

    # Calls

    async def act_later(self, step: Step, place: str) -> str:
        handle = self.later(step.seconds, self.perform, step, place)
        self.targets[step.number] = handle
        return await self.run(step.parts[0], place)

    async def beside(self, step: Step, place: str) -> str:
        future = self.spawn(step.parts[0], place)
        await self.wait_for_start(step)
        self.listen(future, place)
        return await self.run(step.parts[1], place)

    async def react(self, step: Step, place: str) -> str:
        future = self.spawn(step.parts[0], place)
        await self.wait_for_start(step)

        def react() -> None:
            self.perform(step, place)

        self.listen(future, place, react)
        return await self.run(step.parts[1], place)

    async def from_callback(self, step: Step, place: str) -> str:
        gate, result = self.txa.create_future(), self.txa.create_future()
        self.targets[step.number] = gate
        self.unowned.add(step.number)

        def begin(_value: object) -> None:
            future = self.spawn(step.parts[0], place)
            self.txa.add_callbacks(
                future,
                self.in_context(lambda value: self.txa.resolve(result, value)),
                self.in_context(lambda fail: self.txa.reject(result, fail)),
            )

        def fail(fail: Any) -> None:
            if not self.txa.is_called(result):
                self.txa.reject(result, fail)

        self.txa.add_callbacks(gate, self.in_context(begin), self.in_context(fail))
        self.later(step.seconds, self.settle, gate, place)
        return str(await self.own(result, [], place))

    async def shared(self, step: Step, place: str) -> str:
        (future,) = await self.start(step, place)
        awaiters = [self.txa.as_future(self.join, future, place) for _ in range(2)]
        await self.wait_for_start(step)
        self.later(step.seconds, self.txa.cancel, awaiters[0])
        outcomes = await self.own(self.txa.gather(awaiters), awaiters, place)
        return text_of(outcomes)

    async def join(self, future: Any, place: str) -> str:
        """Await *future*, which others await as well."""
        try:
            return str(await self.own(future, [], place))
        finally:
            self.record(place, "joined")
