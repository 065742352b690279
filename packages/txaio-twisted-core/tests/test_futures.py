"""Native Deferreds among the backend's futures."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure


def test_callbacks_of_a_native_deferred(txa):
    """C3: Each sees the value, whatever the others return."""
    deferred, seen = Deferred(), []
    txa.add_callbacks(deferred, seen.append, None)
    txa.add_callbacks(deferred, seen.append, None)
    deferred.callback("value")
    assert seen == ["value", "value"]


def test_future_of_a_deferred_that_is_settled_directly(txa):
    """F5: The outcome stays, and the Deferred's own chain continues."""
    deferred = Deferred()
    future, seen = txa.as_future(lambda: deferred), []
    txa.resolve(future, "direct")
    txa.add_callbacks(future, seen.append, None)
    deferred.callback("late")
    assert seen == ["direct"]
    assert deferred.result == "late"


def test_future_that_is_a_future_already(txa):
    """A1: It is returned as it is, whatever has made it."""
    source = txa.create_future()
    for future in (source, txa.timeout(source, 1), txa.sleep(1)):
        assert txa.as_future(lambda future=future: future) is future


def test_future_of_asyncio(txa):
    """A1: On an asyncioreactor a function may return one."""
    loop, seen = asyncio.new_event_loop(), []
    native = loop.create_future()
    txa.add_callbacks(txa.as_future(lambda: native), seen.append, None)
    native.set_result("value")
    loop.run_until_complete(native)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert seen == ["value"]


def test_native_settling_of_a_cancelled_future(txa):
    """X3: Twisted's own methods are ignored then, as those of the backend are."""
    future = txa.create_future()
    txa.cancel(future)
    future.callback("late")
    future.errback(KeyError("late"))
    assert txa.is_called(future)
    assert future.outcome.failure


def test_native_errback_takes_an_exception(txa):
    """F3: Errbacks get that very exception object."""
    future, error, seen = txa.create_future(), KeyError("x"), []
    future.errback(error)
    txa.add_callbacks(future, None, lambda fail: seen.append(fail.value))
    assert seen == [error]


def test_native_errback_takes_the_current_exception(txa):
    """F3: As that of any Deferred, where it is called in an `except` block."""
    future, seen = txa.create_future(), []
    txa.add_callbacks(future, None, lambda fail: seen.append(fail.value))
    error = KeyError("x")
    try:
        raise error
    except KeyError:
        future.errback()
    assert seen == [error]


def test_future_of_asyncio_that_is_cancelled(txa):
    """X1: Errbacks get the `CancelledError` of the backend."""
    loop, seen = asyncio.new_event_loop(), []
    native = loop.create_future()
    txa.add_callbacks(txa.as_future(lambda: native), None, seen.append)
    native.cancel("why")
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert [type(failure.value) for failure in seen] == [CancelledError]
    assert isinstance(seen[0].value, txa.CancelledError)


@pytest.mark.parametrize("error", [SystemExit, asyncio.CancelledError])
def test_canceller_that_raises_a_base_exception(txa, events, error):
    """X8: The future is cancelled nevertheless, and the report names the canceller."""

    def give_up(_future):
        raise error

    future = txa.create_future(canceller=give_up)
    with pytest.raises(SystemExit) if error is SystemExit else nullcontext():
        txa.cancel(future)
    assert txa.is_called(future)
    named = [f"{give_up!r}" in event["text"] for event in events]
    assert named == ([] if error is SystemExit else [True])


def test_failure_that_was_cleaned(txa):
    """F3: The await raises its exception, which has no traceback any more."""
    failure = Failure(KeyError("x"))
    failure.cleanFailure()
    future, seen = txa.create_future_error(failure), []

    async def wait():
        try:
            await future
        except KeyError as error:
            seen.append(error)

    txa.as_future(wait)
    assert seen == [failure.value]
    assert txa.failure_traceback(failure) is None


def test_callback_that_raises_a_base_exception(txa, events):
    """C5: It is reported, and the next one is called."""
    seen = []

    def raise_cancelled(_value):
        raise asyncio.CancelledError

    future = txa.create_future()
    txa.add_callbacks(future, raise_cancelled, None)
    txa.add_callbacks(future, seen.append, None)
    txa.resolve(future, "value")
    assert seen == ["value"]
    assert [event["log_failure"].type for event in events] == [asyncio.CancelledError]


def test_endless_callbacks(txa):
    """C6: Callbacks that each settle another future do not block the reactor."""
    made = []

    def go_on(_value):
        if len(made) < 20_000:
            made.append(1)
            future = txa.create_future()
            txa.add_callbacks(future, go_on, None)
            txa.resolve(future)

    go_on(None)
    assert 1000 < len(made) < 20_000
    txa.native.reactor.advance(0)
    assert len(made) == 20_000


@pytest.mark.parametrize("settle", ["resolve", "reject"])
def test_followers_of_a_base_exception(txa, settle):
    """X6: They get it as the value or the failure that their source has."""
    source = txa.create_future()
    followers = [
        txa.shield(source),
        txa.timeout(source, 10),
        txa.gather([source], consume_exceptions=False),
    ]
    seen = []
    for follower in followers:
        txa.add_callbacks(follower, seen.append, lambda fail: seen.append(fail.value))
    outcome = SystemExit()
    if settle == "resolve":
        source.callback(outcome)
        assert seen == [outcome, outcome, [outcome]]
    else:
        source.errback(Failure(outcome))
        assert seen == [outcome] * 3


class OwnFailure(Failure):
    """A failure with another class, which it keeps."""


@pytest.mark.parametrize("kind", [Failure, OwnFailure])
def test_traceback_outlives_the_deferred(txa, monkeypatch, kind):
    """F3: It stays where a Deferred cleans its failures, up to Twisted 24.7."""
    monkeypatch.setattr("txaio_twisted._future.DEFERREDS_CLEAN_FAILURES", True)
    error = KeyError("x").with_traceback(traceback_here())
    future, seen = txa.create_future(), []
    txa.add_callbacks(future, None, seen.append)
    future.errback(kind(error))
    seen[0].cleanFailure()
    assert (error.__traceback__ is None) == (kind is OwnFailure)


def traceback_here():
    """Return a traceback."""
    try:
        1 / 0  # noqa: B018 - raises
    except ZeroDivisionError as error:
        return error.__traceback__


def test_traceback_of_a_failure_that_was_cleaned(txa):
    """E3: There is none: what it has is for printing."""
    with pytest.raises(KeyError) as caught:
        {}.pop("x")
    failure = Failure(caught.value, KeyError, caught.tb)
    assert txa.failure_traceback(failure) is caught.tb
    failure.cleanFailure()
    assert txa.failure_traceback(failure) is None
