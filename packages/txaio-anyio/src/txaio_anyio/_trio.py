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

    def __init__(self) -> None:
        self.cancelled = trio.Cancelled
        self.new_event = trio.Event
        self.current_task = trio.lowlevel.current_task
        self.now = trio.lowlevel.current_clock().current_time
        self.early = 0.0
        self.new_scope = trio.CancelScope
        self.post = trio.lowlevel.current_trio_token().run_sync_soon
        self._nap = trio.CancelScope()
        self._awake = trio.Event()
        self._awake.set()

    async def open_group(self) -> TaskGroup:
        group = await super().open_group()
        *_, nursery = trio.lowlevel.current_task().child_nurseries
        self.start = nursery.start_soon
        return group

    async def pause(self) -> None:
        await trio.lowlevel.checkpoint()

    async def sleep(self, until: float) -> None:
        self._awake = trio.Event()
        with trio.CancelScope(deadline=until) as self._nap:
            await self._awake.wait()

    def wake(self) -> None:
        self._awake.set()

    def wake_at(self, when: float) -> None:
        if not self._awake.is_set():
            self._nap.deadline = when

    def close(self) -> None:
        """Do nothing: a deadline goes with its sleep."""


def run_trio(main: Callable[[], Awaitable[T]], options: dict[str, Any]) -> T:
    """Run *main* with the *options* of `trio.run`.

    Trio raises the `KeyboardInterrupt` of a Ctrl-C wherever the program is, in the code
    of a backend, too, which would leave tasks and futures in states that they never
    have. So by default it is raised at an await of *main*, as on other loops.
    """
    return trio.run(
        main, **{"restrict_keyboard_interrupt_to_checkpoints": True} | options
    )
