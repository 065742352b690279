"""Cancellation: await owns what it awaits, and clean-up comes to its end."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._things import Boom, nap


if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_txaio.conformance._fixtures import Natives
    from txaio_interfaces import IBackend, IFailedFuture

    Count = Callable[[], int]
    Reported = Callable[[], list[BaseException]]


async def test_cancelling_a_pending_future(txa: IBackend, unit: float) -> None:
    """X1: Awaiters and errbacks see `CancelledError`; it is settled at once."""
    told: list[IFailedFuture] = []
    future = txa.create_future()
    txa.add_callbacks(future, lambda _value: pytest.fail("callback"), told.append)
    txa.cancel(future)
    assert txa.is_called(future)
    with pytest.raises(txa.CancelledError):
        await future
    txa.add_callbacks(future, lambda _value: pytest.fail("callback"), told.append)
    await pause(txa, unit)
    assert [type(failure.value) for failure in told] == [txa.CancelledError] * 2


async def test_awaiter_catches_the_cancellation(txa: IBackend, unit: float) -> None:
    """X1: A coroutine that awaits the future can catch it and go on."""

    async def wait() -> str:
        try:
            await future
        except txa.CancelledError:
            await txa.sleep(unit)
            return "caught"
        return "not cancelled"

    future = txa.create_future()
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(future)
    assert await waiting == "caught"


async def test_canceller_is_called_once(txa: IBackend, unit: float) -> None:
    """X1: The canceller is called once, with the future, even if cancelled again."""
    told: list[Any] = []
    future = txa.create_future(canceller=told.append)
    txa.cancel(future)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    await pause(txa, unit)
    assert told == [future]


async def test_canceller_of_an_awaited_future(txa: IBackend, unit: float) -> None:
    """X1: So it is when the future goes because its awaiter was cancelled."""

    async def wait() -> None:
        await future

    told: list[Any] = []
    future = txa.create_future(canceller=told.append)
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(waiting)
    with pytest.raises(txa.CancelledError):
        await waiting
    await pause(txa, unit)
    assert told == [future]


async def test_message_of_a_cancellation(txa: IBackend) -> None:
    """X1: The message becomes the text of the `CancelledError`."""
    future = txa.create_future()
    txa.cancel(future, "peer is gone")
    with pytest.raises(txa.CancelledError, match="peer is gone"):
        await future


async def test_cancelling_a_resolved_future(txa: IBackend) -> None:
    """X2: It keeps its value, and its canceller is not called."""
    future = txa.create_future(canceller=lambda _future: pytest.fail("called"))
    txa.resolve(future, "value")
    txa.cancel(future)
    assert await future == "value"


async def test_cancelling_a_failed_future(txa: IBackend) -> None:
    """X2: It keeps its failure, and its canceller is not called."""
    future = txa.create_future(canceller=lambda _future: pytest.fail("called"))
    txa.reject(future, Boom())
    txa.cancel(future)
    with pytest.raises(Boom):
        await future


async def test_cancelling_an_ended_coroutine(txa: IBackend) -> None:
    """X2: A coroutine that has ended keeps its value, too."""

    async def work() -> str:
        return "value"

    future = txa.as_future(work)
    await future
    txa.cancel(future)
    assert await future == "value"


async def test_settling_a_cancelled_future(txa: IBackend) -> None:
    """X3: A late result or failure is ignored, however often it comes."""
    future = txa.create_future()
    txa.cancel(future)
    for _ in range(2):
        txa.resolve(future, "late")
        txa.reject(future, Boom("late"))
    with pytest.raises(txa.CancelledError):
        await future


async def test_settling_a_future_that_its_awaiter_cancelled(
    txa: IBackend, unit: float
) -> None:
    """X3: So it is when it was cancelled through its awaiter."""

    async def wait() -> None:
        await future

    future = txa.create_future()
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(waiting)
    await pause(txa, unit)
    txa.resolve(future, "late")
    txa.reject(future, Boom("late"))
    with pytest.raises(txa.CancelledError):
        await waiting


async def test_settling_a_cancelled_future_in_its_errback(
    txa: IBackend, unit: float
) -> None:
    """X3: So it is inside its own errback."""
    future = txa.create_future()
    txa.add_callbacks(future, None, lambda _failure: txa.resolve(future, "late"))
    txa.cancel(future)
    await pause(txa, unit)
    with pytest.raises(txa.CancelledError):
        await future


WAITS: dict[str, Callable[[IBackend, float], Any]] = {
    "future": lambda txa, _unit: txa.create_future(),
    "sleep": lambda txa, unit: txa.sleep(100 * unit),
    "coroutine": lambda txa, unit: txa.as_future(nap, txa, 100 * unit),
    "bare-coroutine": lambda txa, unit: nap(txa, 100 * unit),
    "gather": lambda txa, unit: txa.gather([txa.sleep(100 * unit)]),
    "shield": lambda txa, _unit: txa.shield(txa.create_future()),
    "timeout": lambda txa, unit: txa.timeout(txa.create_future(), 100 * unit),
    "uncancelled-over": lambda txa, unit: after_clean_up(txa, 100 * unit),
}


async def after_clean_up(txa: IBackend, seconds: float) -> None:
    """Sleep after something that could not be cancelled."""
    await txa.uncancelled(nap, txa, 0)
    await pause(txa, seconds)


@pytest.mark.parametrize("wait", [*WAITS.values(), None], ids=[*WAITS, "native"])
async def test_cancelling_a_coroutine(
    txa: IBackend, unit: float, natives: Natives, wait: Callable[..., Any] | None
) -> None:
    """X4: `CancelledError` is raised at its await, whatever that is for."""
    seen: list[BaseException] = []

    async def work() -> None:
        try:
            await (wait(txa, unit) if wait else natives.make(txa))
        except BaseException as error:
            seen.append(error)
            raise

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    # On AnyIO the loop's own kind is raised at awaits that are the loop's own.
    assert len(seen) == 1
    assert not isinstance(seen[0], Exception) or isinstance(seen[0], txa.CancelledError)


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
async def test_cancellation_becomes_a_value(
    txa: IBackend, unit: float, wait: Callable[..., Any]
) -> None:
    """X4: A coroutine may catch its cancellation and return, or await more."""

    async def work() -> str:
        try:
            await wait(txa, unit)
        except txa.CancelledError:
            return "value"
        return "not cancelled"

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    assert await future == "value"


async def test_coroutine_goes_on_after_its_cancellation(
    txa: IBackend, unit: float
) -> None:
    """X4: Clean-up that awaits is run through `uncancelled`; then comes the value."""

    async def work() -> str:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.uncancelled(nap, txa, unit)
        return "value"

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    assert await future == "value"


async def test_finally_runs_before_the_future_settles(
    txa: IBackend, unit: float
) -> None:
    """X4: `finally` runs, and the future settles when the coroutine has ended."""
    story: list[str] = []
    gate = txa.create_future()

    async def clean_up() -> None:
        await gate

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(clean_up)
            story.append("cleaned up")

    future = txa.as_future(work)
    txa.add_callbacks(future, None, lambda _failure: story.append("settled"))
    await pause(txa, unit)
    txa.cancel(future)
    await pause(txa, unit)
    assert not txa.is_called(future)
    assert story == []
    txa.resolve(gate)
    with pytest.raises(txa.CancelledError):
        await future
    await pause(txa, unit)
    assert story == ["cleaned up", "settled"]


async def test_error_in_clean_up(txa: IBackend, unit: float) -> None:
    """X4: An exception of the clean-up is the outcome."""

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            raise boom

    boom = Boom()
    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(Boom) as caught:
        await future
    assert caught.value is boom


async def test_cancelling_at_once(txa: IBackend, unit: float) -> None:
    """X4: A coroutine that may not have begun is cancelled, too."""

    async def work() -> None:
        await txa.create_future()

    future = txa.as_future(work)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    await pause(txa, unit)


async def test_message_reaches_the_coroutine(txa: IBackend, unit: float) -> None:
    """X4: The message is in what the coroutine's awaiters see, if it lets it pass."""

    async def work() -> None:
        await txa.create_future()

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future, "peer is gone")
    with pytest.raises(txa.CancelledError, match="peer is gone"):
        await future


