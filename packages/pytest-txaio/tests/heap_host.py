"""How the kit runs the heap backend: in virtual time, and with an ear for reports."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from heap_backend import HeapBackend, Loop, run

from pytest_txaio import Host


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from txaio_interfaces import IBackend

IDLE = 0.05
"""Real seconds after which a loop that waits for a thread may be stuck."""


class VirtualLoop(Loop):
    """Instead of waiting for the next call, makes its time now."""

    def __init__(self, host: HeapHost) -> None:
        super().__init__(host.report)
        self._host = host
        self._now = 1234.5678

    def now(self) -> float:
        return self._now

    def wait(self, seconds: float | None) -> None:
        if seconds is not None:
            self._now += seconds
        while seconds is None and not self._ready:
            if not self._wake.wait(IDLE):
                self._host.on_stuck()


class HeapHost(Host):
    """Loops with a heap."""

    package = "heap_backend"
    clocks = ("virtual",)

    def __init__(self) -> None:
        super().__init__()
        self.use_clock("virtual")

    def run(self, main: Any, *args: Any, debug: bool | None = None) -> Any:
        self.loop = VirtualLoop(self)
        return run(main, *args, loop=self.loop, debug=debug)

    def report(self, _text: str, error: BaseException) -> None:
        """Remember what the loop reports."""
        self.reports.append(error)

    def another(self) -> AbstractAsyncContextManager[IBackend]:
        return nullcontext(HeapBackend(self.loop))

    def native_timers(self) -> int:
        return self.loop.pending()

    def native_tasks(self) -> int:
        return len(self.loop.tasks)

    def turns(
        self, backend: Any
    ) -> AbstractContextManager[Callable[[], Awaitable[int]]]:
        async def turn() -> int:
            await backend.sleep(0)
            return self.loop.ready()

        return nullcontext(turn)
