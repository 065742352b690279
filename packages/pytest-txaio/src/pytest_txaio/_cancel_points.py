"""Cancel a coroutine at each of its awaits, in one run of the test after the other.

A *cancellation point* is a moment at which a program could cancel the coroutine while
it waits.
There are three kinds, which come in this order for each await:

1. It has just begun to wait.
   On asyncio this is no point of its own, as other code runs in the next turn at the
   earliest.
2. It waits, and the loop makes a turn.
   Turns in which nothing else happens count once.
3. What it awaits has been settled, but it has not gone on.

Points are counted from 0 in the order in which they come.
The test is run again and again, each time on a new loop: run *n* cancels the coroutine
at point *n*.
The last run is the one in which the coroutine ends before that point, uncancelled.

Turns are counted by a coroutine of the plugin, `CancellingRun._watch`.
While it counts, the loop has always something to do, and virtual time would never move;
so it sleeps as soon as the loop has nothing else to do, until something happens: time
has moved, or the coroutine is resumed.
In real time nothing tells when the loop wakes, so that some turns are not counted.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar, cast

import pytest

from pytest_txaio._host import Host
from pytest_txaio._observed import ObservedCoroutine
from pytest_txaio._proxy import CurrentBackend
from pytest_txaio._turns import QUIET_TURNS, Turns
from pytest_txaio._waits import await_lines
from txaio_interfaces import IFuture


P = ParamSpec("P")
T = TypeVar("T")

NAME = "txaio_cancel_at_each_await"

BEGUN = "as soon as it waited"
WAITING = "while it waited"
SETTLED = "after what it awaited had been settled, before it went on"

UNCOUNTED_TURNS = 10
"""The number of turns that are points, on a loop whose host does not count calls."""


class TxaioCancelAtEachAwait:
    """Runs a coroutine, and cancels it at another point in each run of the test.

    The last run of the test is the one in which the coroutine ends uncancelled.
    A test fails if it does not call this, or if the coroutine never waits.
    """

    def __init__(self, host: Host, current: CurrentBackend, turns: Turns) -> None:
        self._host = host
        self._current = current
        self._turns = turns
        self._target = -1
        """The number of the point at which this run cancels; -1 before the first."""
        self._run: CancellingRun | None = None
        """The run of the coroutine, if it was started in this run of the test."""

    def __call__(
        self,
        fn: Callable[P, Coroutine[Any, Any, T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> IFuture[T]:
        """Start the coroutine ``fn(*args, **kwargs)``, and return its future.

        This is ``as_future``, but for the cancellation, which is that of ``cancel``.
        Call it once in a test.

        Raises `RuntimeError` if it was called before in this run of the test, or if
        the loop of the test is not running.
        """
        if self._run is not None:
            raise RuntimeError(f"{NAME} was called twice: a test cancels one coroutine")
        backend = self._current.get()
        self._run = CancellingRun(self._host, backend, self._turns, self._target)
        return cast("IFuture[T]", self._run.start(fn, args, kwargs))

    @property
    def description(self) -> str | None:
        """Where the coroutine was cancelled in this run; None if it was not."""
        return None if self._run is None else self._run.description

    def reset(self) -> None:
        """Begin with the first run of the test."""
        self._target = -1
        self._run = None

    def next_run(self) -> bool:
        """Prepare the next run of the test; return False if none is left.

        Fail if there was nothing to cancel in the last run.
        """
        run, self._run = self._run, None
        if self._target >= 0:
            if run is None:
                message = f"{NAME} was not called: call it with the coroutine function"
                pytest.fail(message, pytrace=False)
            if not run.waits:
                message = f"{NAME}: the coroutine ended without waiting for anything"
                pytest.fail(message, pytrace=False)
            if run.description is None:
                return False
        self._target += 1
        return True

    def stop(self) -> None:
        """End the watch, as the loop is about to end."""
        if self._run is not None:
            self._run.stop()


class CancellingRun:
    """One run of the coroutine."""

    def __init__(self, host: Host, backend: Any, turns: Turns, target: int) -> None:
        self._host = host
        self._backend = backend
        self._turns = turns
        self._target = target
        self._points = 0
        """The number of points so far."""
        self._is_stopped = False
        self._coroutine: Any = None
        self._future: Any = None
        """The future of the coroutine; None before it is known and at the end."""
        self.waits: int = 0
        """The number of times that it has begun to wait."""
        self._has_begun = False
        """Whether it has begun to wait at all."""
        self._awaited: Any = None
        """What it has given to the loop to wait for, at last."""
        self._is_settled = True
        """Whether that has been settled; True before it waits for anything."""
        self._asleep: Any = None
        """What the watch waits for while the loop has nothing to do."""
        self.description: str | None = None
        """Where the coroutine was cancelled; None if it was not."""

    def start(self, fn: Any, args: Any, kwargs: Any) -> Any:
        """Start the coroutine, and watch it."""

        def run() -> Coroutine[Any, Any, Any]:
            coroutine: Any = self._observe(fn, args, kwargs)
            coroutine.__qualname__ = getattr(fn, "__qualname__", repr(fn))
            return cast("Coroutine[Any, Any, Any]", coroutine)

        # It comes before the coroutine in each turn, and so finds it waiting.
        self._backend.as_future(self._watch)
        future = self._backend.as_future(run)
        try:
            if not self._is_stopped:
                self._future = future
            if self._has_begun:
                # There was no future to cancel when it began to wait.
                self._reach(BEGUN)
            return future
        finally:
            # If the first step failed, its traceback keeps this frame.
            del future

    def stop(self) -> None:
        """End the watch."""
        # The traceback of what the coroutine raises keeps this object, which therefore
        # must not keep the future.
        self._future = self._coroutine = self._awaited = None
        self._is_stopped = True
        self._wake()

    async def _observe(self, fn: Any, args: Any, kwargs: Any) -> Any:
        __tracebackhide__ = True
        coroutine = fn(*args, **kwargs)
        if not inspect.iscoroutine(coroutine):
            kind = type(coroutine).__name__
            message = f"{NAME} needs a coroutine function: {fn!r} returned {kind!r}"
            raise TypeError(message)
        self._coroutine = coroutine
        try:
            return await ObservedCoroutine(coroutine, self._wake, self._wait)
        finally:
            self.stop()

    def _wait(self, awaited: Any) -> None:
        self.waits += 1
        self._awaited, self._is_settled = awaited, False
        self._host.watch_wait(self._backend, awaited, self._begin, self._settle)

    def _begin(self) -> None:
        self._has_begun = True
        self._reach(BEGUN)

    def _settle(self) -> None:
        if not self._is_settled:
            self._is_settled = True
            self._reach(SETTLED)

    def _note_turn(self) -> None:
        if self._is_settled:
            return
        # The callbacks of an asyncio future are called in the turn after it was done.
        if getattr(self._awaited, "done", bool)():
            self._settle()
        else:
            self._reach(WAITING)

    def _reach(self, when: str) -> None:
        """Count a point, and cancel the coroutine if this is the one."""
        if self._future is None or self._is_over():
            return
        if self._points == self._target:
            where = await_lines(self._coroutine, self._host.package)
            text = f"{NAME}: cancelled at point {self._target}, {when}:"
            self.description = "\n  ".join([text, *where])
            self._backend.cancel(self._future)
        self._points += 1

    def _is_over(self) -> bool:
        return self._is_stopped or self.description is not None

    def _wake(self) -> None:
        asleep, self._asleep = self._asleep, None
        if asleep is not None:
            self._backend.resolve(asleep)

    async def _watch(self) -> None:
        """Count the turns in which the coroutine waits."""
        if self._host.virtual is not None:
            self._host.virtual.on_jump = self._wake
        while not self._is_over():
            await self._count_turns()
            if not self._is_over():
                self._asleep = self._backend.create_future()
                await self._asleep

    async def _count_turns(self) -> None:
        """Count turns until the loop has nothing else to do."""
        idle = uncounted = noted = 0
        was_quiet = False
        with self._turns.watch() as pass_turn:
            while idle < QUIET_TURNS and uncounted < UNCOUNTED_TURNS:
                is_quiet = await pass_turn()
                if not was_quiet or noted != self.waits:
                    noted = self.waits
                    self._note_turn()
                if self._is_over():
                    return
                was_quiet = bool(is_quiet)
                uncounted += is_quiet is None
                idle = idle + 1 if is_quiet and not self._turns.is_shared else 0
