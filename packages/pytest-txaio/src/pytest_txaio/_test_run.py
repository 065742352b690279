"""One test on one backend."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest

from pytest_txaio._async_fixtures import AsyncFixture, is_async, resolve_values
from pytest_txaio._errors import TxaioErrors
from pytest_txaio._garbage import collecting_by_hand
from pytest_txaio._hang import HangDetector, Hung
from pytest_txaio._host import Host
from pytest_txaio._leftovers import Leftovers
from pytest_txaio._proxy import BackendProxy, CurrentBackend
from pytest_txaio._settings import Settings
from pytest_txaio._time import VirtualTime
from pytest_txaio._watchdog import Watchdog


YIELD_HINT = "was `await` meant where it says `yield`?"
THREADS_HINT = (
    "virtual time jumped {:g} s, and did not wait for the threads that the test began:"
    " for real time, mark the test: @pytest.mark.txaio(clock='real')"
)
NOT_ENDED = "the loop was stopped before the test had ended"


class TestRun:
    """Runs a test, and remembers all that is wrong with it."""

    def __init__(self, host: Host, settings: Settings, watchdog: Watchdog) -> None:
        self.host = host
        self.settings = settings
        self.current = CurrentBackend()
        self.proxy = BackendProxy(self.current)
        self.errors = TxaioErrors(host.reports)
        self.fixtures: list[AsyncFixture] = []
        """The async ones that the test takes, in the order in which they are set up."""
        self.is_logged = False
        """Whether loggers are to hand on all that they are given."""
        self.problems: list[str] = []
        self.hints: list[str] = []
        """What else to say of the test if it fails."""
        self._is_given_up = False
        self._watchdog = watchdog

    def run(self, test: Callable[..., Any], kwargs: dict[str, Any]) -> None:
        """Run *test*, a function or a coroutine function; raise what it raises.

        What else is wrong is in `complaints` then.
        """
        hang = HangDetector(self.host, self.current, self.settings.timeout)
        self.host.on_stuck = hang.stuck
        watching = self._watchdog.watch(hang.overdue, self.settings.timeout)
        try:
            with watching, collecting_by_hand():
                if is_async_test(test):
                    self.run_on_loop(self._with_fixtures, test, kwargs)
                else:
                    refuse_awaitable(test(**kwargs))
        except BaseException:
            if hang.found is None:
                raise
        finally:
            self.host.on_stuck = bool
            self.problems.extend(self.errors.problems())
            if hang.found is not None:
                # What came of the violent end of the loop explains nothing.
                self.problems = [hang.found]
                self._is_given_up = True

    def late_problems(self) -> list[str]:
        """Return what is wrong since the test ended."""
        problems = list(self.errors.problems())
        return [] if self._is_given_up else problems

    def run_on_loop(self, act: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        """Return what ``await act(*args)`` gives on a new loop, or raise its error."""
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
        """Return what ``fn(*args)`` gives on a new loop, awaited if it can be."""
        if self.current.backend is not None:
            message = "txaio_run is for sync tests: here the loop runs, so use `await`"
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
    """Tear *fixtures* down, the last first, each of them whatever the others raise."""
    if fixtures:
        *others, last = fixtures
        try:
            await last.tear_down()
        finally:
            await tear_down(others)


class LoopRun:
    """What came of one run of a loop."""

    def __init__(self, test_run: TestRun) -> None:
        self._test_run = test_run
        self._ended = False
        self._value: Any = None
        self._error: BaseException | None = None
        self.problems: list[str] = []

    async def main(
        self, backend: Any, act: Callable[..., Awaitable[Any]], *args: Any
    ) -> None:
        """Await ``act(*args)``, and see what it leaves behind."""
        test_run = self._test_run
        test_run.current.backend = backend
        before = Leftovers(test_run.host, backend)
        with _everything_logged(backend) if test_run.is_logged else nullcontext():
            try:
                self._value = await act(*args)
            except (KeyboardInterrupt, SystemExit, GeneratorExit):
                raise
            except BaseException as error:  # noqa: BLE001 - `result` raises it
                # A backend would take what pytest raises to skip or to fail for more.
                self._error = error
                test_run.hints += hints(error, test_run.host.virtual)
        # Backends may take a turn of the loop to give up what nobody needs any more.
        await backend.sleep(0.001)
        problem = before.problem() if test_run.settings.leftovers else None
        if problem is not None and self._error is None:
            self.problems.append(problem)
        self._ended = True

    def result(self) -> Any:
        """Return the value, or raise the error."""
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
    """Yield what *error*, which ends a run, may come of."""
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


def refuse_coroutine(fn: object) -> None:
    """Raise if *fn*, which is to be called on a loop, was called before."""
    if inspect.iscoroutine(fn):
        fn.close()
        message = "fn is handed over and not called: txaio_run(fn, 1), not fn(1)"
        raise TypeError(message)


def is_async_test(test: Callable[..., Any]) -> bool:
    """Tell whether *test*, which other plugins see as a plain function, is `async`."""
    return is_async(inspect.unwrap(test))


def refuse_awaitable(given: object) -> None:
    """Fail if a plain test has *given* what would have to be awaited."""
    if not inspect.isawaitable(given) and not inspect.isasyncgen(given):
        return
    if inspect.iscoroutine(given):
        given.close()
    message = (
        "the test is a plain function, and nobody awaits what it returned,"
        f" {type(given).__name__!r}: make it `async def`; if it is, make its"
        " decorator's function so, or give that one functools.wraps"
    )
    pytest.fail(message, pytrace=False)


def require_awaitable(given: object) -> None:
    """Fail if an async test has *given* what cannot be awaited."""
    if inspect.isawaitable(given):
        return
    message = f"the test is an async generator: {YIELD_HINT}"
    if not inspect.isasyncgen(given):
        message = (
            "the test is `async def`, and its decorator's function did not return its"
            f" coroutine but {given!r}: let it return that, or be `async def` and"
            " await it"
        )
    pytest.fail(message, pytrace=False)


def fail_with(problems: list[str]) -> None:
    """Fail with *complaints*, if there are any."""
    if problems:
        pytest.fail("\n\n".join(problems), pytrace=False)
