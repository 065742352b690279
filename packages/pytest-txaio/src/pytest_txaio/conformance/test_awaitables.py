"""as_future: awaitable objects, and objects that only look awaitable."""

from __future__ import annotations

import asyncio
import types
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import Awaitable, Boom


if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_txaio.conformance._fixtures import Natives
    from txaio_interfaces import IBackend


class Proxy:
    """An object that has every attribute, as proxies of remote objects do."""

    def __getattr__(self, name: str) -> Any:
        return lambda: name


@pytest.mark.parametrize("value", [Proxy(), asyncio.Future], ids=["object", "class"])
async def test_value_that_looks_awaitable(txa: IBackend, value: Any) -> None:
    """A1: The type decides whether a value is awaitable, as for `await`."""
    assert await txa.as_future(lambda: value) is value
    with pytest.raises(TypeError, match="futures must hold futures and coroutines"):
        txa.gather([value])


async def test_generator_that_is_a_coroutine(txa: IBackend) -> None:
    """A1: A generator-based coroutine, made by `types.coroutine`, is awaited."""

    @types.coroutine
    def old(value: int) -> Generator[Any, Any, int]:
        yield from txa.create_future(1).__await__()
        return value

    assert await txa.as_future(old, 5) == 5
    assert await txa.gather([old(6)]) == [6]


async def test_awaitable_object(txa: IBackend, unit: float) -> None:
    """A1: Any other awaitable object is awaited."""
    future = txa.as_future(lambda: Awaitable(txa.sleep(unit)))
    assert txa.is_future(future)
    assert await future is None
    boom = Boom()
    with pytest.raises(Boom):
        await txa.as_future(Awaitable, txa.create_future_error(boom))


@pytest.mark.parametrize("settled", [True, False], ids=["settled", "pending"])
async def test_native_future(txa: IBackend, natives: Natives, settled: bool) -> None:
    """A1: If a function returns a native future, the result follows it."""
    native = natives.make(txa)
    if settled:
        natives.settle(txa, native, "value")
    future = txa.as_future(lambda: native)
    assert txa.is_future(future)
    if not settled:
        natives.settle(txa, native, "value")
    assert await future == "value"


async def test_failing_native_future(txa: IBackend, natives: Natives) -> None:
    """A1: If the native future fails, the result has the same exception."""
    native = natives.make(txa)
    future = txa.as_future(lambda: native)
    boom = Boom()
    natives.settle(txa, native, boom)
    with pytest.raises(Boom) as caught:
        await future
    assert caught.value is boom


async def test_native_future_in_a_coroutine(txa: IBackend, natives: Natives) -> None:
    """A1: A coroutine may await native futures."""

    async def wait() -> Any:
        return await native

    native = natives.make(txa)
    future = txa.as_future(wait)
    await txa.sleep(0)
    natives.settle(txa, native, "value")
    assert await future == "value"
