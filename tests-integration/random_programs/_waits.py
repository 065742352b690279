"""The steps that wait for locks, conditions and events.

Before and after each use of a primitive a step waits for a time of its own.  So two use
it in the same turn only if both are cancelled, or one is the cause of the other: then
`Run.touch` ends the comparison, as the order is unspecified.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from math import inf
from typing import Any

from random_programs._leaves import Leaves
from random_programs._program import Step


MOST_SECONDS = 60.0
"""After them and its own, a step waits no longer."""
MARGIN = 1e-6
"""Seconds before a limit from which on either may come first."""


class Waits(Leaves):
    """The steps that wait for locks, conditions and events."""

    async def with_lock(self, step: Step, place: str) -> str:
        return await self._hold(f"lock{step.number % 2}", step, place)

    async def with_semaphore(self, step: Step, place: str) -> str:
        return await self._hold("semaphore", step, place)

    async def with_condition(self, step: Step, place: str) -> str:
        return await self._hold("condition", step, place)

    async def in_lock(self, step: Step, place: str) -> str:
        """Hold a lock for a limited time."""
        name = f"lock{step.number % 2}"
        await self.own_time(step)
        with self.touching(name):
            async with self.limit(step), self.objects.by_name[name]:
                self.check(self.objects.enter(name), f"{place} is not alone")
                try:
                    await self.own_time(step)
                    return await self.run(step.parts[0], place)
                finally:
                    self.touch(name)
                    self.objects.holders[name] -= 1

    async def _hold(self, name: str, step: Step, place: str) -> str:
        permits = self.objects.by_name[name]
        await self.obtain(name, permits.acquire, step)
        self.check(self.objects.enter(name), f"{place}: too many hold {name}")
        try:
            self.record(place, f"holds {name}")
            await self.own_time(step)
            return await self.run(step.parts[0], place)
        finally:
            self.touch(name)
            self.objects.leave(name)

    async def obtain(self, name: str, fn: Any, step: Step) -> Any:
        """Await ``fn()``, with a limit, and without an await after it."""
        await self.own_time(step)
        with self.touching(name), self.punctual(name, step):
            async with self.limit(step):
                value = await fn()
        self.moved[step.number] = self.now()
        return value

    def limit(self, step: Step) -> Any:
        """Return the scope of an await that may have no end."""
        return self.txa.fail_after(MOST_SECONDS * self.scale + step.seconds)

    @contextmanager
    def touching(self, name: str) -> Generator[None]:
        """Note that the primitive is used now, and when this is cancelled."""
        self.touch(name)
        try:
            yield
        except (self.txa.CancelledError, TimeoutError):
            self.touch(name)
            raise

    @contextmanager
    def punctual(self, name: str, step: Step) -> Generator[None]:
        """Check that a wait with a limit ends if all that wait are let go meanwhile."""
        began = self.now()
        deadline = began + MOST_SECONDS * self.scale + step.seconds
        try:
            yield
        except TimeoutError:
            released = self.objects.released.get(name, -inf)
            is_missed = began < released < deadline - MARGIN
            self.check(not is_missed, f"{step} was not let go at {released}")
            raise

    # Conditions

    async def wait_condition(self, step: Step, place: str) -> str:
        condition = self.objects.by_name["condition"]
        await self.obtain("condition", condition.acquire, step)
        self.check(self.objects.enter("condition"), f"{place} is not alone")
        try:
            await self.own_time(step)
            with self.punctual("notification", step):
                async with self.limit(step):
                    self.objects.holders["condition"] -= 1
                    try:
                        await condition.wait()
                    finally:
                        is_alone = self.objects.enter("condition")
                        self.check(is_alone, f"{place} has not acquired it alone")
            self.record(place, "notified")
            await self.own_time(step)
        finally:
            self.objects.leave("condition")
        return "waited"

    async def notify(self, step: Step, place: str) -> str:
        condition = self.objects.by_name["condition"]
        await self.obtain("condition", condition.acquire, step)
        self.check(self.objects.enter("condition"), f"{place} is not alone")
        try:
            await self.own_time(step)
            if step.number % 4:
                condition.notify(step.number % 4)
            else:
                condition.notify_all()
                self.objects.released["notification"] = self.now()
            await self.own_time(step)
        finally:
            self.objects.leave("condition")
        return "notified"

    # Events

    async def wait_event(self, step: Step, place: str) -> str:
        event = self.objects.by_name["event"]

        async def wait() -> None:
            began = -inf if event.is_set() else self.now()
            await event.wait()
            is_right = self.objects.released.get("event", -inf) >= began
            self.check(is_right, f"{place} was let go")

        await self.obtain("event", wait, step)
        await self.own_time(step)
        return "set"

    async def set_event(self, step: Step, _place: str) -> str:
        event = self.objects.by_name["event"]
        await self.own_time(step)
        self.touch("event")
        # Those that wait may go on at once.
        self.objects.released["event"] = self.now()
        event.set()
        if step.number % 4:
            event.clear()
        await self.own_time(step)
        return f"set {event.is_set()}"
