"""A broken backend fails exactly the clauses that it breaks."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from textwrap import dedent

import pytest


pytest_plugins = ["pytester"]

# pytester restores sys.modules after each run: these would be imported each time.
for name in ("pytest_txaio.conformance", "txaio_common"):
    importlib.import_module(name)

HERE = Path(__file__).parent
CONFTEST = """
from contextlib import suppress
from contextvars import Context

from heap_backend import HeapBackend, HeapDriver, HeapFuture, Loop, _futures
from heap_backend._futures import HeapTask
from heap_host import HeapHost
from txaio_common import Cancellation, FailedFuture, FailedOutcome


def pytest_txaio_hosts():
    return {"heap": HeapHost}
"""
BROKEN = {
    "a timer is early": (
        "T",
        {"T1", "T6", "T8"},
        """
        HeapDriver.call_at = (
            lambda self, when, fn: self.loop.at((self.now() + when) / 2, fn)
        )
        """,
    ),
    "a delay of zero calls at once": (
        "T",
        {"T1", "T2", "T3", "T8"},
        """
        HeapDriver.call_soon = lambda self, fn: fn()
        """,
    ),
    "a cancelled sleep keeps its timer": (
        "T",
        {"T5"},
        """
        def sleep(self, delay):
            future = self.create_future()
            self.call_later(delay, self.resolve, future)
            return future

        HeapBackend.sleep = sleep
        """,
    ),
    "callbacks are called last in, first out": (
        "C",
        {"C2"},
        """
        settle = HeapFuture.settle

        def settle_backwards(self, outcome):
            self._listeners.reverse()
            settle(self, outcome)

        HeapFuture.settle = settle_backwards
        """,
    ),
    "errors of callbacks are lost": (
        "C,R",
        {"C5", "R1"},
        """
        add_callbacks = HeapBackend.add_callbacks

        def quiet(fn):
            def call(outcome):
                with suppress(Exception):
                    fn(outcome)

            return fn and call

        HeapBackend.add_callbacks = lambda self, future, callback, errback: (
            add_callbacks(self, future, quiet(callback), quiet(errback))
        )
        """,
    ),
    "failures that are never retrieved are lost": (
        "R",
        {"R1", "R2", "R3", "R4", "R5", "X2"},
        """
        settle = HeapFuture.settle

        def settle_quietly(self, outcome):
            settle(self, outcome)
            if self._unretrieved is not None:
                self._unretrieved.mark_retrieved()

        HeapFuture.settle = settle_quietly
        """,
    ),
    "settling again has no effect": (
        "F",
        {"F5"},
        """
        HeapFuture.refuse = lambda self: None
        """,
    ),
    "tracebacks grow": (
        "F",
        {"F7"},
        """
        class GrowingOutcome(FailedOutcome):
            def unwrap(self):
                raise self.failure.value

        failed = HeapFuture.failed

        def failed_and_growing(self, failure):
            is_cancellation = failed(self, failure).is_cancellation
            return GrowingOutcome(failure, is_cancellation=is_cancellation)

        HeapFuture.failed = failed_and_growing
        """,
    ),
    "gather waits for all, though one has failed": (
        "G",
        {"G3", "G4"},
        """
        gather = HeapBackend.gather

        async def values(ended):
            for each in await ended:
                if isinstance(each, FailedFuture):
                    raise each.value
            return await ended

        def gather_all(self, futures, consume_exceptions=True):
            ended = gather(self, futures)
            return ended if consume_exceptions else self.driver.spawn(values(ended))

        HeapBackend.gather = gather_all
        """,
    ),
    "callbacks have no context": (
        "V",
        {"V1", "V2", "O2"},
        """
        _futures.copy_context = Context
        """,
    ),
    "cancelling a coroutine does not reach those that it awaits": (
        "X",
        {"X4", "X5", "X9", "X13"},
        """
        cancel = HeapTask.cancel

        def cancel_alone(self, message=None):
            awaited = self.awaited
            if isinstance(awaited, HeapTask) and awaited.outcome is None:
                awaited._listeners.clear()
                self.cancellation.cancel(message, waits=False)
                self.loop.soon(self._step)
            else:
                cancel(self, message)

        HeapTask.cancel = cancel_alone
        """,
    ),
    "a second cancellation interrupts the clean-up": (
        "X",
        {"X9", "X13"},
        """
        async def uncancelled(self, call):
            return await call()

        cancel = HeapTask.cancel

        def cancel_again(self, message=None):
            self.requested = Cancellation()
            cancel(self, message)

        HeapTask.cancel = cancel_again
        HeapDriver.uncancelled = uncancelled
        """,
    ),
    "a canceller is not called": (
        "X",
        {"X1", "X6", "X8", "X10"},
        """
        HeapDriver.set_canceller = lambda self, future, canceller: None
        """,
    ),
    "a backend that has ended still makes futures": (
        "L",
        {"L3"},
        """
        end = HeapBackend.end

        def end_and_stay(self, grace):
            create_future = self.driver.create_future
            end(self, grace)
            self.driver.create_future = create_future
            self.use(self.driver)

        HeapBackend.end = end_and_stay
        """,
    ),
    "calls from threads are made last in, first out": (
        "H",
        {"H1"},
        """
        def from_thread(self, fn):
            with self._wake:
                self._ready.appendleft(fn)
                self._wake.notify()

        Loop.from_thread = from_thread
        """,
    ),
}


@pytest.mark.parametrize(("asked", "broken", "how"), BROKEN.values(), ids=BROKEN)
def test_broken_backend(
    pytester: pytest.Pytester, asked: str, broken: set[str], how: str
) -> None:
    """The summary names the broken clauses and no others."""
    pytester.syspathinsert(HERE)
    pytester.makeconftest(CONFTEST + dedent(how))
    chosen = ["--txaio-backends=heap", f"--txaio-clauses={asked}"]
    # The plugin of Hypothesis would be imported each time, too.
    quick = ["-p", "no:hypothesispytest"]
    result = pytester.runpytest("--txaio-conformance", *chosen, *quick)
    said = re.findall(r"^  (\w+) is broken: ", result.stdout.str(), re.MULTILINE)
    assert set(said) == broken
