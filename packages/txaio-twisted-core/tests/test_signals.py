"""`run` and signals: what stops the reactor, and what is left afterwards."""

from __future__ import annotations

import signal
from functools import partial

import pytest
from twisted.internet.selectreactor import SelectReactor

import txaio_twisted
from txaio_twisted import _run


def run(main):
    """Run *main* on a new reactor."""
    return txaio_twisted.run(main, reactor=SelectReactor())


ENDS = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: txaio_twisted.CancelledError}


@pytest.mark.parametrize(("number", "error"), ENDS.items())
def test_signal_during_main(number, error):
    """Main is cancelled and cleans up; `run` raises what ended it, and no other."""
    events = []

    async def main(txa):
        txa.call_later(0.01, signal.raise_signal, number)
        try:
            await txa.sleep(60)
        finally:
            await txa.uncancelled(txa.sleep, 0.01)
            events.append("cleaned up")

    with pytest.raises(error):
        run(main)
    assert events == ["cleaned up"]


@pytest.mark.parametrize("number", ENDS)
def test_main_that_returns_all_the_same(number):
    """Main makes a value of its cancellation: `run` returns that."""

    async def main(txa):
        txa.call_later(0.01, signal.raise_signal, number)
        try:
            await txa.sleep(60)
        except txa.CancelledError:
            await txa.uncancelled(txa.sleep, 0.01)
        return "value"

    assert run(main) == "value"


def test_signal_after_main_has_ended():
    """While other coroutines clean up, a signal does not change the outcome."""

    async def clean_up(txa):
        try:
            await txa.sleep(60)
        finally:
            signal.raise_signal(signal.SIGTERM)
            await txa.uncancelled(txa.sleep, 0.01)

    async def main(txa):
        txa.as_future(clean_up, txa)
        return "value"

    assert run(main) == "value"


def test_handlers_are_given_back():
    """After `run`, signals are handled as before."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    handlers = [partial(print, number) for number in numbers]
    before = [signal.signal(*pair) for pair in zip(numbers, handlers, strict=True)]

    async def main(txa):
        del txa
        return [signal.getsignal(number) for number in numbers]

    try:
        during = run(main)
        after = [signal.getsignal(number) for number in numbers]
    finally:
        for pair in zip(numbers, before, strict=True):
            signal.signal(*pair)
    assert after == handlers
    assert during != handlers


def test_handler_that_python_has_not_set(monkeypatch):
    """It cannot be given back, and is left."""
    monkeypatch.setattr(_run, "getsignal", lambda _number: None)

    async def main(_txa):
        return "value"

    before = [signal.getsignal(number) for number in ENDS]
    try:
        assert run(main) == "value"
    finally:
        for number, handler in zip(ENDS, before, strict=True):
            signal.signal(number, handler)
