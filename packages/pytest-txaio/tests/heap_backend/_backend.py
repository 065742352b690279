"""The backend, and `run`."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any

from heap_backend._driver import HeapDriver
from heap_backend._futures import HeapTask
from heap_backend._loop import Loop
from txaio_common import (
    GRACE,
    AsyncGenerators,
    Backend,
    EndedDriver,
    check_grace,
    checked,
    end_tasks,
    start_main,
)


ENDED = "this heap backend has ended: use it inside main()"


class HeapBackend(Backend):
    """Everything a library needs, on a `Loop`."""

    CancelledError = HeapDriver.cancelled_error
    InvalidStateError = HeapDriver.invalid_state_error

    def __init__(self, loop: Loop, debug: bool | None = None) -> None:
        """Belong to *loop*, and to this thread."""
        self.native = HeapDriver(loop)
        self.generators = AsyncGenerators(self.native)
        super().__init__(checked(self.native, debug))

    def end(self, grace: float) -> None:
        """Cancel the coroutines that still run, and let them clean up.

        Of what ends the program meanwhile, the first is raised, if nothing did before.
        """
        loop = self.native.loop
        exits: list[SystemExit] = []
        refuse = self.refuse_thread_calls
        ending = HeapTask(loop, end_tasks(self.native, grace, self.generators, refuse))
        while ending.outcome is None:
            try:
                complete(ending)
            except SystemExit as error:
                exits.append(error)
        self.generators.uninstall()
        loop.threads.shutdown()
        self.use(EndedDriver(self.native, ENDED))
        if exits and not isinstance(sys.exception(), SystemExit):
            raise exits[0]


def complete(task: HeapTask) -> Any:
    """Have its loop make calls until *task* has ended; return its value."""
    while task.outcome is None:
        task.loop.turn()
    return task.retrieve().unwrap()


def run(
    main: Callable[..., Awaitable[Any]],
    *args: Any,
    loop: Loop | None = None,
    grace: float = GRACE,
    debug: bool | None = None,
) -> Any:
    """Run ``main(backend, *args)`` on *loop*, or a new one, and return its value."""
    seconds = check_grace(grace)
    loop = loop or Loop()
    backend = HeapBackend(loop, debug)

    async def run_main() -> Any:
        return await start_main(main, backend, args)

    backend.generators.install()
    try:
        # Spawned as any other, so that `end` cancels it where an exit cut it short.
        return complete(backend.native.spawn(run_main()))
    finally:
        backend.end(seconds)