async def test_cancelling_an_awaiter(txa: IBackend, unit: float) -> None:
    """X5: The future that it awaits is cancelled."""

    async def outer() -> None:
        await inner

    inner = txa.create_future()
    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert txa.is_called(inner)
    with pytest.raises(txa.CancelledError):
        await inner


async def test_outer_waits_for_the_clean_up_of_the_inner(
    txa: IBackend, unit: float
) -> None:
    """X5: Three deep, each resumes only after the one it awaits has cleaned up."""
    story: list[str] = []

    async def inner() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(nap, txa, unit)
            story.append("inner")

    async def middle() -> None:
        try:
            await txa.as_future(inner)
        finally:
            await txa.uncancelled(nap, txa, unit)
            story.append("middle")

    async def outer() -> None:
        try:
            await txa.as_future(middle)
        finally:
            story.append("outer")

    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert story == ["inner", "middle", "outer"]


async def test_inner_turns_its_cancellation_into_a_value(
    txa: IBackend, unit: float
) -> None:
    """X5: The outer coroutine ends all the same, whatever the inner one makes of it."""

    async def inner() -> str:
        with suppress(txa.CancelledError):
            await txa.create_future()
        return "value"

    async def outer() -> str:
        return await txa.as_future(inner)

    future = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(future)
    try:
        outcome = await future
    except txa.CancelledError:
        outcome = "value"
    assert outcome == "value"


