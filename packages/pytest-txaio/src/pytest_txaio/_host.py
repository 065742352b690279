"""How the plugin runs a test on the event loop of a backend, and inspects the loop."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    nullcontext,
)
from typing import Any, ClassVar, Literal

from pytest_txaio._log import LogEvent, capture_records
from pytest_txaio._time import VirtualTime
from txaio_interfaces import IBackend


Main = Callable[..., Awaitable[Any]]

Turn = Callable[[], Awaitable[int | None]]

ClockName = Literal["virtual", "real"]

UNIT_AND_LATENESS = {"virtual": (1.0, 0.002), "real": (0.02, 0.5)}
"""`unit` and `late` for each clock; another process may delay a call by 0.5 s."""


class Host:
    """An event loop to run tests on, and the errors that were reported there.

    Only `run` is required.
    The other methods return by default that the host does not know; tests skip the
    checks that depend on them.
    A host is created without arguments when a test starts, and closed after it.
    """

    clocks: ClassVar[tuple[ClockName, ...]] = ("real",)
    """The clocks that it has; the first is the default."""
    package: ClassVar[str] = ""
    """The import name of the backend, for tests that start a new Python process."""
    unit: float = 0.02
    """The time step of the conformance tests, in seconds of the loop's time."""
    late: float = 0.5
    """By how many seconds a call may be late."""
    name = ""
    """The name under which it was selected."""
    virtual: VirtualTime | None = None
    """The time of its loops if it is virtual, else None."""
    seed: int | None = None
    """What the order of its tasks depends on, if that is random; else None.

    If it is not None, it is set to the seed of all tests before `run` is called.
    """

    def __init__(self) -> None:
        self.reports: list[BaseException] = []
        """The errors that the backend reported, as they were never retrieved."""
        self.clock: ClockName = self.clocks[0]
        self.on_stuck: Callable[[], object] = bool
        """To be called, in the loop's thread, when nothing can wake the loop."""
        self.backend: Any = self.package and importlib.import_module(self.package)
        """The module called `package`, or an empty string."""

    def use_clock(self, clock: ClockName) -> None:
        """Use *clock*, one of `clocks`, for the next loops."""
        self.clock = clock
        self.unit, self.late = UNIT_AND_LATENESS[clock]

    def run(self, main: Main, *args: Any, debug: bool | None = None) -> Any:
        """Return the value of ``await main(backend, *args)`` on a new loop."""
        raise NotImplementedError

    def give_up(self) -> None:
        """Stop the loop from another thread; `run` then raises."""

    def close(self) -> None:
        """Close what stays open after `run`."""

    def outside(self) -> IBackend:
        """Return a backend whose loop is not running."""

        async def leak(backend: IBackend) -> IBackend:
            return backend

        leaked: IBackend = self.run(leak)
        return leaked

    def another(self) -> AbstractAsyncContextManager[IBackend] | None:
        """Return a second backend on the running loop, or None."""
        return None

    def native_future(self) -> Any:
        """Return a pending future of the event loop's own type, or None."""
        return None

    def settle_native(self, future: Any, result: Any) -> None:
        """Settle a future from `native_future` with a value or an exception.

        It is called only for futures that the backend itself cannot settle.
        """
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)

    def native_timers(self) -> int | None:
        """Return the number of timers of the loop that are not due, or None."""
        return None

    def native_tasks(self) -> int | None:
        """Return the number of tasks that run on the loop, or None."""
        return None

    def timers(self, backend: Any) -> list[tuple[Any, float]] | None:
        """Return the pending timed calls, each with the seconds left, or None.

        These are the calls that tests made, on *backend* or on the loop directly; calls
        that the backend makes for itself are left out.
        """
        del backend
        return None

    def selectables(self) -> list[object]:
        """Return the sockets, readers and writers that the loop watches for a test."""
        return []

    def turns(self, backend: Any) -> AbstractContextManager[Turn]:
        """Return a context manager that gives an async function, for ``txaio_settle``.

        The function lets the loop make one turn: it returns to the coroutine that
        awaits it when everything that was ready before has been called.
        It returns the number of other calls that the loop has to make now, the
        calls that were made in this turn included if the host counts these, or None if
        the host does not know.
        Timers that are not due, threads and sockets do not count.
        """

        async def turn() -> None:
            await backend.sleep(0)

        return nullcontext(turn)

    def watch_wait(
        self,
        backend: Any,
        awaited: Any,
        on_wait: Callable[[], object],
        on_settled: Callable[[], object],
    ) -> None:
        """Watch the coroutine that runs, which is about to wait for *awaited*.

        Call *on_wait* as soon as it waits; it may be called now if a cancellation in
        the coroutine's own turn is raised at this await.
        Call *on_settled* when *awaited* has been settled and the coroutine has not gone
        on.
        *awaited* is what the coroutine gives to the loop, not always a future.

        By default only futures of the backend are known; their failures count as
        retrieved.
        """
        if backend.is_future(awaited):

            def settled(_: Any) -> None:
                on_settled()

            backend.add_callbacks(awaited, settled, settled)
            on_wait()

    def capture(
        self, on_event: Callable[[LogEvent], object]
    ) -> AbstractContextManager[None]:
        """Call *on_event* with each message, at any level, in the ``with`` block."""
        return capture_records(on_event)
