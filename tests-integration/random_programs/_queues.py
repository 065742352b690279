"""The steps that wait for queues, and callbacks that wait for primitives."""

from __future__ import annotations

from functools import partial
from typing import Any

from random_programs._objects import Wish
from random_programs._program import Step
from random_programs._run import Boom
from random_programs._waits import MOST_SECONDS, Waits
from txaio_primitives import QueueClosed


class Queues(Waits):
    """The steps that wait for queues, and those whose callbacks wait."""

    async def put(self, step: Step, place: str) -> str:
        name = f"queue{step.number % 2}"
        item = self.new_item(place)
        put = partial(self.objects.by_name[name].put, item)
        try:
            await self.obtain(name, put, step)
        except QueueClosed:
            await self.own_time(step)
            return "closed"
        self.objects.usage[name].put.append(item)
        await self.own_time(step)
        return "put"

    async def get(self, step: Step, place: str) -> str:
        name = f"queue{step.number % 2}"
        try:
            item = await self.obtain(name, self.objects.by_name[name].get, step)
        except QueueClosed:
            await self.own_time(step)
            return "closed"
        self.objects.usage[name].taken.append(item)
        self.record(place, f"got {item}")
        await self.own_time(step)
        return "got"

    async def get_all(self, step: Step, place: str) -> str:
        """Take items as long as there is time."""
        name = f"queue{step.number % 2}"
        seconds = MOST_SECONDS * self.scale + step.seconds
        await self.own_time(step)
        async with self.txa.move_on_after(seconds) as scope:
            with self.touching(name):
                async for item in self.objects.by_name[name]:
                    self.objects.usage[name].taken.append(item)
                    self.record(place, f"got {item}")
                    self.moved[step.number] = self.now()
                    await self.own_time(step)
                    self.touch(name)
        await self.own_time(step)
        return f"expired {scope.expired}"

    async def close(self, step: Step, _place: str) -> str:
        name = f"queue{step.number % 2}"
        await self.own_time(step)
        self.touch(name)
        self.objects.by_name[name].close()
        self.objects.released.setdefault(name, self.now())
        await self.own_time(step)
        return "closed"

    # Waiters

    async def wait(self, step: Step, place: str) -> str:
        """Wait for a value; hand it on if it comes as this is cancelled."""
        waiters, usage = self.objects.by_name["waiters"], self.objects.usage["waiters"]

        def give_back(value: str) -> None:
            if not waiters.hand(value):
                usage.taken.append(value)

        value = await self.obtain("waiters", partial(waiters.wait, give_back), step)
        usage.taken.append(value)
        self.record(place, f"received {value}")
        await self.own_time(step)
        return "received"

    async def hand(self, step: Step, place: str) -> str:
        waiters, usage = self.objects.by_name["waiters"], self.objects.usage["waiters"]
        await self.own_time(step)
        self.touch("waiters")
        item = self.new_item(place)
        way = step.number % 4
        if way == 0:
            # The order in which they go on is unspecified, so nothing else is done.
            count = waiters.hand_all(item)
        elif way == 1:
            count = int(waiters.supply(lambda: item))
        elif way == 2 and step.seconds % 1 < 1 / 4:
            waiters.fail(Boom(place))
            count = 0
        else:
            count = int(waiters.hand(item))
        usage.put += [item] * count
        await self.own_time(step)
        return f"handed {count}"

    # Callbacks

    async def wish_lock(self, step: Step, place: str) -> str:
        return await self._wish(f"lock{step.number % 2}", "acquire_future", step, place)

    async def wish_semaphore(self, step: Step, place: str) -> str:
        return await self._wish("semaphore", "acquire_future", step, place)

    async def wish_event(self, step: Step, place: str) -> str:
        return await self._wish("event", "wait_future", step, place)

    async def wish_put(self, step: Step, place: str) -> str:
        return await self._wish(f"queue{step.number % 2}", "put_future", step, place)

    async def wish_get(self, step: Step, place: str) -> str:
        return await self._wish(f"queue{step.number % 2}", "get_future", step, place)

    async def _wish(self, name: str, method: str, step: Step, place: str) -> str:
        """Have callbacks wait for a primitive."""
        item = self.new_item(place)
        await self.own_time(step)
        self.touch(name)
        ask = getattr(self.objects.by_name[name], method)
        try:
            future = ask(item) if method == "put_future" else ask()
        except QueueClosed:
            return "closed"
        wish = Wish(name, method, future, item)
        self.objects.wishes.append(wish)
        self.targets[step.number] = future
        self._grant(wish, step, place)
        await self.own_time(step)
        return "wished"

    def _grant(self, wish: Wish, step: Step, place: str) -> None:
        def release() -> None:
            self.touch(wish.name, place)
            self.objects.leave(wish.name)

        def granted(value: object) -> None:
            self.record(place, f"granted {value}")
            wish.is_over = True
            self.objects.count(wish)
            if wish.method == "acquire_future":
                self.later(step.seconds / 8, release)

        def refused(fail: Any) -> None:
            self.record(place, f"refused {type(fail.value).__name__}")
            wish.is_over = True
            self.touch(wish.name, place)

        callbacks = self.in_context(granted), self.in_context(refused)
        self.txa.add_callbacks(wish.future, *callbacks)
