"""Errors are never lost: failures that are never retrieved are reported."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom, raise_boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]


def frames_of(error: BaseException) -> list[str]:
    """Return the names of the functions in the traceback of *error*."""
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


async def test_report_has_the_traceback(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R1: Errors are reported as the framework reports its own, with traceback."""
    txa.add_callbacks(txa.create_future_success(None), raise_boom, None)
    await pause(txa, unit)
    errors = reported()
    assert [type(error) for error in errors] == [Boom]
    assert "raise_boom" in frames_of(errors[0])


async def test_report_of_a_dropped_failure_has_the_traceback(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R1: The same is true of a failure that was never retrieved."""

    async def fail() -> None:
        await txa.sleep(unit)
        raise_boom()

    txa.as_future(fail)
    await pause(txa, 2 * unit)
    collect_dropped()
    errors = reported()
    assert [type(error) for error in errors] == [Boom]
    assert frames_of(errors[0])[-2:] == ["fail", "raise_boom"]


def fail_with(error: Boom) -> None:
    """Raise *error*."""
    raise error


@pytest.mark.parametrize(
    "make",
    [
        lambda txa, boom: txa.create_future_error(boom),
        lambda txa, boom: txa.create_future(error=txa.create_failure(boom)),
        lambda txa, boom: txa.reject(txa.create_future(), boom),
        lambda txa, boom: txa.create_future_error(boom) and None,
        lambda txa, boom: txa.as_future(fail_with, boom),
    ],
    ids=["error", "failure", "reject", "dropped-inside", "as_future"],
)
async def test_dropped_failure_is_reported_at_once(
    txa: IBackend, reported: Reported, make: Callable[[IBackend, Boom], Any]
) -> None:
    """R2: A failure that was never retrieved is reported when its future is freed."""
    boom = Boom()
    make(txa, boom)
    collect_dropped()
    assert reported() == [boom]


async def test_kept_failure_is_not_reported_yet(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R2: It is not reported while the future exists."""
    boom = Boom()
    future = txa.create_future_error(boom)
    await pause(txa, unit)
    collect_dropped()
    assert reported() == []
    del future
    collect_dropped()
    assert reported() == [boom]


async def test_dropped_failure_with_a_raised_exception(
    txa: IBackend, reported: Reported
) -> None:
    """R2: The traceback of the exception does not keep the future alive."""
    future = txa.create_future()
    try:
        raise_boom()
    except Boom:
        txa.reject(future)
    del future
    collect_dropped()
    assert [type(error) for error in reported()] == [Boom]


@pytest.mark.parametrize(
    "follow",
    [
        lambda txa, future: txa.gather([future], consume_exceptions=False),
        lambda txa, future: txa.shield(future),
        lambda txa, future: txa.timeout(future, 1000),
    ],
    ids=["gather", "shield", "timeout"],
)
async def test_failure_passed_on_to_another_future(
    txa: IBackend,
    unit: float,
    reported: Reported,
    follow: Callable[[IBackend, Any], Any],
) -> None:
    """R2: A failure that was passed on to another future is reported once."""
    boom = Boom()
    future = txa.create_future()
    following = follow(txa, future)
    txa.reject(future, boom)
    await pause(txa, unit)
    assert txa.is_called(following)
    del future, following
    collect_dropped()
    assert reported() == [boom]


async def test_awaited_failure_is_not_reported(
    txa: IBackend, reported: Reported
) -> None:
    """R3: Awaiting the future retrieves the failure."""
    future = txa.create_future_error(Boom())
    with pytest.raises(Boom):
        await future
    del future
    collect_dropped()
    assert reported() == []


async def test_failure_awaited_early_is_not_reported(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R3: So does an await that began before the future failed."""
    future = txa.create_future()
    txa.call_later(unit, txa.reject, future, Boom())
    with pytest.raises(Boom):
        await future
    del future
    collect_dropped()
    assert reported() == []


@pytest.mark.parametrize("early", [True, False], ids=["early", "late"])
async def test_failure_with_an_errback_is_not_reported(
    txa: IBackend, unit: float, reported: Reported, early: bool
) -> None:
    """R3: An errback retrieves it, whenever it was added."""
    future = txa.create_future() if early else txa.create_future_error(Boom())
    txa.add_callbacks(future, None, lambda _failure: None)
    if early:
        txa.reject(future, Boom())
    await pause(txa, unit)
    del future
    collect_dropped()
    assert reported() == []


@pytest.mark.parametrize("early", [True, False], ids=["early", "late"])
async def test_gathered_failure_is_not_reported(
    txa: IBackend, unit: float, reported: Reported, early: bool
) -> None:
    """R3: A gather that consumes exceptions retrieves them."""
    future = txa.create_future() if early else txa.create_future_error(Boom())
    gathering = txa.gather([future], consume_exceptions=True)
    if early:
        txa.reject(future, Boom())
    await pause(txa, unit)
    del future, gathering
    collect_dropped()
    assert reported() == []


async def test_cancelled_future_is_not_reported(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R3: A cancelled future is not an error."""

    async def wait() -> None:
        await txa.create_future()

    futures = [txa.create_future(), txa.as_future(wait), txa.sleep(unit)]
    await pause(txa, unit / 2)
    for future in futures:
        txa.cancel(future)
    await pause(txa, unit)
    del future, futures
    collect_dropped()
    assert reported() == []


@pytest.mark.parametrize("wrapped", [False, True], ids=["exception", "failure"])
@pytest.mark.parametrize("in_thread", [False, True], ids=["loop", "thread"])
async def test_report_of_a_caught_error(
    txa: IBackend, unit: float, reported: Reported, wrapped: bool, in_thread: bool
) -> None:
    """R7: It is reported as those that nothing handles, with its traceback."""
    error: Any
    try:
        raise_boom()
    except Boom as boom:
        expected = boom
        error = txa.create_failure(boom) if wrapped else boom
    if wrapped:
        expected.__traceback__ = None  # The failure has kept it.
    if in_thread:
        await txa.run_in_thread(txa.report, error, "in a thread")
    else:
        txa.report(error, "in the loop")
    txa.report(error)
    await pause(txa, unit)
    errors = reported()
    assert errors == [expected, expected]
    assert frames_of(errors[0])[-1] == "raise_boom"


async def test_report_of_a_failure_that_was_raised_later(
    txa: IBackend, unit: float, reported: Reported
) -> None:
    """R7: With the traceback that its exception has by then."""
    boom = Boom()
    failure = txa.create_failure(boom)
    with pytest.raises(Boom):
        fail_with(boom)
    txa.report(failure)
    await pause(txa, unit)
    assert frames_of(reported()[0])[-1] == "fail_with"


async def test_report_of_what_is_no_error(txa: IBackend) -> None:
    """R7: `TypeError` names the argument."""
    wrong, number = cast("Any", "text"), cast("Any", 1)
    with pytest.raises(TypeError, match=r"^error must be an exception or a failure"):
        txa.report(wrong)
    with pytest.raises(TypeError, match=r"^text must be a str, not 'int'"):
        txa.report(Boom(), number)