async def test_cancelling_a_shield(txa: IBackend, unit: float) -> None:
    """X6: The future behind it goes on."""
    future = txa.create_future()
    shield = txa.shield(future)
    txa.cancel(shield)
    with pytest.raises(txa.CancelledError):
        await shield
    await pause(txa, unit)
    assert not txa.is_called(future)
    txa.resolve(future, "value")
    assert await future == "value"


async def test_cancelling_the_awaiter_of_a_shield(txa: IBackend, unit: float) -> None:
    """X6: So it does when the awaiter of the shield is cancelled."""

    async def inner() -> str:
        value: str = await gate
        return value

    async def outer() -> None:
        await txa.shield(future)

    gate = txa.create_future()
    future = txa.as_future(inner)
    waiting = txa.as_future(outer)
    await pause(txa, unit)
    txa.cancel(waiting)
    with pytest.raises(txa.CancelledError):
        await waiting
    await pause(txa, unit)
    assert not txa.is_called(future)
    txa.resolve(gate, "value")
    assert await future == "value"


@pytest.mark.parametrize("early", [True, False], ids=["early", "late"])
async def test_shield_follows(txa: IBackend, early: bool) -> None:
    """X6: A shield has the outcome of the future, a cancellation included."""
    boom = Boom()
    resolved, failed, cancelled = [txa.create_future() for _ in range(3)]
    futures = [resolved, failed, cancelled]
    shields = [txa.shield(future) for future in futures] if early else []
    txa.resolve(resolved, "value")
    txa.reject(failed, boom)
    txa.cancel(cancelled)
    shields = shields or [txa.shield(future) for future in futures]
    assert await shields[0] == "value"
    with pytest.raises(Boom) as caught:
        await shields[1]
    assert caught.value is boom
    with pytest.raises(txa.CancelledError):
        await shields[2]


async def test_one_of_several_awaiters_is_cancelled(txa: IBackend, unit: float) -> None:
    """X7: All awaiters of the plain future end, none hangs."""

    async def wait() -> None:
        await future

    future = txa.create_future()
    waiting = [txa.as_future(wait) for _ in range(3)]
    await pause(txa, unit)
    txa.cancel(waiting[1])
    await pause(txa, unit)
    assert [txa.is_called(one) for one in waiting] == [True, True, True]
    for one in waiting:
        with pytest.raises(txa.CancelledError):
            await one


async def test_cancelled_awaiter_and_a_callback(txa: IBackend, unit: float) -> None:
    """X7: An errback of the future is told as well."""

    async def wait() -> None:
        await future

    told: list[type[BaseException]] = []
    future = txa.create_future()
    txa.add_callbacks(future, None, lambda failure: told.append(type(failure.value)))
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(waiting)
    with pytest.raises(txa.CancelledError):
        await waiting
    await pause(txa, unit)
    assert told == [txa.CancelledError]


@pytest.mark.parametrize("through", ["cancel", "awaiter"])
@pytest.mark.parametrize("what", ["resolve", "reject", "cancel"])
async def test_canceller_cannot_change_the_outcome(
    txa: IBackend, unit: float, what: str, through: str
) -> None:
    """X8: What a canceller does to its future is ignored."""

    def meddle(cancelled: Any) -> None:
        if what == "resolve":
            txa.resolve(cancelled, "meddled")
        elif what == "reject":
            txa.reject(cancelled, Boom("meddled"))
        else:
            txa.cancel(cancelled)

    async def wait() -> None:
        await future

    future = txa.create_future(canceller=meddle)
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(future if through == "cancel" else waiting)
    for one in (waiting, future):
        with pytest.raises(txa.CancelledError):
            await one


@pytest.mark.parametrize("through", ["cancel", "awaiter"])
async def test_error_in_a_canceller(
    txa: IBackend, unit: float, reported: Reported, through: str
) -> None:
    """X8: It is reported, and the future is cancelled all the same."""

    def fail(_future: object) -> None:
        raise boom

    async def wait() -> None:
        await future

    boom = Boom()
    future = txa.create_future(canceller=fail)
    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.cancel(future if through == "cancel" else waiting)
    for one in (waiting, future):
        with pytest.raises(txa.CancelledError):
            await one
    await pause(txa, unit)
    assert reported() == [boom]


async def test_second_cancel_does_not_interrupt_clean_up(
    txa: IBackend, unit: float
) -> None:
    """X9: However often it comes, clean-up run by `uncancelled` comes to its end."""
    story: list[str] = []

    async def clean_up(name: str, *, seconds: float) -> str:
        await txa.sleep(seconds)
        story.append(name)
        return "cleaned up"

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            story.append(await txa.uncancelled(clean_up, "clean-up", seconds=2 * unit))

    future = txa.as_future(work)
    for _ in range(4):
        await txa.sleep(unit / 2)
        txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert story == ["clean-up", "cleaned up"]


