"""The text of several cancellations that a coroutine sees as one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from txaio_interfaces import IBackend, IScope


def text_of(txa: IBackend, future: Any) -> str:
    """Return the text of a future that was cancelled."""
    with pytest.raises(txa.CancelledError) as caught:
        txa.result(future)
    return str(caught.value)


def clean_up_of(txa: IBackend, unit: float) -> Callable[[], Awaitable[None]]:
    """Return a coroutine function that takes some time to be cancelled."""

    async def clean_up() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, 4 * unit)

    return clean_up


@pytest.mark.parametrize("kind", ["fail_after", "move_on_after"])
@pytest.mark.parametrize("awaits", ["future", "coroutine", "gather", "timeout"])
async def test_text_of_what_comes_after_a_deadline(
    txa: IBackend, unit: float, kind: str, awaits: str
) -> None:
    """X13: A deadline that has just passed takes no text from what comes outside."""
    scopes: list[IScope] = []
    clean_up = clean_up_of(txa, unit)

    async def work() -> None:
        awaited: Any = txa.create_future()
        if awaits != "future":
            awaited = txa.as_future(clean_up)
        if awaits == "gather":
            awaited = txa.gather([awaited])
        elif awaits == "timeout":
            awaited = txa.timeout(awaited, 1000 * unit)
        async with getattr(txa, kind)(1000 * unit) as scope:
            scopes.append(scope)
            await awaited

    async def outer() -> None:
        await future

    texts: list[str] = []
    future = txa.as_future(work)
    txa.add_callbacks(future, None, lambda fail: texts.append(str(fail.value)))
    awaiter = txa.as_future(outer)
    await pause(txa, unit)
    scopes[0].cancel()
    if awaits != "future":
        await pause(txa, unit)  # It cleans up.
    txa.cancel(future, "why")
    with suppress(txa.CancelledError):
        await awaiter
    texts += [text_of(txa, it) for it in (future, awaiter)]
    assert texts == ["why", "why", "why"]


@pytest.mark.parametrize("order", ["inner", "outer"])
async def test_text_of_what_comes_after_two_deadlines(
    txa: IBackend, unit: float, order: str
) -> None:
    """X13: Two deadlines that have just passed take no text either."""
    scopes: list[IScope] = []

    async def work() -> None:
        limit = 1000 * unit
        async with txa.move_on_after(limit) as outer, txa.fail_after(limit) as inner:
            scopes.extend((inner, outer))
            await txa.create_future()

    future = txa.as_future(work)
    await pause(txa, unit)
    for scope in scopes if order == "inner" else reversed(scopes):
        scope.cancel()
    txa.cancel(future, "why")
    with pytest.raises(txa.CancelledError, match="why"):
        await future


async def test_text_of_what_comes_after_a_deadline_around_uncancelled(
    txa: IBackend, unit: float
) -> None:
    """X13: Nor does one that has passed while the coroutine is in `uncancelled`."""
    scopes: list[IScope] = []

    async def work() -> None:
        async with txa.move_on_after(1000 * unit) as scope:
            scopes.append(scope)
            await txa.uncancelled(txa.sleep, 3 * unit)
            await txa.create_future()

    future = txa.as_future(work)
    await pause(txa, unit)
    scopes[0].cancel()
    txa.cancel(future, "why")
    txa.cancel(future, "later")
    with pytest.raises(txa.CancelledError, match="why"):
        await future


async def test_text_of_what_comes_after_a_scope_that_its_body_cancels(
    txa: IBackend, unit: float
) -> None:
    """X13: Nor does one that the body itself has cancelled."""
    futures: list[Any] = []

    async def work() -> None:
        await txa.sleep(0)
        async with txa.move_on_after(1000 * unit) as scope:
            scope.cancel()
            txa.cancel(futures[0], "why")
            await txa.create_future()

    futures.append(txa.as_future(work))
    with pytest.raises(txa.CancelledError, match="why"):
        await futures[0]


@pytest.mark.parametrize("kind", ["coroutine", "gather", "timeout"])
@pytest.mark.parametrize("cleans_up", [False, True])
async def test_text_of_a_second_cancellation(
    txa: IBackend, unit: float, kind: str, cleans_up: bool
) -> None:
    """X13: If the first has no text, and was not seen, that of the second is seen."""

    async def wait() -> None:
        await txa.create_future()

    future: Any = txa.as_future(clean_up_of(txa, unit) if cleans_up else wait)
    if kind == "gather":
        future = txa.gather([future])
    elif kind == "timeout":
        future = txa.timeout(future, 1000 * unit)
    else:
        future = txa.as_future(wait_for, future)
    await pause(txa, unit)
    txa.cancel(future)
    if cleans_up:
        await pause(txa, unit)
    txa.cancel(future)
    txa.cancel(future, "why")
    txa.cancel(future, "later")
    with pytest.raises(txa.CancelledError, match="why"):
        await future


async def wait_for(future: Any) -> None:
    """Await *future*."""
    await future


@pytest.mark.parametrize(
    ("texts", "raised"),
    [([None, None], ()), (["first", "second"], ()), ([None, "second"], ("own",))],
)
async def test_text_that_the_clean_up_raises(
    txa: IBackend, unit: float, texts: list[str | None], raised: tuple[str, ...]
) -> None:
    """X13: There is none if none of them has one, or if the clean-up leaves it out."""

    async def clean_up() -> None:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.uncancelled(txa.sleep, 4 * unit)
            raise txa.CancelledError(*raised) from None

    future = txa.as_future(wait_for, txa.as_future(clean_up))
    await pause(txa, unit)
    for text in texts:
        txa.cancel(future, *([] if text is None else [text]))
        await pause(txa, unit)
    with pytest.raises(txa.CancelledError) as caught:
        await future
    assert caught.value.args == raised


async def test_text_of_what_was_swallowed(txa: IBackend, unit: float) -> None:
    """X13: It is not the text of a cancellation that has another reason, later."""

    async def work() -> None:
        for _ in range(3):
            with suppress(txa.CancelledError):
                await txa.create_future()
        await gate

    gate = txa.create_future()
    future = txa.as_future(work)
    for text in ("first", "second", "third"):
        await pause(txa, unit)
        txa.cancel(future, text)
    await pause(txa, unit)
    txa.cancel(gate)
    with pytest.raises(txa.CancelledError) as caught:
        await future
    assert caught.value.args == ()


async def test_text_of_what_a_coroutine_asks_for_itself(txa: IBackend) -> None:
    """X13: Where it cancels itself twice, its future has the text that there is."""
    futures: list[Any] = []

    async def work() -> None:
        await txa.sleep(0)
        txa.cancel(futures[0])
        txa.cancel(futures[0], "why")
        await txa.create_future()

    futures.append(txa.as_future(work))
    with pytest.raises(txa.CancelledError, match=r"^why$"):
        await futures[0]


async def test_text_of_a_later_cancellation_in_uncancelled(
    txa: IBackend, unit: float
) -> None:
    """X13: One that was seen before takes no text from one in `uncancelled`."""

    async def work() -> None:
        with suppress(txa.CancelledError):
            await txa.create_future()
        await txa.uncancelled(txa.sleep, 3 * unit)
        await txa.create_future()

    future = txa.as_future(work)
    for text in ("before", "why"):
        await pause(txa, unit)
        txa.cancel(future, text)
    with pytest.raises(txa.CancelledError, match=r"^why$"):
        await future


async def test_error_after_a_late_cancellation(txa: IBackend, unit: float) -> None:
    """X13: An error that the coroutine raises instead does not get the text."""
    scopes: list[IScope] = []

    async def work() -> None:
        async with txa.move_on_after(1000 * unit) as scope:
            scopes.append(scope)
            try:
                await txa.create_future()
            finally:
                raise Boom

    future = txa.as_future(work)
    await pause(txa, unit)
    scopes[0].cancel()
    txa.cancel(future, "why")
    with pytest.raises(Boom) as caught:
        await future
    assert caught.value.args == ()
