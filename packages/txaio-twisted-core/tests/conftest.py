"""A backend on a clock, and the events of Twisted's log."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher

from txaio_twisted import TwistedBackend


@pytest.fixture
def txa():
    """Give a backend on a clock."""
    return TwistedBackend(Clock())


@pytest.fixture
def events():
    """Give the list to which the events of Twisted's log are added."""
    events = []
    globalLogPublisher.addObserver(events.append)
    yield events
    globalLogPublisher.removeObserver(events.append)
