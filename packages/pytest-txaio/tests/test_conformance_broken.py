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

from heap_backend import HeapBackend, HeapFuture, Loop, _futures
from heap_backend._futures import HeapTask
from heap_host import HeapHost
from txaio_common import FailedFuture


def pytest_txaio_hosts():
    return {"heap": HeapHost}
"""
BROKEN = {
    "a timer is early": (
        "T",
        {"T1", "T6"},
        """
        HeapBackend._call_after = (
            lambda self, delay, fn: self._loop.later(delay / 2, fn)
        )
        """,
    ),
    "a delay of zero calls at once": (
        "T",
        {"T1", "T2", "T3"},
        """
        HeapBackend._call_soon = lambda self, fn: fn()
        """,
    ),
    "a cancelled sleep keeps its timer": (
        "T",
        {"T5"},
        """
        def sleep(self, delay):
            future = self._new_future(None)
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

        def settle_backwards(self, state, value):
            self._listeners.reverse()
            settle(self, state, value)

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
        {"R1", "R2", "R4", "R5"},
        """
        del HeapFuture.__del__
        """,
    ),
    "settling again has no effect": (
        "F",
        {"F5"},
        """
        settle = HeapFuture.settle

        def settle_once(self, state, value):
            if self.state == "pending":
                settle(self, state, value)

        HeapFuture.settle = settle_once
        """,
    ),
    "tracebacks grow": (
        "F",
        {"F7"},
        """
        def error(self):
            self._unseen = False
            return None if self.state == "resolved" else self._value

        HeapFuture.error = error
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
            return ended if consume_exceptions else self._spawn(values(ended))

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
        {"X4", "X5"},
        """
        interrupt = HeapTask.interrupt

        def interrupt_alone(self, msg=None):
            awaited = self._awaited
            if isinstance(awaited, HeapTask) and awaited.state == "pending":
                awaited._listeners.clear()
                self._throw = _futures.cancellation(msg)
                self._loop.soon(self._step)
            else:
                interrupt(self, msg)

        HeapTask.interrupt = interrupt_alone
        """,
    ),
    "a second cancellation interrupts the clean-up": (
        "X",
        {"X9"},
        """
        async def uncancelled(self, fn, *args, **kwargs):
            return await fn(*args, **kwargs)

        HeapTask.cancel = HeapTask.interrupt
        HeapBackend.uncancelled = uncancelled
        """,
    ),
    "a canceller is not called": (
        "X",
        {"X1", "X8", "X10"},
        """
        HeapBackend._new_future = lambda self, canceller: self._make_future(None)
        """,
    ),
    "a backend that has ended still makes futures": (
        "L",
        {"L3"},
        """
        end = HeapBackend._end

        def end_and_stay(self, grace):
            make_future = self._make_future
            end(self, grace)
            self._make_future = make_future

        HeapBackend._end = end_and_stay
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
