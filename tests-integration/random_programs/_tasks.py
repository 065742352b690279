"""The steps that start tasks by primitives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from random_programs._leaves import MANY_SECONDS, Leaves
from random_programs._program import Step
from random_programs._run import PLACE, Boom, text_of
from random_programs._waits import MARGIN
from txaio_primitives import (
    Background,
    Periodic,
    Shared,
    TaskGroup,
    as_completed,
    first,
)


LEAST_PERIOD = 16.0
"""The seconds between periodic calls, less those of the step."""
SHARED_SECONDS = 8.0
"""How long the run takes that steps anywhere in the program share."""


class Tasks(Leaves):
    """The steps that start tasks."""

    async def group(self, step: Step, place: str) -> str:
        group = self.targets[step.number] = TaskGroup(self.txa)
        futures: list[Any] = []
        value = "cut off"
        try:
            async with group:
                futures.append(self.spawn(step.parts[1], place, group.start_soon))
                await self.wait_for_start(step)
                value = await self.run(step.parts[0], place)
        except BaseExceptionGroup as error:
            self.errors += [error, *error.exceptions]
            names = sorted(type(each).__name__ for each in error.exceptions)
            self.record(place, f"errors {' '.join(names)}")
            raise Boom(place) from None
        finally:
            is_over = all(map(self.txa.is_called, futures))
            self.check(is_over, f"{place} ended before its tasks")
        self.check(not any(map(self._has_failed, futures)), f"{place} lost an error")
        return value

    async def background(self, step: Step, place: str) -> str:
        on_error = partial(self._failed, place) if step.number % 2 else None
        background = self.targets[step.number] = Background(self.txa, on_error)
        future = self.spawn(step.parts[1], place, background.start_soon)
        try:
            await self.wait_for_start(step)
            return await self.run(step.parts[0], place)
        finally:
            await self.protect(background.close)
            is_over = self.txa.is_called(future) and not len(background)
            self.check(is_over, f"{place} was closed before its tasks")
            is_known = not self._has_failed(future) or place in self.failed
            self.check(is_known or not on_error, f"{place} lost an error")

    def _has_failed(self, future: Any) -> bool:
        try:
            self.txa.result(future)
        except (self.txa.CancelledError, self.txa.InvalidStateError):
            return False
        except (Boom, TimeoutError) as error:
            self.errors.append(error)
            return True
        return False

    def _failed(self, place: str, error: BaseException) -> None:
        self.errors.append(error)
        self.failed.add(place)
        self.record(place, f"failed {type(error).__name__}")

    async def periodic(self, step: Step, place: str) -> str:
        running: list[str] = []
        began = self.now()
        seconds = LEAST_PERIOD * self.scale + step.seconds

        async def call() -> str:
            count = (self.now() - began) / seconds
            self.check(abs(count - round(count)) < MARGIN, f"{place} is not on time")
            return await self._run_once(running, step.parts[1], place)

        on_error = partial(self._failed, place)
        periodic = Periodic(self.txa, seconds, call, on_error=on_error)
        try:
            return await self.run(step.parts[0], place)
        finally:
            stopped = periodic.stop()
            if step.number % 2:
                self.txa.cancel(stopped)
            await self.protect(self.txa.gather, [stopped])
            self.check(not running, f"{place} was stopped before its call")
            running.append("stopped")

    async def _run_once(self, running: list[str], step: Step, place: str) -> str:
        """Run *step*, which nothing else runs meanwhile."""
        self.check(not running, f"{place} is {running}")
        running.append("running")
        try:
            return await self._run_alone(step, place, PLACE.get())
        finally:
            running.clear()

    async def crowd(self, step: Step, place: str) -> str:
        """Run many coroutines, and cancel two of them meanwhile."""
        futures = await self.start(step, place)
        if self.is_coarse:
            for _turn in range(step.number % 6):
                await self.protect(self.txa.sleep, 0)
            self.txa.cancel(futures[0])
        self.later(step.seconds / 2, self.txa.cancel, futures[1])
        self.later(step.seconds, self.txa.cancel, futures[2])
        return text_of(await self.own(self.txa.gather(futures), futures, place))

    # Shared runs

    async def share(self, step: Step, place: str) -> str:
        """Have two callers of one run, of which the first is cancelled."""
        running: list[str] = []
        run = partial(self._run_once, running, step.parts[0], place)
        shared = Shared(self.txa, run)
        callers: list[Any] = []
        for _ in range(2):
            callers.append(self.txa.as_future(self._call, shared, place))
            await self.wait_for_start(step)
        self.later(step.seconds, self.txa.cancel, callers[0])
        try:
            outcomes = await self.own(self.txa.gather(callers), callers, place)
        finally:
            self.check(not running, f"{place} ended before the run")
        return text_of(outcomes)

    async def _call(self, shared: Callable[[], Any], place: str) -> str:
        try:
            return str(await shared())
        finally:
            self.record(place, "has called")

    async def call_shared(self, step: Step, place: str) -> str:
        """Call what others call, too."""
        name = f"shared{step.number % 2}"
        await self.own_time(step)
        self.touch(name)
        try:
            value = await self.common(name)
        except self.txa.CancelledError:
            self.touch(name)
            raise
        except Boom as error:
            self.errors.append(error)
            value = "failed"
        self.record(place, value)
        await self.own_time(step)
        return "called"

    async def run_shared(self, name: str) -> str:
        """Take some time; fail every second time."""
        self.check(name not in self.running, f"{name} runs already")
        self.running.add(name)
        self.runs[name] += 1
        number = self.runs[name]
        try:
            await self.txa.sleep(SHARED_SECONDS * self.scale)
        finally:
            self.running.remove(name)
        if not number % 2:
            raise Boom(name)
        return f"run {number}"

    # The first, and the others

    async def race(self, step: Step, place: str) -> str:
        futures = await self.start(step, place)
        self._compare_unless_together(futures)
        try:
            return str(await first(self.txa, futures))
        finally:
            is_over = all(map(self.txa.is_called, futures))
            self.check(is_over, f"{place} ended before the others")

    async def completed(self, step: Step, place: str) -> str:
        futures = await self.start(step, place)
        self._compare_unless_together(futures, with_cancelled=True)
        iterator = as_completed(self.txa, futures)
        left = list(futures)
        try:
            async for future in iterator:
                self.check(self.txa.is_called(future), f"{place} is early")
                left.remove(future)
                [outcome] = await self.txa.gather([future])
                self.record(place, f"{futures.index(future)}: {text_of(outcome)}")
                if step.number % 8 == 0:
                    return "left"
        except self.txa.CancelledError:
            if step.number % 2:
                await self.protect(self._iterate, iterator, left)
                settled = [future for future in left if self.txa.is_called(future)]
                self.check(not settled, f"{place} did not come to {settled}")
            raise
        self.check(not left, f"{place} did not come to {left}")
        return "completed"

    async def _iterate(self, iterator: Any, left: list[Any]) -> None:
        # No step of a coarse program ends at that time.
        async with self.txa.move_on_after((MANY_SECONDS + 0.3) * self.scale):
            async for future in iterator:
                left.remove(future)

    def _compare_unless_together(
        self, futures: list[Any], *, with_cancelled: bool = False
    ) -> None:
        """Compare no more if two of *futures* are settled in the same turn.

        Which of them is the first is unspecified.  One that is cancelled may be so
        because another one was the first, so it counts only *with_cancelled*.
        """
        settled: Counter[float] = Counter()

        def settle(outcome: Any) -> None:
            error = getattr(outcome, "value", None)
            if with_cancelled or not isinstance(error, self.txa.CancelledError):
                settled[self.now()] += 1
                if settled[self.now()] > 1:
                    self.compare_no_more()

        for future in futures:
            self.txa.add_callbacks(future, settle, settle)
