"""A reactor that crashes while `main` still runs."""

from __future__ import annotations

import pytest
from twisted.internet.selectreactor import SelectReactor

import txaio_twisted


def test_crash_of_the_reactor_is_an_error():
    """`main` has no return value, and `run` raises an error that says so."""
    reactor = SelectReactor()
    with pytest.raises(RuntimeError, match="stopped before main had ended"):
        txaio_twisted.run(main_that_waits(reactor), reactor=reactor)
    reactor.removeAll()


def main_that_waits(reactor):
    """Return a `main` under which *reactor* crashes."""

    async def main(txa):
        reactor.callLater(0, reactor.crash)
        await txa.create_future()

    return main
