"""`run` on a reactor that runs or has run."""

from __future__ import annotations

import pytest
from twisted.internet.error import ReactorAlreadyRunning, ReactorNotRestartable
from twisted.internet.selectreactor import SelectReactor

import txaio_twisted


def test_main_is_not_called_on_a_reactor_that_runs():
    """The inner `run` raises and leaves no calls; the outer one goes on."""
    reactor, called = SelectReactor(), []

    async def inner(_txa):
        called.append("inner")

    async def main(txa):
        with pytest.raises(ReactorAlreadyRunning, match=r"make TwistedBackend\(\)"):
            txaio_twisted.run(inner, reactor=reactor)
        for _turn in range(3):
            await txa.sleep(0)
        return "ended"

    assert txaio_twisted.run(main, reactor=reactor) == "ended"
    assert called == []


def test_refused_run_leaves_no_triggers():
    """A `run` that raises adds no shutdown triggers to the reactor."""
    reactor = SelectReactor()

    async def main(_txa):
        before = str(vars(reactor._eventTriggers["shutdown"]))
        with pytest.raises(ReactorAlreadyRunning):
            txaio_twisted.run(main, reactor=reactor)
        return before == str(vars(reactor._eventTriggers["shutdown"]))

    assert txaio_twisted.run(main, reactor=reactor)


def test_reactor_that_has_run():
    """The error says how to fix it, which Twisted's own does not."""
    reactor = SelectReactor()

    async def main(_txa):
        pass

    txaio_twisted.run(main, reactor=reactor)
    with pytest.raises(ReactorNotRestartable, match="a reactor runs once"):
        txaio_twisted.run(main, reactor=reactor)
    assert reactor.getDelayedCalls() == []