async def test_clean_up_of_several_steps(txa: IBackend, unit: float) -> None:
    """X9: Coroutines, timers and futures made in it are not cancelled either."""
    story: list[str] = []

    async def step() -> str:
        await txa.sleep(unit)
        return "step"

    async def clean_up() -> None:
        story.append(await txa.as_future(step))
        members: list[Any] = [step(), txa.sleep(unit)]
        await txa.gather(members)
        story.append("gathered")

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(clean_up)

    future = txa.as_future(work)
    for _ in range(4):
        await txa.sleep(unit / 2)
        txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert story == ["step", "gathered"]


async def test_first_cancel_during_uncancelled(txa: IBackend, unit: float) -> None:
    """X9: One that arrives meanwhile is raised at the caller's next await."""
    story: list[str] = []

    async def clean_up() -> None:
        await txa.sleep(2 * unit)
        story.append("clean-up")

    async def work() -> None:
        await txa.uncancelled(clean_up)
        story.append("went on")
        await txa.sleep(100 * unit)
        story.append("not cancelled")

    future = txa.as_future(work)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert story == ["clean-up", "went on"]


async def test_error_in_uncancelled(txa: IBackend) -> None:
    """X9: `uncancelled` raises what its function raises."""

    async def fail() -> None:
        await txa.sleep(0)
        raise boom

    boom = Boom()
    with pytest.raises(Boom) as caught:
        await txa.uncancelled(fail)
    assert caught.value is boom


async def test_timeout_follows(txa: IBackend, unit: float) -> None:
    """X10: A future that settles in time gives its value or its failure."""
    boom = Boom()
    resolved, failed = txa.create_future(), txa.create_future()
    timeouts = [txa.timeout(future, 50 * unit) for future in (resolved, failed)]
    txa.call_later(unit, txa.resolve, resolved, "value")
    txa.call_later(unit, txa.reject, failed, boom)
    assert await timeouts[0] == "value"
    with pytest.raises(Boom) as caught:
        await timeouts[1]
    assert caught.value is boom


async def test_timeout(txa: IBackend, unit: float, late: float) -> None:
    """X10: After its time it fails with `TimeoutError`, and the future is cancelled."""
    told: list[Any] = []
    begun = txa.time()
    future = txa.create_future(canceller=told.append)
    with pytest.raises(TimeoutError):
        await txa.timeout(future, 3 * unit)
    assert -0.002 <= txa.time() - begun - 3 * unit <= late
    with pytest.raises(txa.CancelledError):
        await future
    await pause(txa, unit)
    assert told == [future]


async def test_timeout_of_a_coroutine(txa: IBackend, unit: float) -> None:
    """X10: A coroutine is cancelled and cleans up."""
    story: list[str] = []

    async def work() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(nap, txa, unit)
            story.append("cleaned up")

    future = txa.as_future(work)
    with pytest.raises(TimeoutError):
        await txa.timeout(future, unit)
    with pytest.raises(txa.CancelledError):
        await future
    assert story == ["cleaned up"]


async def test_timeout_gives_up_its_timer(
    txa: IBackend, unit: float, timers: Count
) -> None:
    """X10: Its timer goes when the future settles."""
    before = timers()
    future = txa.create_future()
    timeout = txa.timeout(future, 1000 * unit)
    txa.resolve(future, "value")
    assert await timeout == "value"
    await pause(txa, unit)
    collect_dropped()
    assert timers() <= before


async def test_cancelling_a_timeout(txa: IBackend, unit: float, timers: Count) -> None:
    """X10: Cancelling it cancels the future, and its timer goes."""
    before = timers()
    future = txa.create_future()
    timeout = txa.timeout(future, 1000 * unit)
    txa.cancel(timeout)
    for one in (timeout, future):
        with pytest.raises(txa.CancelledError):
            await one
    await pause(txa, unit)
    assert timers() <= before


async def test_timeout_of_a_cancelled_future(txa: IBackend) -> None:
    """X10: It follows a cancellation, too."""
    future = txa.create_future()
    timeout = txa.timeout(future, 1000)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await timeout


async def test_timeout_that_never_comes(txa: IBackend, unit: float) -> None:
    """X10: An infinite one only follows."""
    future = txa.create_future()
    timeout = txa.timeout(future, float("inf"))
    txa.call_later(unit, txa.resolve, future, "value")
    assert await timeout == "value"


async def test_timeout_that_is_not_a_number(txa: IBackend) -> None:
    """X10: NaN: `ValueError` names the argument."""
    future = txa.create_future()
    with pytest.raises(ValueError, match=r"^seconds"):
        txa.timeout(future, float("nan"))
    txa.resolve(future)
