"""Native Deferreds, awaited by coroutines of the backend."""

from __future__ import annotations

import gc
from types import coroutine

import pytest
from twisted.internet.defer import CancelledError, Deferred, fail, succeed
from twisted.python.failure import Failure


@pytest.mark.parametrize("early", [True, False])
def test_failure_is_raised_at_the_await(txa, events, early):
    """It is the exception itself, and Twisted does not report it any more."""
    error, seen = KeyError("x"), []

    async def wait(deferred):
        try:
            await deferred
        except KeyError as caught:
            seen.append(caught)

    deferred = fail(error) if early else Deferred()
    txa.as_future(wait, deferred)
    if not early:
        deferred.errback(error)
    del deferred
    gc.collect()
    assert seen == [error]
    assert events == []


@pytest.mark.parametrize("early", [True, False])
def test_several_awaits_of_one_deferred(txa, early):
    """Each gets the value, and so do the callbacks of the chain."""
    seen = []

    async def wait(deferred):
        seen.append(await deferred)

    deferred = succeed(1) if early else Deferred()
    txa.as_future(wait, deferred)
    txa.as_future(wait, deferred)
    deferred.addCallback(seen.append)
    if not early:
        deferred.callback(1)
    assert seen == [1, 1, 1]


def test_cancelled_await_cancels_the_deferred(txa):
    """The coroutine sees the cancellation, and cleans up."""
    cancelled, seen = [], []

    async def wait(deferred):
        try:
            await deferred
        except txa.CancelledError:
            seen.append("cleaned up")
            raise

    future = txa.as_future(wait, Deferred(cancelled.append))
    txa.add_callbacks(future, None, lambda failure: seen.append(failure.type))
    txa.cancel(future)
    assert len(cancelled) == 1
    assert seen == ["cleaned up", CancelledError]


def test_cancelled_after_the_deferred_was_called(txa):
    """X9: A coroutine that has not been resumed by then sees the cancellation."""
    deferred, going = Deferred(), txa.create_future()

    async def wait():
        try:
            return await deferred
        except txa.CancelledError as error:
            return f"cancelled: {error}"

    def cancel(_value):
        deferred.callback(1)
        txa.cancel(future, "why")

    future = txa.as_future(wait)
    txa.add_callbacks(going, cancel, None)
    txa.resolve(going)
    assert txa.result(future) == "cancelled: why"


@pytest.mark.parametrize("is_coroutine", [True, False])
def test_cancelling_a_future_whose_chain_waits(txa, is_coroutine):
    """As on any Deferred, what a native callback has returned is cancelled."""
    cancelled = []
    returned = Deferred(cancelled.append)

    async def work():
        return 1

    future = txa.as_future(work) if is_coroutine else txa.create_future_success(1)
    future.addCallback(lambda _value: returned)
    future.addErrback(lambda failure: failure.trap(CancelledError))
    txa.cancel(future)
    assert cancelled == [returned]


def test_future_called_back_with_a_failure(txa):
    """It fails, as any Deferred does."""
    future, seen = txa.create_future(), []
    txa.add_callbacks(future, None, lambda failure: seen.append(failure.value))
    error = KeyError("x")
    future.callback(Failure(error))
    assert seen == [error]


def test_chain_that_fails_after_its_future_was_cancelled(txa, events):
    """The future stays cancelled, and the failure is reported by nobody."""
    chain, seen = Deferred(), []
    chain.pause()
    future = txa.as_future(lambda chain=chain: chain)
    txa.add_callbacks(future, None, lambda failure: seen.append(failure.type))
    chain.errback(KeyError("late"))
    txa.cancel(future)
    chain.unpause()
    del chain, future
    gc.collect()
    assert seen == [CancelledError]
    assert events == []


def test_result_of_a_deferred(txa, events):
    """F10: The result of its chain: a value, a failure, or none as yet."""
    error = KeyError("x")
    pending, paused, failed = Deferred(), succeed(None), fail(error)
    paused.addCallback(lambda _value: Deferred())
    assert txa.result(succeed("value")) == "value"
    for deferred in (pending, paused):
        with pytest.raises(txa.InvalidStateError, match="await it"):
            txa.result(deferred)
    for _ in range(2):
        with pytest.raises(KeyError) as caught:
            txa.result(failed)
        assert caught.value is error
    del failed, caught
    gc.collect()
    assert events == []


def test_cancelling_the_future_of_a_deferred(txa):
    """X1: The Deferred is cancelled, and the future with it."""
    cancelled, seen = [], []
    deferred = Deferred(cancelled.append)
    future = txa.as_future(lambda: deferred)
    txa.add_callbacks(future, None, lambda failure: seen.append(failure.type))
    txa.cancel(future)
    assert cancelled == [deferred]
    assert seen == [CancelledError]


def test_cancelling_the_future_of_a_deferred_that_is_gone(txa):
    """X1: The future is cancelled; it does not keep a Deferred that nobody calls."""
    future, seen = txa.as_future(Deferred), []
    gc.collect()
    txa.add_callbacks(future, None, lambda failure: seen.append(failure.type))
    txa.cancel(future)
    assert seen == [CancelledError]


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_native_callbacks_of_a_future(txa, early, fails):
    """They are a chain of their own, which begins with the outcome of the future."""
    future, error, seen = txa.create_future(), KeyError("x"), []

    def settle():
        if fails:
            txa.reject(future, error)
        else:
            txa.resolve(future, "value")

    if early:
        settle()
    future.addErrback(lambda failure: failure.value)
    future.addCallback(lambda value: seen.append(value) or "next")
    future.addCallback(seen.append)
    if not early:
        settle()
    assert seen == [error if fails else "value", "next"]


def test_cancelling_a_future_whose_value_is_a_deferred(txa):
    """X2: That does nothing."""
    cancelled = []
    txa.cancel(txa.create_future(Deferred(cancelled.append)))
    assert cancelled == []


@pytest.mark.parametrize("own", [(), ("own",)])
def test_text_of_an_adopted_deferred(txa, own):
    """X13: That of `cancel`, unless the Deferred fails with one of its own."""
    deferred = Deferred(lambda it: it.errback(CancelledError(*own)))
    future, seen = txa.as_future(lambda: deferred), []
    txa.add_callbacks(future, None, lambda failure: seen.append(failure.value.args))
    txa.cancel(future, "why")
    assert seen == [own or ("why",)]


def test_yield_from_a_future(txa):
    """F5: It gives the outcome, as `await` does, whatever native callbacks return."""
    future, seen = txa.create_future("value"), []
    future.addCallback(lambda _value: "other")

    @coroutine
    def wait():
        seen.append((yield from future))

    txa.as_future(wait)
    assert seen == ["value"]
