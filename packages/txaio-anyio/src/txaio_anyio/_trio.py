"""The loop, where it is Trio's; the one module that imports Trio."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import trio
from anyio.abc import TaskGroup

from txaio_anyio._loop import Loop


T = TypeVar("T")


class TrioLoop(Loop):
    """Trio's run, in which the deadline of a cancel scope is the alarm."""

    name = "Trio"
    _alarm: trio.CancelScope

    def __init__(self) -> None:
        self.cancelled = trio.Cancelled
        self.current_task = trio.lowlevel.current_task
        self.now = trio.lowlevel.current_clock().current_time
        self.early = 0.0
        self.new_scope = trio.CancelScope
        self.post = trio.lowlevel.current_trio_token().run_sync_soon
        self.asleep = {}

    async def open_group(self) -> TaskGroup:
        group = await super().open_group()
        *_, nursery = trio.lowlevel.current_task().child_nurseries
        self.start = nursery.start_soon
        return group

    async def park(self, parked: dict[Any, None]) -> None:
        task = trio.lowlevel.current_task()
        parked[task] = None

        def abort(_raise_cancel: object) -> trio.lowlevel.Abort:
            del parked[task]
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abort)

    def unpark(self, parked: dict[Any, None]) -> None:
        for task in parked:
            trio.lowlevel.reschedule(task)
        parked.clear()

    def alarm(self) -> trio.CancelScope:
        # One for many sleeps: most end before its deadline, and a scope takes as long
        # as a sleep does.
        self._alarm = trio.CancelScope()
        return self._alarm

    async def pause(self) -> None:
        await trio.lowlevel.cancel_shielded_checkpoint()

    async def sleep(self, until: float) -> None:
        if self._alarm.deadline != until:
            self._alarm.deadline = until
        await self.park(self.asleep)

    def wake_at(self, when: float) -> None:
        if self.asleep:
            self._alarm.deadline = when

    def close(self) -> None:
        """Do nothing: a deadline goes with its scope."""


def run_trio(main: Callable[[], Awaitable[T]], options: dict[str, Any]) -> T:
    """Run *main* with the *options* of `trio.run`.

    Trio raises the `KeyboardInterrupt` of a Ctrl-C wherever the program is, in the code
    of a backend, too, which would leave tasks and futures in states that they never
    have. So by default it is raised at an await of *main*, as on other loops.
    """
    return trio.run(
        main, **{"restrict_keyboard_interrupt_to_checkpoints": True} | options
    )
