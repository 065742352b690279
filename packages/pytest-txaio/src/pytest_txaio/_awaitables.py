"""Check whether a test is async, and what calling it gives; hide that it is."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest

from pytest_txaio._async_fixtures import is_async


YIELD_HINT = "did you mean `await` instead of `yield`?"


def refuse_coroutine(fn: object) -> None:
    """Raise if *fn* is a coroutine object instead of a function."""
    if inspect.iscoroutine(fn):
        fn.close()
        message = "pass the function itself: txaio_run(fn, 1), not txaio_run(fn(1))"
        raise TypeError(message)


def is_async_test(test: Callable[..., Any]) -> bool:
    """Return whether *test*, which may be wrapped in a plain function, is async."""
    return is_async(inspect.unwrap(test))


def as_plain_function(test: Callable[..., Any]) -> Callable[..., Any]:
    """Return a plain function that calls *test* and returns its coroutine."""

    @wraps(test)
    def plain(*args: Any, **kwargs: Any) -> Any:
        return test(*args, **kwargs)

    return plain


def refuse_awaitable(given: object) -> None:
    """Fail if *given*, the return value of a sync test, would have to be awaited."""
    if not inspect.isawaitable(given) and not inspect.isasyncgen(given):
        return
    if inspect.iscoroutine(given):
        given.close()
    message = (
        f"the test is a plain function, and the {type(given).__name__!r} that it"
        " returned is never awaited: make it `async def`; if it is, make the wrapper in"
        " its decorator `async def`, or apply functools.wraps to the wrapper"
    )
    pytest.fail(message, pytrace=False)


def require_awaitable(given: object) -> None:
    """Fail if *given*, the return value of an async test, cannot be awaited."""
    if inspect.isawaitable(given):
        return
    message = f"the test is an async generator: {YIELD_HINT}"
    if not inspect.isasyncgen(given):
        message = (
            "the test is `async def`, but the wrapper in its decorator returned"
            f" {given!r} instead of the coroutine: return the coroutine, or make the"
            " wrapper `async def` and await it"
        )
    pytest.fail(message, pytrace=False)
