"""The heap backend's host: the one thing that the kit asks for."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from heap_backend import HeapBackend, Loop

from pytest_txaio import Host
from pytest_txaio._host import PACE


if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from txaio_interfaces import IBackend


class VirtualLoop(Loop):
    """Instead of waiting for the next call, makes its time now."""

    time = 1234.5678

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float | None) -> None:
        if seconds is None:
            super().wait(None)
        else:
            self.time += seconds


class HeapHost(Host):
    """A heap, in virtual time."""

    package = "heap_backend"
    unit, late = PACE["virtual"]

    def run(self, main: Any, *args: Any, debug: bool | None = None) -> Any:
        self.loop = VirtualLoop(self.report)
        return self.backend.run(main, *args, loop=self.loop, debug=debug)

    def report(self, _text: str, error: BaseException) -> None:
        self.reports.append(error)

    def native_timers(self) -> int:
        return self.loop.pending()

    def native_tasks(self) -> int:
        return len(self.loop.tasks)

    def another(self) -> AbstractAsyncContextManager[IBackend]:
        return nullcontext(HeapBackend(self.loop))
