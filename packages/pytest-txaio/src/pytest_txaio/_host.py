"""What the tests need of a loop that they run on."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, ClassVar, Literal

from pytest_txaio._log import LogEvent, capture_records
from pytest_txaio._time import VirtualTime
from txaio_interfaces import IBackend


Main = Callable[..., Awaitable[Any]]

ClockName = Literal["virtual", "real"]

UNIT_AND_LATENESS = {"virtual": (1.0, 0.002), "real": (0.02, 0.5)}
"""`unit` and `late` for each clock; another process may take away half a second."""


class Host:
    """A loop to run tests on, and everything that was reported there.

    Only `run` has to be written; what the rest answers by default is that the host
    cannot tell, and tests that need to know more pass without.
    A host is made when a test begins, without arguments, and closed after it.
    """

    clocks: ClassVar[tuple[ClockName, ...]] = ("real",)
    """The clocks that it has; the first is the one that is used unless asked."""
    package: ClassVar[str] = ""
    """The import name of the backend, for the tests that start Python anew."""
    unit: float = 0.02
    """How long a second of a test's story takes, in seconds of the loop's time."""
    late: float = 0.5
    """How much later than promised a call may be made."""
    name = ""
    """What the host is called where it was chosen."""
    virtual: VirtualTime | None = None
    """The time of its loops, if a test can move it."""

    def __init__(self) -> None:
        self.reports: list[BaseException] = []
        """What the backend reported, in its own way, because nobody looked at it."""
        self.clock: ClockName = self.clocks[0]
        self.on_stuck: Callable[[], object] = bool
        """To be called, in the loop's thread, where no event can ever come."""
        self.backend: Any = self.package and importlib.import_module(self.package)
        """The module of that name."""

    def use_clock(self, clock: ClockName) -> None:
        """Take *clock*, one of `clocks`, for the loops to come."""
        self.clock = clock
        self.unit, self.late = UNIT_AND_LATENESS[clock]

    def run(self, main: Main, *args: Any, debug: bool | None = None) -> Any:
        """Return what ``await main(backend, *args)`` gives on a new loop."""
        raise NotImplementedError

    def give_up(self) -> None:
        """Stop the loop, from another thread; `run` then raises."""

    def close(self) -> None:
        """Close what outlives `run`."""

    def outside(self) -> IBackend:
        """Return a backend whose loop does not run."""

        async def leak(backend: IBackend) -> IBackend:
            return backend

        leaked: IBackend = self.run(leak)
        return leaked

    def another(self) -> AbstractAsyncContextManager[IBackend] | None:
        """Return a second backend on the loop that runs, or None."""
        return None

    def native_future(self) -> Any:
        """Return a pending future of the loop's own kind, or None if it has none."""
        return None

    def settle_native(self, future: Any, result: Any) -> None:
        """Settle what `native_future` returned, with a value or an exception.

        This is asked only for what the backend itself would not settle.
        """
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)

    def native_timers(self) -> int | None:
        """Count the timers that the loop holds and that are not due, or return None."""
        return None

    def native_tasks(self) -> int | None:
        """Count the tasks that run on the loop, or return None."""
        return None

    def timers(self, backend: Any) -> list[tuple[Any, float]] | None:
        """Return the calls to come, each with the seconds left, or None.

        Only what tests ask for is meant, on *backend* or past it.
        """
        del backend
        return None

    def selectables(self) -> list[object]:
        """Return what the loop watches for a test: sockets, readers, writers."""
        return []

    def capture(
        self, heard: Callable[[LogEvent], object]
    ) -> AbstractContextManager[None]:
        """Have *heard* called with each message meanwhile, of loggers at any level."""
        return capture_records(heard)
