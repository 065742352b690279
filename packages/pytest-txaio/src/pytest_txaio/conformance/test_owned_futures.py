"""gather and timeout: what they own is cancelled with them, and ends before them."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any
from weakref import ref

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFuture

    Reported = Callable[[], list[BaseException]]


OWNERS = ["await", "gather", "gather_values", "timeout", "timeout_of_gather"]


def own(txa: IBackend, kind: str, futures: list[IFuture[Any]]) -> IFuture[Any]:
    """Return a future of *kind* that owns *futures*."""
    if kind == "await":
        return futures[0]
    if kind == "gather_values":
        return txa.gather(futures, consume_exceptions=False)
    if kind == "timeout":
        return txa.timeout(futures[0], 1000)
    gathered = txa.gather(futures)
    return gathered if kind == "gather" else txa.timeout(gathered, 1000)


@pytest.mark.parametrize("kind", OWNERS)
async def test_owner_goes_on_last(txa: IBackend, unit: float, kind: str) -> None:
    """X5: A cancelled awaiter goes on when all that it owns has ended its clean-up."""
    events: list[str] = []

    async def member(number: int) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(number * unit)
            events.append("member")

    async def owner() -> None:
        try:
            await own(txa, kind, members)
        finally:
            events.append("owner")

    members = [txa.as_future(member, number) for number in (2, 1)]
    future = txa.as_future(owner)
    await pause(txa, unit)
    txa.cancel(future, "why")
    with pytest.raises(txa.CancelledError, match="why"):
        await future
    count = 2 if "gather" in kind else 1
    assert events == ["member"] * count + ["owner"]
    txa.cancel(members[1])
    await txa.gather(members)


@pytest.mark.parametrize("rejects", [False, True])
@pytest.mark.parametrize("kind", OWNERS[1:])
async def test_cancelling_the_owning_future(
    txa: IBackend, unit: float, kind: str, rejects: bool
) -> None:
    """X5: Cancelled itself, it is settled when the last of them has ended.

    To reject it with a cancellation is the same.
    """
    events: list[str] = []
    error: Any = txa.CancelledError("why")

    async def member() -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(20 * unit)
            events.append("member")

    future = own(txa, kind, [txa.as_future(member)])
    txa.add_callbacks(future, None, lambda fail: events.append(str(fail.value)))
    await pause(txa, unit)
    if rejects:
        txa.reject(future, error)
    else:
        txa.cancel(future, "why")
    txa.cancel(future, "again")
    await pause(txa, unit)
    txa.cancel(future, "late")
    assert not txa.is_called(future)
    with pytest.raises(txa.CancelledError, match="why"):
        await future
    await pause(txa, unit)
    assert events == ["member", "why"]


@pytest.mark.parametrize("kind", OWNERS[1:])
async def test_cancelling_one_that_owns_plain_futures(
    txa: IBackend, unit: float, kind: str
) -> None:
    """X1: It is settled at once if there is nothing to wait for."""
    member = txa.create_future()
    future = own(txa, kind, [member])
    txa.cancel(future, "why")
    assert txa.is_called(member)
    if kind != "timeout_of_gather":  # That waits until the gather notifies it.
        assert txa.is_called(future)
    await pause(txa, unit)
    assert txa.is_called(future)
    with pytest.raises(txa.CancelledError, match="why"):
        await future


@pytest.mark.parametrize("kind", ["timeout", "timeout_of_gather"])
async def test_cancelling_one_that_was_settled_by_the_caller(
    txa: IBackend, kind: str
) -> None:
    """X2: What it owns goes on."""
    member = txa.create_future()
    future = own(txa, kind, [member])
    txa.resolve(future, "by hand")
    txa.cancel(future)
    assert not txa.is_called(member)
    txa.resolve(member)
    await pause(txa, 0)
    assert await future == "by hand"


@pytest.mark.parametrize("kind", ["gather", "gather_values", "timeout"])
async def test_members_are_not_kept(txa: IBackend, kind: str) -> None:
    """X5: What has settled owns its members no more, and does not keep them."""
    member = txa.create_future()
    future = own(txa, kind, [member])
    txa.resolve(member, None)
    await future
    weak = ref(member)
    del member
    await pause(txa, 0)
    collect_dropped()
    assert weak() is None
    assert txa.is_called(future)


@pytest.mark.parametrize("kind", OWNERS[1:])
async def test_nothing_is_reported(
    txa: IBackend, unit: float, reported: Reported, kind: str
) -> None:
    """X12: Neither clean-up that fails nor a late `reject` is reported."""

    async def fail() -> None:
        try:
            await txa.create_future()
        finally:
            raise Boom

    async def use(owned: Callable[[], list[IFuture[Any]]]) -> None:
        pending = owned()
        try:
            await own(txa, kind, pending)
        finally:
            if not txa.is_called(pending[0]):
                txa.reject(pending[0], Boom())

    for owned in (
        lambda: [txa.create_future()],
        lambda: [txa.as_future(fail)],
    ):
        future = txa.as_future(use, owned)
        await pause(txa, unit)
        txa.cancel(future)
        await txa.gather([future])
        del future
        gc.collect()
        collect_dropped()
        await pause(txa, unit)
    assert reported() == []


@pytest.mark.parametrize("consume", [True, False])
async def test_member_that_swallows_its_cancellation(
    txa: IBackend, unit: float, consume: bool
) -> None:
    """X5: The gather is cancelled all the same, after it."""

    async def member() -> str:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.sleep(unit)
        return "value"

    waited = txa.as_future(member)
    future = txa.gather([waited], consume_exceptions=consume)
    await pause(txa, unit)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert txa.result(waited) == "value"


@pytest.mark.parametrize("kind", OWNERS)
async def test_many_around_each_other(txa: IBackend, unit: float, kind: str) -> None:
    """X5: A thousand of them are cancelled without a recursion error."""

    async def wait(awaited: IFuture[Any]) -> None:
        await own(txa, kind, [awaited])

    future: IFuture[Any] = txa.create_future()
    for _ in range(1000):
        future = txa.as_future(wait, future)
    await pause(txa, unit)
    txa.cancel(future, "why")
    with pytest.raises(txa.CancelledError, match="why"):
        await future


@pytest.mark.parametrize("cancels", ["owner", "member"])
@pytest.mark.parametrize("kind", OWNERS[1:])
async def test_member_that_awaits_its_owner(
    txa: IBackend, unit: float, kind: str, cancels: str
) -> None:
    """X5: Coroutines that wait for each other through it end if one is cancelled."""
    owners: list[IFuture[Any]] = []

    async def wait() -> None:
        await txa.sleep(0)
        await owners[0]

    member = txa.as_future(wait)
    owners.append(own(txa, kind, [member]))
    await pause(txa, unit)
    for _ in range(2):
        txa.cancel(owners[0] if cancels == "owner" else member)
    with pytest.raises(txa.CancelledError):
        await member
    with pytest.raises(txa.CancelledError):
        await owners[0]


@pytest.mark.parametrize("kind", OWNERS[1:])
async def test_two_that_wait_in_a_cycle_of_an_owner(
    txa: IBackend, unit: float, kind: str
) -> None:
    """X5: One of them is resumed, and the other when that has cleaned up."""
    owners: list[IFuture[Any]] = []
    events: list[str] = []

    async def wait(futures: list[IFuture[Any]]) -> None:
        await txa.sleep(0)
        try:
            await futures[0]
        finally:
            events.append("begins")
            await txa.uncancelled(txa.sleep, unit)
            events.append("ends")

    member = txa.as_future(wait, [txa.as_future(wait, owners)])
    owners.append(own(txa, kind, [member]))
    await pause(txa, unit)
    txa.cancel(owners[0])
    with pytest.raises(txa.CancelledError):
        await owners[0]
    await pause(txa, 2 * unit)
    assert events == ["begins", "ends"] * 2


async def test_scope_cancels_what_its_body_awaits(txa: IBackend, unit: float) -> None:
    """D2: At once, if something else than the body cancels the scope."""
    awaited = txa.create_future()
    scope = txa.move_on_after(100 * unit)

    async def work() -> None:
        async with scope:
            await awaited

    future = txa.as_future(work)
    await pause(txa, unit)
    scope.cancel()
    assert txa.is_called(awaited)
    await future
