"""Deferreds that were made elsewhere, awaited by coroutines of the backend."""

from __future__ import annotations

import gc

import pytest
from twisted.internet.defer import Deferred, fail, succeed


@pytest.mark.parametrize("early", [True, False])
def test_failure_is_raised_at_the_await(txa, events, early):
    """It is the exception itself, and no longer anybody's business."""
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
def test_value_is_there_for_the_next(txa, early):
    """Several await one Deferred, and its chain goes on."""
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
    assert seen == ["cleaned up", txa.CancelledError]
