"""Loops that replace asyncio's own, and clocks that are coarse."""

from __future__ import annotations

import asyncio

import pytest

import txaio_asyncio


class Fake:
    """An object that replaces a loop, with no more than is needed for timers."""

    create_future = None

    def __init__(self, called):
        """Add the arguments of each timer to *called*."""
        self._called = called

    def call_later(self, delay, fn, *args):
        self._called.append((delay, fn, args))

    call_at = call_later

    def time(self):
        return 100.0

    def get_debug(self):
        return False


class CoarseFake(Fake):
    """One with a clock that ticks four times a second."""

    _clock_resolution = 0.25


class FakeUvloop(Fake):
    """One that passes for uvloop's."""

    __module__ = "uvloop"


def test_loop_whose_methods_take_no_context():
    """T5: An object that replaces a loop need not take the keyword *context*."""
    called = []
    txaio_asyncio.AsyncioBackend(Fake(called), debug=False).call_later(5, print)
    assert called[0][0] == 5


@pytest.mark.parametrize(
    ("loop", "method", "when"),
    [
        (CoarseFake, "call_later", 5.5),
        (CoarseFake, "call_at", 5.25),
        (FakeUvloop, "call_later", 5.001),
        (FakeUvloop, "call_at", 5.001),
    ],
)
def test_loop_whose_timers_are_early(loop, method, when):
    """T1: asyncio's by a tick of a coarse clock, which may be behind; uvloop's by 1 ms.

    No call is early, so it is asked for a later time.
    """
    called = []
    backend = txaio_asyncio.AsyncioBackend(loop(called), debug=False)
    getattr(backend.native, method)(5, print)
    assert called[0][0] == when


class Proxy:
    """An object that has the methods of a loop."""

    def __init__(self, loop):
        self._loop = loop

    def __getattr__(self, name):
        return getattr(self._loop, name)


def test_object_that_stands_in_for_the_loop():
    """G1: A task of the loop itself can await what is gathered."""

    async def main():
        txa = txaio_asyncio.AsyncioBackend(Proxy(asyncio.get_running_loop()))
        return await txa.gather([txa.sleep(0), txa.create_future("value")])

    assert asyncio.run(main()) == [None, "value"]
