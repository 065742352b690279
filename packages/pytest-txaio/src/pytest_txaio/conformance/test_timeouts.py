"""`timeout`: what it raises, and that it waits for the clean-up of what it cancels."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]


async def test_timeout_cancelled_before_it_expires(txa: IBackend, unit: float) -> None:
    """X10: It does not expire during the clean-up, which is not interrupted."""
    events: list[str] = []

    async def work() -> None:
        try:
            await txa.sleep(100 * unit)
        finally:
            await txa.sleep(30 * unit)
            events.append("cleaned up")

    future = txa.timeout(txa.as_future(work), 15 * unit)
    txa.call_later(unit, txa.cancel, future)
    with pytest.raises(txa.CancelledError):
        await future
    assert events == ["cleaned up"]


async def test_cancellation_without_text_in_a_timeout(txa: IBackend) -> None:
    """X13: It has none when the timeout passes it on."""
    member = txa.create_future()
    future = txa.timeout(member, 1000)
    txa.cancel(member)
    with pytest.raises(txa.CancelledError) as caught:
        await future
    assert str(caught.value) == ""


async def test_future_cancelled_as_its_timeout_expires(
    txa: IBackend, unit: float
) -> None:
    """X10: Cancelled just before, in the same turn of the loop, it is cancelled."""
    member = txa.create_future()
    txa.call_later(unit, txa.cancel, member)
    future = txa.timeout(member, unit)
    with pytest.raises(txa.CancelledError):
        await future


@pytest.mark.parametrize("outcome", ["cancelled", "value", "error"])
async def test_timeout_waits_for_the_clean_up(
    txa: IBackend, unit: float, outcome: str
) -> None:
    """X10: What its future makes of the cancellation, after a while, decides."""
    events: list[str] = []

    async def work() -> str:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.sleep(2 * unit)
            events.append("cleaned up")
            if outcome == "error":
                raise Boom from None
            if outcome == "cancelled":
                raise
        return "value"

    future = txa.timeout(txa.as_future(work), unit)
    if outcome == "value":
        assert await future == "value"
    else:
        with pytest.raises(TimeoutError if outcome == "cancelled" else Boom):
            await future
    assert events == ["cleaned up"]


async def test_timeout_cancelled_after_it_expired(txa: IBackend, unit: float) -> None:
    """X10: Cancelled during the clean-up, it is cancelled, after that has ended."""
    events: list[str] = []

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(15 * unit)
            events.append("cleaned up")

    async def owner() -> None:
        await txa.timeout(txa.as_future(work), unit)

    future = txa.as_future(owner)
    await pause(txa, 2 * unit)
    txa.cancel(future, "why")
    with pytest.raises(txa.CancelledError, match="why"):
        await future
    assert events == ["cleaned up"]


@pytest.mark.parametrize("fails_first", [True, False])
async def test_timeout_of_a_future_that_fails(
    txa: IBackend, unit: float, reported: Reported, fails_first: bool
) -> None:
    """R2: Cancelled after its future had failed, it leaves that failure to be reported.

    X12: Before, and it is not.
    """
    boom = Boom()
    inner = txa.create_future()
    future = txa.timeout(inner, 1000 * unit)
    await pause(txa, unit)
    if fails_first:
        txa.reject(inner, boom)
    txa.cancel(future)
    if not fails_first:
        txa.reject(inner, boom)
    await pause(txa, unit)
    with pytest.raises((txa.CancelledError, Boom)) as caught:
        await future
    saw = caught.value is boom  # Where callbacks run at once, it was settled by then.
    del inner, future, caught
    gc.collect()
    for _ in range(3):  # On PyPy a frame that runs may refer to what it does no more.
        collect_dropped()
        await pause(txa, unit)
    assert reported() == ([boom] if fails_first and not saw else [])


async def test_cancelling_an_expired_timeout_twice(txa: IBackend, unit: float) -> None:
    """X9: What it has cancelled already is not interrupted by the second call."""
    events: list[str] = []

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(4 * unit)
            events.append("cleaned up")

    future = txa.timeout(txa.as_future(work), unit)
    await pause(txa, 3 * unit)
    txa.cancel(future)
    txa.cancel(future, "why")
    with pytest.raises(txa.CancelledError, match="why"):
        await future
    assert events == ["cleaned up"]
