"""Messages that call their fields, as programs for txaio 26.6 on Twisted may do."""

from __future__ import annotations

import io

import pytest
from twisted.logger import formatEvent


pytestmark = pytest.mark.usefixtures("beginner")


class Peer:
    """An object with a method."""

    closed = False

    def name(self):
        """Return a name."""
        return "Ann"

    def close(self):
        """Note that this was called."""
        self.closed = True


def lines(out):
    """Return the messages in *out*, without the time."""
    return [line.partition(" any.name: ")[2] for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("early", [True, False])
def test_fields_are_called_on_twisted(txaio, beginner, early):
    """A message may call the fields of its call; others are written as they are."""
    events = []
    beginner.beginLoggingTo([events.append], redirectStandardIO=False)
    log = txaio.make_logger("any.name")
    if not early:
        txaio.use_twisted()
        txaio.start_logging(out := io.StringIO())
    log.info("{peer.name()!r:>6} {get()}", peer=Peer(), get=lambda: 7)
    log.info("{peer.nothing()}", peer=3)
    log.info("{get()}", get=lambda: 8)
    if early:
        txaio.use_twisted()
        txaio.start_logging(out := io.StringIO())
    first, second, third = lines(out)
    assert first == " 'Ann' 7"
    assert second.startswith("{peer.nothing()} [peer=3, not formatted: AttributeError")
    # Twisted's own formatter of 22.10 calls what a name stands for, and no methods.
    assert formatEvent(events[2]) == third == "8"
    txaio.with_config().stop_logging()


@pytest.mark.parametrize("name", ["asyncio", "twisted"])
@pytest.mark.parametrize("early", [True, False])
def test_message_without_fields_calls_nothing(txaio, name, early):
    """O12: Neither before the selection nor after, on no backend."""
    peer = Peer()
    log = txaio.make_logger("any.name").bind(peer=peer, get=peer.close)
    if not early:
        getattr(txaio, f"use_{name}")()
    log.info("{peer.close()} {get()}")
    if early:
        getattr(txaio, f"use_{name}")()
    txaio.start_logging(out := io.StringIO())
    log.info("{get()}")
    said = lines(out)
    assert len(said) == 1 + (early or name == "twisted")
    for line in said:
        assert "{get()} [not formatted: without fields in the call" in line
    assert not peer.closed
    txaio.with_config().stop_logging()


@pytest.mark.parametrize("early", [True, False])
def test_fields_are_not_called_on_asyncio(txaio, early):
    """O12: There no version of txaio has called them."""
    peer = Peer()
    log = txaio.make_logger("any.name")
    if not early:
        txaio.use_asyncio()
        txaio.start_logging(out := io.StringIO())
    log.info("{peer.close()} {get()}", peer=peer, get=peer.close)
    if early:
        txaio.use_asyncio()
        txaio.start_logging(out := io.StringIO())
    [said] = lines(out)
    assert said.startswith("{peer.close()} {get()} [")
    assert not peer.closed
    txaio.with_config().stop_logging()


def test_texts_of_a_failure(txaio, beginner):
    """Messages may call what a failure says of itself, and nothing else of it."""
    events = []
    beginner.beginLoggingTo([events.append], redirectStandardIO=False)
    txaio.use_twisted()
    txaio.start_logging(out := io.StringIO())
    log = txaio.make_logger("any.name")
    log.failure("{log_failure.getErrorMessage()}", failure=KeyError("x"))
    log.failure("{log_failure.getTracebackObject()}", failure=KeyError("x"), n=1)
    assert lines(out)[0] == "'x'"
    assert formatEvent(events[1]).startswith(
        "{log_failure.getTracebackObject()} [not formatted: log_failure is only named"
    )
    txaio.with_config().stop_logging()


def test_logger_that_writes_to_one_of_twisted(txaio):
    """O12: What it passes on reads and calls nothing, either."""
    events = []
    txaio.use_twisted()
    peer = Peer()
    log = txaio.make_logger(observer=events.append).bind(peer=peer, name=peer.name)
    log.info("{peer.close()}")
    log.failure("{log_logger.failure.__globals__}", failure=KeyError("x"))
    log.info("{name()}", n=1)
    log.info(7)
    texts = [formatEvent(event) for event in events]
    assert texts[0].startswith("{peer.close()} [not formatted: ")
    assert texts[1].startswith("{log_logger.failure.__globals__} [not formatted: ")
    assert texts[2] == "Ann"
    assert not peer.closed
