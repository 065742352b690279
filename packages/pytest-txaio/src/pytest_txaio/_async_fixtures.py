"""Fixtures that are coroutines, and live on the loop of the test that takes them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Callable


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

    async def begin(self, backend: Any, stand_in: object) -> None:
        """Set it up on the loop of *backend*."""
        given = self._function(**real(self._kwargs, backend, stand_in))
        if not inspect.isasyncgen(given):
            self.value = await given
            return
        self._generator = given
        try:
            self.value = await anext(given)
        except StopAsyncIteration:
            message = f"the async fixture {self.name!r} did not yield a value"
            raise RuntimeError(message) from None

    async def end(self) -> None:
        """Tear it down."""
        if self._generator is None:
            return
        try:
            await anext(self._generator)
        except StopAsyncIteration:
            return
        message = f"the async fixture {self.name!r} yielded more than once"
        raise RuntimeError(message)


def real(values: dict[str, Any], backend: Any, stand_in: object) -> dict[str, Any]:
    """Return *values* with the backend, and what fixtures gave, in their places."""

    def real_one(value: Any) -> Any:
        if value is stand_in:
            return backend
        return value.value if isinstance(value, AsyncFixture) else value

    return {name: real_one(value) for name, value in values.items()}
