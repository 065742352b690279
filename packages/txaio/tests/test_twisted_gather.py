"""`gather` on Twisted, where members are chains that other code may add to."""

from __future__ import annotations

import gc
import sys
import weakref

import pytest
from twisted.internet.defer import CancelledError, Deferred, succeed


@pytest.fixture
def txa(txaio):
    """Select Twisted."""
    txaio.use_twisted()
    return txaio


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("native", [True, False])
def test_gather_leaves_the_failure_in_the_chain(txa, events, early, native):
    """Later callbacks get the failure; without any, it is not reported."""
    error, seen = KeyError("x"), []
    for listened in (True, False):
        member = Deferred() if native else txa.create_future()
        if early:
            member.errback(error)
        gathered = txa.gather([member], consume_exceptions=False)
        txa.add_callbacks(gathered, None, lambda _failure: None)
        if not early:
            txa.reject(member, error)
        if listened:
            txa.add_callbacks(member, None, lambda failure: seen.append(failure.value))
        del member, gathered
        gc.collect()
    assert seen == [error]
    assert events == []


def test_gathered_member_raises_at_the_await(txa):
    """Awaiting a member raises its error, even after a second gather."""
    error, seen = KeyError("x"), []

    async def wait(future):
        try:
            await future
        except KeyError as caught:
            seen.append(caught)

    member = txa.create_future_error(error)
    for _time in range(2):
        gathered = txa.gather([member], consume_exceptions=False)
        txa.as_future(wait, gathered)
    txa.as_future(wait, member)
    assert seen == [error] * 3


def test_gather_does_not_hide_later_errors(txa, events):
    """An error in a later callback of a member is reported."""
    member = txa.create_future()
    gathered = txa.gather([member], consume_exceptions=False)
    txa.add_callbacks(gathered, None, lambda _failure: None)
    txa.add_callbacks(member, None, lambda _failure: 1 / 0)
    txa.reject(member, KeyError("x"))
    del member, gathered
    gc.collect()
    assert [type(event["log_failure"].value) for event in events[-1:]] == [
        ZeroDivisionError
    ]


def test_gather_waits_for_a_paused_chain(txa, events):
    """The failure of a Deferred that a member waits for is not reported either."""
    member, inner = txa.create_future_success(1), txa.create_future()
    txa.add_callbacks(member, lambda _value, inner=inner: inner, None)
    gathered, seen = txa.gather([member], consume_exceptions=False), []
    txa.add_callbacks(gathered, None, seen.append)
    txa.reject(inner, KeyError("x"))
    del member, inner, gathered
    gc.collect()
    assert [failure.type for failure in seen] == [KeyError]
    assert events == []


def test_cancelled_gather_cancels_its_members(txa, events):
    """Each member is cancelled, and nothing is reported."""
    cancelled, seen = [], []
    members = [txa.create_future(canceller=cancelled.append) for _time in range(2)]
    gathered = txa.gather(members, consume_exceptions=False)
    txa.add_callbacks(gathered, None, seen.append)
    expected = members[:]
    txa.cancel(gathered)
    assert cancelled == expected
    assert [failure.type for failure in seen] == [CancelledError]
    del members, gathered, expected
    cancelled.clear()
    gc.collect()
    assert events == []


def test_gather_leaves_no_call_in_the_reactor(txa, clock):
    """Tests look at the calls that are pending on their clock."""
    member = txa.create_future()
    gathered = txa.gather([member, succeed(1)], consume_exceptions=False)
    txa.add_callbacks(gathered, None, lambda _failure: None)
    txa.reject(member, KeyError("x"))
    assert clock.calls == []


def test_gathered_member_is_freed(txa):
    """A member without other references is freed at once."""
    member = txa.create_future()
    gone = weakref.ref(member)
    txa.gather([member], consume_exceptions=False)
    del member
    if sys.implementation.name == "pypy":
        gc.collect()  # Elsewhere it is not needed.
    assert gone() is None


def test_gather_of_one_future(txa):
    """G1: It is refused, as iterating over a Deferred would never end."""
    with pytest.raises(TypeError, match=r"not a future: gather\(\[future\]\)"):
        txa.gather(txa.create_future())
