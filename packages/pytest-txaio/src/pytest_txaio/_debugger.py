"""Tests that stop at a debugger, at `breakpoint()` and with `--trace`.

The time that a test waits at the prompt does not count.
pytest says when a debugger is entered, and when the user has it continue; one that has
breakpoints of its own may come back to its prompt without a word, so the time does not
go on as long as there are any.

With `--trace`, pytest replaces the test by a function that calls it in the debugger,
and returns None.
For an async test this call would only make the coroutine, which is lost.
`Debugger.enter` undoes that, and has the debugger begin when the coroutine does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import pytest

from pytest_txaio._awaitables import is_async_test
from pytest_txaio._watchdog import Watchdog


class Debugger:
    """A plugin of pytest, which notes when a debugger runs."""

    def __init__(self, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        self._entered: Any = None
        """The last debugger that was entered, a `pdb.Pdb` by default."""

    @pytest.hookimpl
    def pytest_enter_pdb(self, pdb: Any) -> None:
        """Stop the time of the test."""
        self._entered = pdb
        self._watchdog.pause()

    @pytest.hookimpl
    def pytest_leave_pdb(self, pdb: Any) -> None:
        """Let the time go on unless the debugger may stop again by itself."""
        # A debugger of another kind need not have this method of `bdb.Bdb`.
        if not getattr(pdb, "get_all_breaks", dict)():
            self._watchdog.resume()

    def enter(self, test: Callable[..., Any]) -> Callable[..., Any]:
        """Return *test*; if it is async and to be traced, it begins in the debugger."""
        traced = getattr(test, "__globals__", {}).get("__name__") == TRACING_MODULE
        if not traced or not is_async_test(test):
            return test
        return _begin_in(self._entered, test.__wrapped__)  # type: ignore[attr-defined]


TRACING_MODULE = "_pytest.debugging"
"""The module of pytest with the function that replaces a test."""


def _begin_in(debugger: Any, test: Callable[..., Any]) -> Callable[..., Any]:
    """Return a coroutine function that stops at the first line of *test*."""

    @wraps(test)
    async def trace(**kwargs: Any) -> Any:
        coroutine = test(**kwargs)
        before = sys.gettrace()
        debugger.reset()
        # This is what `Bdb.runcall` does; since Python 3.14 there is a method for it.
        start = partial(sys.settrace, debugger.trace_dispatch)
        getattr(debugger, "start_trace", start)()
        try:
            return await coroutine
        finally:
            # Before Python 3.14, coverage has been replaced by the debugger here.
            sys.settrace(before)  # pragma: no cover

    return trace
