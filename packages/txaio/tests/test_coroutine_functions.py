"""Coroutine functions in the place of plain ones, whose coroutines nothing awaits."""

from __future__ import annotations

import gc

import pytest
from twisted.internet.task import Clock


async def work(*_args):
    """Fail the test: it is not to be run."""
    pytest.fail("it ran")


@pytest.fixture
def reports(txaio, loop):
    """Select asyncio, and return what its loop reports."""
    reports = []
    txaio.use_asyncio()
    loop.set_exception_handler(lambda _loop, context: reports.append(context))
    return reports


@pytest.mark.parametrize(
    "act",
    [
        lambda txa: txa.add_callbacks(txa.create_future_success(1), work, None),
        lambda txa: txa.add_callbacks(txa.create_future_error(KeyError()), None, work),
        lambda txa: txa.cancel(txa.create_future(canceller=work)),
        lambda txa: txa.call_later(0, work),
    ],
    ids=["callback", "errback", "canceller", "call_later"],
)
def test_on_asyncio_it_is_reported(txaio, loop, reports, act):
    """The loop reports a `TypeError` that names the fix."""
    act(txaio)
    loop.run_until_complete(txaio.sleep(0.01))
    (report,) = reports
    assert isinstance(report["exception"], TypeError)
    assert "txa.as_future" in str(report["exception"])


def test_call_of_the_reactor_fails(txaio):
    """On Twisted the call raises a `TypeError`, which a real reactor logs."""
    txaio.use_twisted()
    txaio.config.loop = clock = Clock()
    txaio.call_later(1, work, 1)
    with pytest.raises(TypeError, match=r"call_later\(delay, txa.as_future, func, …\)"):
        clock.advance(1)


def test_canceller_on_twisted_is_reported(txaio, events):
    """On Twisted the error is a critical event."""
    txaio.use_twisted()
    txaio.cancel(txaio.create_future(canceller=work))
    assert [type(event["log_failure"].value) for event in events] == [TypeError]


def test_chain_goes_on_with_the_coroutine(txaio, events):
    """On Twisted what a callback returns is passed on, a coroutine as well."""
    seen = []

    async def double(value):
        return 2 * value

    txaio.use_twisted()
    future = txaio.create_future_success(1)
    txaio.add_callbacks(future, double, None)
    txaio.add_callbacks(future, lambda coroutine: txaio.gather([coroutine]), None)
    txaio.add_callbacks(future, seen.append, None)
    gc.collect()
    assert seen == [[2]]
    assert events == []
