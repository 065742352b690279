"""Coroutines that await what another framework has made, on every loop.

The page of error messages has the messages for what each framework makes.
"""

from __future__ import annotations

from collections.abc import Generator
from types import coroutine
from typing import Any

import pytest


NOTE = (
    "What another framework has made cannot be awaited here: use the methods of the"
    " backend, as txa.sleep, or run the program on the backend of that framework."
)


@coroutine
def foreign() -> Generator[object, None, None]:
    """Yield to the event loop what none knows."""
    yield object()


async def test_error_names_the_fix(txaio: Any):
    """Its note says what to do, once, however many coroutines it passes through."""

    async def inner() -> None:
        await foreign()

    async def outer() -> None:
        await txaio.as_future(inner)

    with pytest.raises((RuntimeError, TypeError)) as caught:
        await txaio.as_future(outer)
    assert caught.value.__notes__ == [NOTE]


async def test_other_errors_get_no_note(txaio: Any):
    """Errors of the same types, with other texts, stay as they are."""
    for error in (RuntimeError("no luck"), TypeError("no number"), ValueError("no")):

        async def fail(error: Exception = error) -> None:
            raise error

        with pytest.raises(type(error)) as caught:
            await txaio.as_future(fail)
        assert not hasattr(caught.value, "__notes__")
