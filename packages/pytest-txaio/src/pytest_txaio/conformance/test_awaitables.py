"""What can be awaited, and what only looks as if it could."""

from __future__ import annotations

import asyncio
import types
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Generator

    from txaio_interfaces import IBackend


class Proxy:
    """Has every attribute that it is asked for, as clients of remote objects do."""

    def __getattr__(self, name: str) -> Any:
        return lambda: name


@pytest.mark.parametrize("value", [Proxy(), asyncio.Future], ids=["object", "class"])
async def test_value_that_seems_to_be_awaitable(txa: IBackend, value: Any) -> None:
    """A1: What counts is the type, as it does for `await`."""
    assert await txa.as_future(lambda: value) is value
    with pytest.raises(TypeError, match="futures must hold futures and coroutines"):
        txa.gather([value])


async def test_generator_that_is_a_coroutine(txa: IBackend) -> None:
    """A1: What `types.coroutine` has made of a generator function is awaited."""

    @types.coroutine
    def old(value: int) -> Generator[Any, Any, int]:
        yield from txa.create_future(1).__await__()
        return value

    assert await txa.as_future(old, 5) == 5
    assert await txa.gather([old(6)]) == [6]
