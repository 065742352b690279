"""Errors are never lost: of coroutines, and of futures without an errback."""

from __future__ import annotations

import gc
import weakref
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFuture

    Reported = Callable[[], list[BaseException]]


@pytest.mark.parametrize("early", [True, False], ids=["early", "late"])
async def test_callback_does_not_retrieve_the_failure(
    txa: IBackend, unit: float, reported: Reported, early: bool
) -> None:
    """R4: A callback without an errback does not retrieve the failure."""
    boom = Boom()
    future = txa.create_future() if early else txa.create_future_error(boom)
    txa.add_callbacks(future, lambda _value: None, None)
    if early:
        txa.reject(future, boom)
    await pause(txa, unit)
    del future
    collect_dropped()
    assert reported() == [boom]


async def test_cancel_does_not_retrieve_the_failure(
    txa: IBackend, reported: Reported
) -> None:
    """R3, X2: Nor does a call of `cancel`, which comes too late."""
    boom = Boom()
    future = txa.create_future_error(boom)
    txa.cancel(future)
    del future
    collect_dropped()
    assert reported() == [boom]


async def test_failing_coroutine_is_reported(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R5: A failing coroutine that is never awaited is reported; the loop goes on."""

    async def fail() -> None:
        await txa.sleep(unit)
        raise Boom

    async def go_on() -> str:
        await txa.sleep(3 * unit)
        return "went on"

    other = txa.as_future(go_on)
    txa.as_future(fail)
    await pause(txa, 2 * unit)
    collect_dropped()
    assert [type(error) for error in reported()] == [Boom]
    assert await other == "went on"


async def test_coroutine_that_fails_at_once(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R5: So is one that fails before its first await."""

    async def fail() -> None:
        raise Boom

    txa.as_future(fail)
    await pause(txa, unit)
    collect_dropped()
    assert [type(error) for error in reported()] == [Boom]


async def test_dropped_future_of_a_coroutine(txa: IBackend, unit: float) -> None:
    """R6: A coroutine goes on, even if no reference to its future is kept."""
    ended: list[str] = []
    waits_for: list[weakref.ref[Any]] = []

    def future_of_its_own() -> Any:
        future = txa.create_future()
        waits_for.append(weakref.ref(future))
        return future

    async def wait() -> None:
        ended.append(await future_of_its_own())

    txa.as_future(wait)
    await pause(txa, unit)
    gc.collect()
    future = waits_for[0]()
    assert future is not None, "the waiting coroutine was collected"
    txa.resolve(future, "ended")
    await pause(txa, unit)
    assert ended == ["ended"]


async def test_unretrieved_failure_of_clean_up(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R2: A failure from `uncancelled` is reported at once, too."""

    async def work() -> None:
        await txa.uncancelled(fail_soon)

    async def fail_soon() -> None:
        await txa.sleep(0)
        raise Boom

    txa.as_future(work)
    await pause(txa, unit)
    collect_dropped()
    assert [type(error) for error in reported()] == [Boom]


CANCELLERS: dict[str, Callable[[IBackend, float, IFuture[Any]], object]] = {
    "timer": lambda txa, unit, future: txa.call_later(unit, txa.cancel, future),
    "callback": lambda txa, unit, future: txa.add_callbacks(
        txa.sleep(unit), partial(cancel_last, txa, [future]), None
    ),
    "batched": lambda txa, unit, future: txa.make_batched_timer(unit).call_later(
        unit, txa.cancel, future
    ),
    "coroutine": lambda txa, unit, future: txa.as_future(
        cancel_after, txa, unit, future
    ),
}


def cancel_last(txa: IBackend, futures: list[IFuture[Any]], _value: object) -> None:
    """Cancel the last of *futures*, and do not refer to it."""
    txa.cancel(futures.pop())


async def cancel_after(txa: IBackend, seconds: float, future: IFuture[Any]) -> None:
    """Cancel *future*, which this refers to until it has ended."""
    await txa.sleep(seconds)
    txa.cancel(future)


@pytest.mark.parametrize("cancel", CANCELLERS.values(), ids=CANCELLERS)
async def test_clean_up_that_fails_unseen(
    txa: IBackend,
    unit: float,
    reported: Reported,
    cancel: Callable[[IBackend, float, IFuture[Any]], object],
) -> None:
    """R2: It is reported as soon as nothing refers to the future, whoever cancelled it.

    On Python 3.12 and 3.13 the frames of a traceback refer to those that called them:
    none of ours refers to the future by then.
    """

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            raise Boom

    cancel(txa, unit, txa.as_future(work))
    await pause(txa, 4 * unit)
    collect_dropped()
    await pause(txa, unit)
    assert [type(error) for error in reported()] == [Boom]


async def test_failure_that_result_raised(txa: IBackend) -> None:
    """R2: It is freed with its future, without waiting for the cyclic collector."""
    gone: list[weakref.ref[Any]] = []

    def make() -> Any:
        boom = Boom()
        future: Any = txa.create_future_error(boom)
        gone.extend(map(weakref.ref, (boom, future)))
        return future

    with suppress(Boom):
        txa.result(make())
    collect_dropped()
    assert [reference() for reference in gone] == [None, None]
