"""Async fixtures, which run on the event loop of the test that takes them.

pytest sets fixtures up before it calls the test, while no event loop is running.
So an async fixture that needs `txaio` is postponed.
It is in one of three states:

1. Requested.
   pytest called our `pytest_fixture_setup`, which replaces the fixture function by one
   that returns an `AsyncFixture`.
   pytest caches this placeholder as the value, and passes it to the test and to other
   async fixtures.
2. Set up.
   The loop of the test is running, and `TestRun` has awaited `set_up` of the
   placeholders, in the order in which they were requested, which is the order of their
   dependencies.
   `resolve_values` replaces placeholders among the arguments by their values.
3. Torn down, after the test, in reverse order, on the same loop.

A sync fixture is called in state 1, when the value does not exist, so it cannot take an
async one.

Running the loop once for each fixture, as pytest-asyncio does with asyncio's, is not
possible: a backend's loop runs once, from the start of `run` to its end, and neither a
Twisted reactor nor a Trio run can be paused in between.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def is_async(function: object) -> bool:
    """Return whether calling *function* gives a coroutine or an async generator."""
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def async_function(function: Any) -> Any:
    """Return the fixture function that *function* is or hides.

    In its automatic mode, pytest-asyncio 1.0 and earlier replaces the function of each
    async fixture by a plain one when tests are collected.
    """
    module = getattr(function, "__globals__", {}).get("__name__", "")
    return inspect.unwrap(function) if module == "pytest_asyncio.plugin" else function


class AsyncFixture:
    """The placeholder for the value of an async fixture."""

    def __init__(
        self, name: str, function: Callable[..., Any], kwargs: dict[str, Any]
    ) -> None:
        """Prepare to call *function* of the fixture *name* with *kwargs*."""
        self.name = name
        self.value: Any = None
        self._function = function
        self._kwargs = kwargs
        self._generator: Any = None

    async def set_up(self, backend: Any, proxy: object) -> None:
        """Call the fixture function and store the value; the loop is running."""
        given = self._function(**resolve_values(self._kwargs, backend, proxy))
        if not inspect.isasyncgen(given):
            self.value = await given
            return
        self._generator = given
        try:
            self.value = await anext(given)
        except StopAsyncIteration:
            message = f"the async fixture {self.name!r} did not yield a value"
            raise RuntimeError(message) from None

    async def tear_down(self) -> None:
        """Run the fixture function from its `yield` to its end."""
        if self._generator is None:
            return
        try:
            await anext(self._generator)
        except StopAsyncIteration:
            return
        message = f"the async fixture {self.name!r} yielded more than once"
        raise RuntimeError(message)


def resolve_values(
    values: dict[str, Any], backend: Any, proxy: object
) -> dict[str, Any]:
    """Return *values* with the backend for its proxy and values for placeholders."""

    def resolve_value(value: Any) -> Any:
        if value is proxy:
            return backend
        return value.value if isinstance(value, AsyncFixture) else value

    return {name: resolve_value(value) for name, value in values.items()}
