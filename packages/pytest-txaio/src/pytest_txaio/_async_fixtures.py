"""Fixtures that are coroutines, and live on the loop of the test that takes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def is_async(function: object) -> bool:
    """Tell whether *function*, a fixture's, has to be run on a loop."""
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


class AsyncFixture:
    """What stands for the value of a fixture until the loop runs."""

    def __init__(
        self, name: str, function: Callable[..., Any], kwargs: dict[str, Any]
    ) -> None:
        """Be ready to call *function*, the fixture *name*, with *kwargs*."""
        self.name = name
        self.value: Any = None
        self._function = function
        self._kwargs = kwargs
        self._generator: Any = None

    async def set_up(self, backend: Any, proxy: object) -> None:
        """Set it up on the loop of *backend*."""
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
        """Tear it down."""
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
    """Return *values* with the backend, and what fixtures gave, in their places."""

    def resolve_value(value: Any) -> Any:
        if value is proxy:
            return backend
        return value.value if isinstance(value, AsyncFixture) else value

    return {name: resolve_value(value) for name, value in values.items()}
