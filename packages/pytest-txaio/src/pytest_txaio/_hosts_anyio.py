"""Hosts of the backend on AnyIO."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from typing import Any

from pytest_txaio._hang import Hung
from pytest_txaio._host import Main, Turn
from pytest_txaio._hosts_asyncio import AsyncioHost, UvloopHost
from txaio_interfaces import IBackend


MAX_CANCELLATIONS = 2
"""The number of attempts to end a Trio run by cancellation, which tasks can catch."""


class AnyioAsyncioHost(AsyncioHost):
    """AnyIO on asyncio's own loop."""

    package = "txaio_anyio"

    def run(self, main: Main, *args: Any, debug: bool | None = None) -> Any:
        named = {"on_error": self.report, "grace": 5 * self.unit, "debug": debug}
        return self.backend.run(main, *args, **named, **self.options())

    def report(self, _text: str, exception: BaseException) -> None:
        """Collect an error that the backend passes to `on_error`."""
        self.reports.append(exception)

    def options(self) -> dict[str, Any]:
        """Return the arguments of `run` that select the loop."""
        return {
            "backend": "asyncio",
            "backend_options": {"loop_factory": self.new_loop},
        }

    def outside(self) -> IBackend:
        backend: IBackend = self.backend.AnyioBackend()
        return backend

    def another(self) -> AbstractAsyncContextManager[IBackend] | None:
        backend: AbstractAsyncContextManager[IBackend]
        backend = self.backend.AnyioBackend(on_error=self.report)
        return backend

    def timers(self, backend: Any) -> list[tuple[Any, float]] | None:
        """Return the calls of the backend, for which the loop has a single timer."""
        now = backend.time()
        calls = [(fn, when - now) for fn, when in backend.driver.statistics().timers]
        return calls + [call for call in self.native_calls() if not _is_alarm(*call)]


def _is_alarm(fn: Any, _left: float) -> bool:
    return getattr(fn, "__name__", "") == "_ring"


class AnyioUvloopHost(AnyioAsyncioHost, UvloopHost):
    """AnyIO on uvloop."""


class AnyioTrioHost(AnyioAsyncioHost):
    """AnyIO on Trio."""

    seed = 0
    token: Any
    """The entry point to the run from other threads."""
    task: Any
    running: Any
    trio_clock: Any
    attempts: int
    """The number of attempts to end the run so far."""

    def __init__(self) -> None:
        super().__init__()
        self.trio: Any = importlib.import_module("trio")
        self.module = importlib.import_module("pytest_txaio._trio")

    def options(self) -> dict[str, Any]:
        if self.virtual is None:
            return {"backend": "trio"}
        self.trio_clock = self.module.VirtualClock(self.virtual, self.stuck)
        return {"backend": "trio", "backend_options": {"clock": self.trio_clock}}

    def run(self, main: Any, *args: Any, debug: bool | None = None) -> Any:
        def begin(backend: Any) -> Any:
            lowlevel = self.trio.lowlevel
            self.token, self.task = (
                lowlevel.current_trio_token(),
                lowlevel.current_task(),
            )
            self.running, self.attempts = backend, 0
            if self.virtual is not None:
                lowlevel.spawn_system_task(self.trio_clock.jump)
            return main(backend, *args)

        with self.module.seeded_order(self.seed), self.module.own_wakeup_fd():
            try:
                return super().run(begin if callable(main) else main, debug=debug)
            finally:
                # The backend refers to the host in a cycle that CPython never frees.
                # If Trio has crashed, these would keep its tasks, which never end.
                self.running = self.task = self.token = None

    def give_up(self) -> None:
        self.token.run_sync_soon(self.end_run)

    def end_run(self) -> None:
        """Make one more attempt to end the run; called in its thread.

        Trio has no `stop()`, cancellation does not pass shields, and tasks can catch
        it.
        """
        self.attempts += 1
        # Each attempt runs less of the test's own clean-up than the one before.
        if self.attempts == 1 and self.reject_waits():
            return
        if self.attempts <= MAX_CANCELLATIONS:
            self.module.lift_shields(self.task)
        else:
            self.module.interrupt(self.task, Hung)

    def reject_waits(self) -> bool:
        """Reject the futures that coroutines await; return whether there were any."""
        backend, ended = self.running, False
        for future in backend.driver.statistics().awaited:
            # The future of a coroutine ends with the one that the coroutine awaits.
            with suppress(RuntimeError):
                backend.reject(future, RuntimeError("the test was given up"))
                ended = True
        return ended

    def native_future(self) -> Any:
        return self.module.TrioFuture()

    def native_timers(self) -> int | None:
        # Trio knows only about the next one.
        statistics = self.trio.lowlevel.current_statistics()
        return int(statistics.seconds_to_next_deadline < float("inf"))

    def native_calls(self) -> list[tuple[Any, float]]:
        """Return an empty list: Trio makes no calls, it wakes tasks."""
        return []

    def native_tasks(self) -> int | None:
        living: int = self.trio.lowlevel.current_statistics().tasks_living
        return living

    def selectables(self) -> list[object]:
        """Return an empty list: on Trio, tasks wait for sockets."""
        return []

    @contextmanager
    def turns(self, backend: Any) -> Generator[Turn]:
        del backend
        with self.module.watching_steps() as watch:
            yield watch.turn

    def watch_wait(
        self,
        backend: Any,
        awaited: Any,
        on_wait: Callable[[], object],
        on_settled: Callable[[], object],
    ) -> None:
        # Whatever it awaits, Trio schedules the task when it can go on.
        del backend, awaited
        self.module.watch_task(on_wait, on_settled)
