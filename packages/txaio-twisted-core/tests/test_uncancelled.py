"""`uncancelled`, above all in coroutines that Twisted drives."""

from __future__ import annotations

import pytest
from twisted.internet.defer import CancelledError, ensureDeferred


async def wait(awaitable):
    """Await it."""
    return await awaitable


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_uncancelled_in_a_coroutine_that_twisted_drives(txa, is_cancelled):
    """X9: Its call is not interrupted; a cancellation is raised when it has ended."""
    gate, seen = txa.create_future(), []

    async def clean_up():
        seen.append(await gate)
        return "cleaned up"

    async def main():
        try:
            seen.append(await txa.uncancelled(clean_up))
        except CancelledError:
            seen.append("cancelled")

    deferred = ensureDeferred(main())
    if is_cancelled:
        deferred.cancel()
    assert seen == []
    txa.resolve(gate, "went on")
    assert deferred.called
    assert seen == ["went on", "cancelled" if is_cancelled else "cleaned up"]


def test_cancelled_as_uncancelled_ends_in_a_coroutine_that_twisted_drives(txa):
    """X9: A cancellation is not lost if the call has ended when it comes."""
    gate, seen = txa.create_future(), []

    async def clean_up():
        seen.append(await gate)

    async def main():
        try:
            await txa.uncancelled(clean_up)
        except CancelledError:
            seen.append("cancelled")

    deferred = ensureDeferred(main())
    txa.add_callbacks(gate, lambda _value: deferred.cancel(), None)
    txa.resolve(gate, "went on")
    assert deferred.called
    assert seen == ["went on", "cancelled"]


@pytest.mark.parametrize("kind", [KeyError, CancelledError])
def test_failure_in_uncancelled_in_a_coroutine_that_twisted_drives(txa, kind):
    """X9: What the call raises is raised, also if the coroutine was cancelled."""
    gate, seen = txa.create_future(), []

    async def clean_up():
        await gate
        raise kind("x")

    async def main():
        try:
            await txa.uncancelled(clean_up)
        except kind as error:
            seen.append(error.args)

    deferred = ensureDeferred(main())
    deferred.cancel()
    txa.resolve(gate)
    assert deferred.called
    assert seen == [("x",)]


def test_cycle_of_coroutines_that_are_all_inside_uncancelled(txa):
    """X9: None of them is forced: their clean-up is not interrupted."""
    gates = [txa.create_future(), txa.create_future()]
    futures = []

    async def wait_for_the_other(number):
        await gates[number]
        await txa.uncancelled(wait, futures[1 - number])

    futures += [txa.as_future(wait_for_the_other, number) for number in (0, 1)]
    for gate in gates:
        txa.resolve(gate)
    for future in futures:
        txa.cancel(future)
    assert not any(txa.is_called(future) for future in futures)
