"""Native Deferreds among the backend's futures."""

from __future__ import annotations

import asyncio

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from txaio_twisted import TwistedBackend


@pytest.fixture
def txa():
    """Give a backend on a clock."""
    return TwistedBackend(Clock())


def test_callbacks_of_a_native_deferred(txa):
    """C3: Each sees the value, whatever the others return."""
    deferred, seen = Deferred(), []
    txa.add_callbacks(deferred, seen.append, None)
    txa.add_callbacks(deferred, seen.append, None)
    deferred.callback("value")
    assert seen == ["value", "value"]


def test_adopted_deferred_that_is_settled_by_hand(txa):
    """F5: The outcome stays, and the Deferred's own chain goes on."""
    deferred = Deferred()
    future, seen = txa.as_future(lambda: deferred), []
    txa.resolve(future, "by hand")
    txa.add_callbacks(future, seen.append, None)
    deferred.callback("late")
    assert seen == ["by hand"]
    assert deferred.result == "late"


def test_future_of_asyncio(txa):
    """A1: On an asyncioreactor one may be returned, and is taken."""
    loop, seen = asyncio.new_event_loop(), []
    native = loop.create_future()
    txa.add_callbacks(txa.as_future(lambda: native), seen.append, None)
    native.set_result("value")
    loop.run_until_complete(native)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert seen == ["value"]


def test_native_settling_of_a_cancelled_future(txa):
    """X3: Twisted's own methods are as patient as the backend's."""
    future = txa.create_future()
    txa.cancel(future)
    future.callback("late")
    future.errback(KeyError("late"))
    assert txa.is_called(future)
    assert future._failed


def test_native_errback_takes_an_exception(txa):
    """F3: And it arrives as the very same."""
    future, error, seen = txa.create_future(), KeyError("x"), []
    future.errback(error)
    txa.add_callbacks(future, None, lambda fail: seen.append(fail.value))
    assert seen == [error]
