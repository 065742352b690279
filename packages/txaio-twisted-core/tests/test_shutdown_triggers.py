"""What backends leave on their reactor."""

from __future__ import annotations

import gc

import pytest
from twisted.internet.selectreactor import SelectReactor

import txaio_twisted


def test_many_backends_on_one_reactor():
    """However many there were, the reactor has the triggers of one."""
    reactor = SelectReactor()

    async def main(_txa):
        before = str(vars(reactor._eventTriggers["shutdown"]))
        for _ in range(100):
            txaio_twisted.TwistedBackend(reactor)
        gc.collect()
        return before == str(vars(reactor._eventTriggers["shutdown"]))

    assert txaio_twisted.run(main, reactor=reactor)


def test_each_backend_ends_its_coroutines():
    """Several backends of a reactor are all ended with it, one of them dropped."""
    reactor, events = SelectReactor(), []

    async def work(txa, number):
        try:
            await txa.sleep(60)
        finally:
            await txa.uncancelled(txa.sleep, 0.01 * number)
            events.append(number)

    async def main(txa):
        others = [txaio_twisted.TwistedBackend(reactor) for _ in range(2)]
        for number, backend in enumerate([txa, *others]):
            backend.as_future(work, backend, number)
        txaio_twisted.TwistedBackend(reactor)
        await txa.sleep(0.01)
        return others

    others = txaio_twisted.run(main, reactor=reactor)
    assert sorted(events) == [0, 1, 2]
    for backend in others:
        with pytest.raises(RuntimeError, match="ended"):
            backend.sleep(1)


def test_backend_after_the_end():
    """One that is made after the end adds triggers again, for a reactor like that."""
    reactor = SelectReactor()

    async def main(_txa):
        pass

    txaio_twisted.run(main, reactor=reactor)
    before = str(vars(reactor._eventTriggers["shutdown"]))
    backend = txaio_twisted.TwistedBackend(reactor)
    assert str(vars(reactor._eventTriggers["shutdown"])) != before
    backend.close()
