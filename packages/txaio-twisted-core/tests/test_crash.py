"""A reactor that crashes while `main` still runs."""

from __future__ import annotations

import pytest
from twisted.internet.selectreactor import SelectReactor

import txaio_twisted
from txaio_twisted._run import MainRun


def test_crash_of_the_reactor_is_an_error():
    """`main` has no return value, and `run` raises an error that says so."""
    reactor = SelectReactor()
    with pytest.raises(RuntimeError, match="stopped before main had ended"):
        txaio_twisted.run(main_that_waits(reactor), reactor=reactor)
    reactor.removeAll()


def test_main_of_a_crashed_reactor_is_dropped():
    """Its coroutine, which nothing resumes any more, can be closed."""
    reactor = SelectReactor()
    backend = txaio_twisted.TwistedBackend(reactor)
    running = MainRun(backend, reactor)._run(backend.create_future)
    running.send(None)
    running.close()
    reactor.removeAll()


def main_that_waits(reactor):
    """Return a `main` under which *reactor* crashes."""

    async def main(txa):
        reactor.callLater(0, reactor.crash)
        await txa.create_future()

    return main
