"""The run of one test on one backend.

An async test has one run of the event loop, with its async fixtures; a sync test has as
many as it makes calls of `txaio_run`, each a `LoopRun`.

An exception of the test does not leave the loop by itself: a backend would treat what
pytest raises to skip or to fail as an error of the program.
`LoopRun.main` catches it, and `result` raises it after the run.
All else that is wrong (unexpected reports, leftovers) is collected as text in
`problems`; if something was raised, it is added to the report, else it fails the test.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest

from pytest_txaio._async_fixtures import AsyncFixture, resolve_values
from pytest_txaio._awaitables import (
    YIELD_HINT,
    is_async_test,
    refuse_awaitable,
    refuse_coroutine,
    require_awaitable,
)
from pytest_txaio._cancel_points import TxaioCancelAtEachAwait
from pytest_txaio._errors import TxaioErrors
from pytest_txaio._garbage import collect_quietly, collecting_by_hand
from pytest_txaio._hang import HangDetector, Hung
from pytest_txaio._host import Host
from pytest_txaio._interrupt import RealOutput, ThreadInterrupt
from pytest_txaio._leftovers import Leftovers
from pytest_txaio._log import TxaioLog
from pytest_txaio._proxy import BackendProxy, CurrentBackend
from pytest_txaio._settings import Settings
from pytest_txaio._time import VirtualTime
from pytest_txaio._turns import Turns
from pytest_txaio._watchdog import Watchdog


THREADS_HINT = (
    "virtual time jumped {:g} s without waiting for the threads that the test started:"
    " to use real time, mark the test: @pytest.mark.txaio(clock='real')"
)
SEED_HINT = (
    "the loop runs tasks in a random order: to repeat this one, add --txaio-seed={}"
)
REAL_TIME_HINT = (
    "there is no virtual time on {}: to leave it out, mark the test:"
    " @pytest.mark.txaio(clock='virtual')"
)
NOT_ENDED = "the loop was stopped before the test had ended"


class TestRun:
    """Runs a test, and collects what is wrong with it."""

    __test__ = False  # No test class, whatever its name.

    def __init__(
        self, host: Host, settings: Settings, watchdog: Watchdog, output: RealOutput
    ) -> None:
        self.host = host
        self.settings = settings
        self.current = CurrentBackend()
        self.proxy = BackendProxy(self.current)
        self.errors = TxaioErrors(host.reports)
        self.fixtures: list[AsyncFixture] = []
        """The async fixtures of the test, in the order in which they are set up."""
        self.log: TxaioLog | None = None
        """Where messages of all levels go; None if the test does not need them."""
        self.cancelling: TxaioCancelAtEachAwait | None = None
        """What cancels a coroutine, and has the test run again; None if it is not used.
        """
        self.problems: list[str] = []
        self.hints = [] if host.seed is None else [SEED_HINT.format(host.seed)]
        """Texts that are shown only if the test fails."""
        self.turns = Turns(host, self.current)
        self.is_given_up = False
        """Whether the test hung, so that its loop was ended by force."""
        self._first_hints: list[str] | None = None
        """The hints before the first run; None until then."""
        self._watchdog = watchdog
        self._thread = ThreadInterrupt(Hung, output)

    def run(self, test: Callable[..., Any], kwargs: dict[str, Any]) -> None:
        """Run *test*, a function or a coroutine function; raise what it raises.

        Fail if anything else is wrong.
        """
        __tracebackhide__ = True
        timeout = self.settings.timeout
        hang = HangDetector(self.host, self.current, timeout, self._thread)
        self.host.on_stuck = hang.stuck
        try:
            for _ in self._runs():
                self._run_once(test, kwargs, hang)
                if self.problems or hang.found is not None:
                    break
        except BaseException:
            self.hints += self.problems
            self.problems.clear()
            raise
        finally:
            self.host.on_stuck = bool
        problems, self.problems = self.problems, []
        if hang.found is not None:
            # Errors from ending the loop by force explain nothing.
            problems = [hang.found]
            self.is_given_up = True
            if "virtual" not in self.host.clocks and self.settings.clock is None:
                self.hints.append(REAL_TIME_HINT.format(self.host.name))
        fail_with(problems)

    def _runs(self) -> Iterator[None]:
        """Yield before each run of the test; there is only one as a rule."""
        if self.cancelling is None:
            self._forget()
            yield
            return
        self.cancelling.reset()
        while self.cancelling.next_run():
            self._forget()
            yield

    def _forget(self) -> None:
        """Drop the hints and the messages of the run before, if there was one."""
        if self._first_hints is None:
            self._first_hints = self.hints
        elif self.log is not None:
            self.log.clear()
        self.hints = self._first_hints.copy()

    def _run_once(
        self, test: Callable[..., Any], kwargs: dict[str, Any], hang: HangDetector
    ) -> None:
        __tracebackhide__ = True
        try:
            with collecting_by_hand():
                self._run_watched(test, kwargs, hang)
                # Here only the objects of this test are looked through.
                if hang.found is not None:
                    collect_quietly()
        finally:
            self.problems.extend(self.errors.problems())
            if self.cancelling is not None and self.cancelling.description is not None:
                self.hints.append(self.cancelling.description)

    def _run_watched(
        self, test: Callable[..., Any], kwargs: dict[str, Any], hang: HangDetector
    ) -> None:
        """Run *test*; raise nothing if it hangs, as a traceback would keep its loop."""
        __tracebackhide__ = True
        watching = self._watchdog.watch(hang.overdue, self.settings.timeout)
        try:
            with watching, self._thread.handling():
                if is_async_test(test):
                    self.run_on_loop(self._with_fixtures, test, kwargs)
                else:
                    refuse_awaitable(test(**kwargs))
        except BaseException:
            if hang.found is None:
                raise

    def late_problems(self) -> list[str]:
        """Return the problems since the test ended."""
        problems = list(self.errors.problems())
        return [] if self.is_given_up else problems

    def run_on_loop(self, act: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        """Return the value of ``await act(*args)`` on a new loop, or raise."""
        __tracebackhide__ = True
        loop_run = LoopRun(self)
        try:
            self.host.run(loop_run.main, act, *args)
        except Hung:
            return None
        finally:
            self.current.backend = None
            self.problems += loop_run.problems
        return loop_run.result()

    def run_in_sync_test(self, fn: Callable[..., Any], /, *args: Any) -> Any:
        """Return the value of ``fn(*args)`` on a new loop, awaited if possible."""
        if self.current.backend is not None:
            message = "txaio_run is for sync tests: a loop is running, so use `await`"
            raise RuntimeError(message)
        refuse_coroutine(fn)

        async def act() -> Any:
            given = fn(*args)
            if inspect.isasyncgen(given):
                message = f"txaio_run got an async generator from {fn!r}: {YIELD_HINT}"
                raise TypeError(message)
            return await given if inspect.isawaitable(given) else given

        return self.run_on_loop(act)

    async def _with_fixtures(
        self, test: Callable[..., Any], kwargs: dict[str, Any]
    ) -> None:
        __tracebackhide__ = True
        ready: list[AsyncFixture] = []
        backend = self.current.backend
        try:
            for fixture in self.fixtures:
                await fixture.set_up(backend, self.proxy)
                ready.append(fixture)
            given = test(**resolve_values(kwargs, backend, self.proxy))
            require_awaitable(given)
            await given
        finally:
            await tear_down(ready)


async def tear_down(fixtures: list[AsyncFixture]) -> None:
    """Tear *fixtures* down, the last first, each even if others raise."""
    if fixtures:
        *others, last = fixtures
        try:
            await last.tear_down()
        finally:
            await tear_down(others)


class LoopRun:
    """One run of an event loop, and its result."""

    def __init__(self, test_run: TestRun) -> None:
        self._test_run = test_run
        self._ended = False
        self._value: Any = None
        self._error: BaseException | None = None
        self.problems: list[str] = []

    async def main(
        self, backend: Any, act: Callable[..., Awaitable[Any]], *args: Any
    ) -> None:
        """Await ``act(*args)``, and look for leftovers."""
        __tracebackhide__ = True
        test_run = self._test_run
        test_run.current.backend = backend
        before = Leftovers(test_run.host, backend)
        with nullcontext() if test_run.log is None else _everything_logged(backend):
            try:
                self._value = await act(*args)
            except (KeyboardInterrupt, SystemExit, GeneratorExit):
                raise
            except BaseException as error:  # noqa: BLE001 - `result` raises it
                # A backend would treat it as an error of the program.
                self._error = error
                test_run.hints += hints(error, test_run.host.virtual)
            finally:
                if test_run.cancelling is not None:
                    test_run.cancelling.stop()
        if self._error is None:
            # Backends may take an iteration of the loop to release what is not needed.
            await backend.sleep(0.001)
            problem = before.problem() if test_run.settings.leftovers else None
            self.problems += [] if problem is None else [problem]
        self._ended = True

    def result(self) -> Any:
        """Return the value, or raise the error."""
        __tracebackhide__ = True
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error
        finally:
            del error
        if not self._ended:
            raise RuntimeError(NOT_ENDED)
        return self._value


def hints(error: BaseException, time: VirtualTime | None) -> Iterator[str]:
    """Yield possible causes of *error*, which ended a run."""
    if isinstance(error, TimeoutError) and time is not None and time.unwaited > 0:
        yield THREADS_HINT.format(time.unwaited)


@contextmanager
def _everything_logged(backend: Any) -> Generator[None]:
    before = backend.get_global_log_level()
    backend.set_global_log_level("trace")
    try:
        yield
    finally:
        backend.set_global_log_level(before)


def fail_with(problems: list[str]) -> None:
    """Fail with *complaints*, if there are any."""
    if problems:
        pytest.fail("\n\n".join(problems), pytrace=False)
