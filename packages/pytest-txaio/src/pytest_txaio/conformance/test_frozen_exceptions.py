"""Exceptions whose attributes cannot be assigned, such as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFuture


@dataclass(frozen=True)
class Frozen(Exception):
    """An exception to which no attribute can be assigned, `__traceback__` included."""

    number: int = 1


def fail() -> None:
    """Raise it."""
    raise Frozen


def by_coroutine(txa: IBackend) -> IFuture[Any]:
    """Return a future whose coroutine raises it."""

    async def work() -> None:
        await txa.sleep(0)
        fail()

    return txa.as_future(work)


def by_function(txa: IBackend) -> IFuture[Any]:
    """Return a future whose function raises it."""
    return txa.as_future(fail)


def by_thread(txa: IBackend) -> IFuture[Any]:
    """Return a future whose function raises it in a thread."""
    return txa.run_in_thread(fail)


def by_reject(txa: IBackend) -> IFuture[Any]:
    """Return a future that is rejected with it."""
    future: IFuture[Any] = txa.create_future()
    txa.reject(future, Frozen())
    return future


def by_current_exception(txa: IBackend) -> IFuture[Any]:
    """Return a future that is rejected with it as it is handled."""
    future: IFuture[Any] = txa.create_future()
    try:
        fail()
    except Frozen:
        txa.reject(future)
    return future


def by_nested_coroutines(txa: IBackend) -> IFuture[Any]:
    """Return a future whose coroutine awaits another that raises it."""

    async def outer() -> None:
        await by_coroutine(txa)

    return txa.as_future(outer)


@pytest.mark.parametrize(
    "failing",
    [
        by_coroutine,
        by_function,
        by_thread,
        by_reject,
        by_current_exception,
        by_nested_coroutines,
    ],
    ids=lambda fn: fn.__name__,
)
async def test_frozen_exception(
    txa: IBackend, unit: float, failing: Callable[[IBackend], IFuture[Any]]
) -> None:
    """F10: Whatever retrieves it has the very exception."""
    future = failing(txa)
    seen: list[Any] = []
    txa.add_callbacks(future, None, lambda failure: seen.append(failure.value))
    for follow in (
        lambda: future,
        lambda: future,
        lambda: txa.shield(future),
        lambda: txa.timeout(future, 1000),
        lambda: txa.gather([future], consume_exceptions=False),
    ):
        with pytest.raises(Frozen) as caught:
            await follow()
        seen.append(caught.value)
    with pytest.raises(Frozen) as caught:
        txa.result(future)
    [failure] = await txa.gather([future])
    seen += [caught.value, failure.value]
    await pause(txa, unit)
    assert [each is seen[0] for each in seen] == [True] * 8
